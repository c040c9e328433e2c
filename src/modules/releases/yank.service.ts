import { requirePermission, requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record, SHELL, type Origin } from '../audit/audit.store.js';
import { requiredReason } from '../audit/reasons.js';
import { callerNow } from '../roles/in-turn.js';
import { insertYank, releaseByName, releasesById, type NewYank, type ReleaseRow } from './releases.store.js';

type Yank = Omit<NewYank, 'releaseId'>;

async function yank(tx: Tx, release: ReleaseRow, by: Origin, input: Yank): Promise<ReleaseRow> {
  if (!(await insertYank(tx, { releaseId: release.id, ...input }))) {
    throw userError('ALREADY_EXISTS', `${release.name} is yanked already.`, 'release');
  }
  await record(tx, by, { action: 'release.yank', subjectId: null, detail: `${release.name}: ${input.reason}` });
  const [yanked] = await releasesById(tx, [release.id]);
  return yanked!;
}

/**
 * Marks a release as not to be used, once and for all; its files stay.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT for the reason, ALREADY_EXISTS; AppError FORBIDDEN without the permission for the version,
 *   and without fresh presence
 */
export async function yankRelease(
  db: Database,
  caller: Caller,
  input: { release: number; reason: string },
): Promise<ReleaseRow> {
  const permission = Permission.RELEASE_PUBLISH;
  const actor = requirePermission(caller.actor, permission, caller.now, 'ANY');
  requirePresence(actor, caller.now);
  const reason = requiredReason(input.reason);
  const [release] = await releasesById(db, [input.release]);
  if (release === undefined) throw userError('NOT_FOUND', 'There is no such release.', 'release');
  requirePermission(actor, permission, caller.now, release.versionId);
  return db.transaction(async (tx) => {
    const live = await callerNow(tx, caller);
    requirePermission(live.actor, permission, live.now, release.versionId);
    const by = { byId: Number(actor.user.id), via: actor.client?.name ?? null };
    return yank(tx, release, originOf(caller), { reason, ...by, at: caller.now });
  });
}

/** Yanks from the shell. @throws UserErrors NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS */
export async function yankFromShell(
  db: Database,
  { name, reason: given, now }: { name: string; reason: string; now: Date },
): Promise<ReleaseRow> {
  const reason = requiredReason(given);
  const release = await releaseByName(db, name);
  if (release === null) {
    throw userError('NOT_FOUND', `There is no release ${JSON.stringify(name)}.`, 'release');
  }
  return db.transaction((tx) => yank(tx, release, SHELL, { reason, byId: null, via: SHELL.via, at: now }));
}
