import { requirePermission } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Sql } from '../../db/index.js';
import { badInput } from '../../shared/errors.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import type { ChangeRow } from '../changes/change.js';
import { ANY_CHANGE, countChanges } from '../changes/changes.store.js';
import type { MappingKind } from '../mappings/mapping.js';
import { findVersion } from '../versions/versions.service.js';
import { queuePage, type ReviewOrder } from './queue.store.js';

export interface QueueInput {
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
  orderBy: ReviewOrder;
}

/**
 * What waits for a decision in a version. Pages follow the votes of the moment at which each is read.
 * @throws AppError FORBIDDEN without MAPPING_COMMIT for the version, NOT_FOUND for an unknown one
 */
export async function reviewQueue(
  db: Sql,
  caller: Pick<Caller, 'actor' | 'now'>,
  input: QueueInput,
  request: PageRequest,
): Promise<Page<ChangeRow>> {
  const { orderBy } = input;
  requirePermission(caller.actor, Permission.MAPPING_COMMIT, caller.now, 'ANY');
  const { id: versionId } = await findVersion(db, input.version);
  requirePermission(caller.actor, Permission.MAPPING_COMMIT, caller.now, versionId);
  const kinds = input.kinds ?? null;
  const after = request.after === null ? null : place(request.after, orderBy);
  return toPage(
    await queuePage(db, orderBy, { versionId, kinds, after, limit: request.first + 1 }),
    request,
    ({ rank, id }) => [orderBy, rank, id],
    () => countChanges(db, { ...ANY_CHANGE, versionId, kinds, states: ['STAGED'] }),
  );
}

/** The place that a cursor marks: it means nothing in another order. */
function place(cursor: string, orderBy: ReviewOrder): { rank: number; id: number } {
  const [order, rank, id] = decodeCursor(cursor, ['string', 'int', 'int']);
  if (order !== orderBy) throw badInput(`"after" is a cursor of the queue by ${String(order)}.`);
  return { rank: rank as number, id: id as number };
}
