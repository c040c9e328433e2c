import { type Actor, effectivePermissions, ownerKey, requirePermission } from '../../auth/actor.js';
import { Permission } from '../../auth/permissions.js';
import type { Sql } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { MODERATION_ACTIONS } from './audit-actions.js';
import { auditById, auditPage, countAudit, type AuditEventRow, type AuditFilter } from './audit-read.store.js';

const EVERYTHING: AuditFilter = {
  actorId: null,
  subjectId: null,
  concernedId: null,
  action: null,
  actions: null,
  since: null,
  until: null,
};

async function page(db: Sql, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEventRow>> {
  const before = request.after === null ? null : (decodeCursor(request.after, ['int'])[0] as number);
  const rows = await auditPage(db, filter, before, request.first + 1);
  return toPage(
    rows,
    request,
    ({ id }) => [id],
    () => countAudit(db, filter),
  );
}

/** What a user and the user's bots did and what was done to them, newest first. */
export const eventsOfUser = (db: Sql, userId: number, request: PageRequest): Promise<Page<AuditEventRow>> =>
  page(db, { ...EVERYTHING, concernedId: userId }, request);

/**
 * The actions that an actor may read of everybody: all for those who may also read private data, else what moderation needs;
 * null for all.
 */
export const readableActions = (actor: Actor, now: Date): readonly string[] | null =>
  effectivePermissions(actor, now, 'ALL').has(Permission.USER_READ_PRIVATE) ? null : MODERATION_ACTIONS;

/** The log, newest first. @throws AppError FORBIDDEN without AUDIT_READ */
export function auditEvents(
  db: Sql,
  actor: Actor,
  now: Date,
  filter: Omit<AuditFilter, 'concernedId' | 'actions'>,
  request: PageRequest,
): Promise<Page<AuditEventRow>> {
  requirePermission(actor, Permission.AUDIT_READ, now, 'ANY');
  return page(db, { ...EVERYTHING, ...filter, actions: readableActions(actor, now) }, request);
}

/** Those of some events that an actor may know of: their own, and what they may read in the log. */
export async function readableEvents(
  db: Sql,
  actor: Actor,
  now: Date,
  ids: readonly number[],
): Promise<AuditEventRow[]> {
  if (actor.kind === 'ANONYMOUS') return [];
  const reads = effectivePermissions(actor, now).has(Permission.AUDIT_READ);
  const reader = reads ? { actions: readableActions(actor, now) } : null;
  return auditById(db, ids, ownerKey(actor), reader);
}
