import { effectivePermissions, requirePermission } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { writeHistory } from '../history/history.store.js';
import { callerNow } from '../roles/in-turn.js';
import { allVersions } from '../versions/versions.store.js';
import { prepareRelease, type ReleaseOrder } from './prepare-release.js';
import { deleteRequest, insertRequest, openRequests, requestById, type RequestRow } from './requests.store.js';

export const noSuchRequest = () =>
  userError('NOT_FOUND', 'There is no such request: it was confirmed, withdrawn or replaced.', 'request');

/**
 * Asks for a stable release of the names as they are now. A request of the same version takes the place of the one before it.
 * @throws UserErrors as publishing does; AppError FORBIDDEN where the permission has ended meanwhile
 */
export async function requestRelease(
  db: Database,
  caller: Caller,
  order: ReleaseOrder & { notes: string | null },
): Promise<RequestRow> {
  const { version, digest } = await prepareRelease(db, order);
  return db.transaction((tx) =>
    writeHistory(tx, async () => {
      const { actor, now } = await callerNow(tx, caller);
      requirePermission(actor, Permission.RELEASE_PUBLISH, now, version.id);
      const id = await insertRequest(tx, {
        versionId: version.id,
        requestedById: Number(actor.user.id),
        via: actor.client?.name ?? null,
        requestedAt: order.now,
        notes: order.notes,
        digest,
      });
      await record(tx, originOf(caller), { action: 'release.request', subjectId: null, detail: version.name });
      return (await requestById(tx, id))!;
    }),
  );
}

/** The open requests of the versions that the caller may publish, oldest first. @throws AppError FORBIDDEN */
export async function requestsToConfirm(db: Sql, caller: Caller): Promise<RequestRow[]> {
  requirePermission(caller.actor, Permission.RELEASE_PUBLISH, caller.now, 'ANY');
  const requests = await openRequests(db);
  return requests.filter(({ versionId }) =>
    effectivePermissions(caller.actor, caller.now, versionId).has(Permission.RELEASE_PUBLISH),
  );
}

/** Takes a request back: one's own or somebody else's. @throws UserErrors NOT_FOUND; AppError FORBIDDEN */
export async function withdrawRequest(db: Database, caller: Caller, id: number): Promise<RequestRow> {
  const actor = requirePermission(caller.actor, Permission.RELEASE_PUBLISH, caller.now, 'ANY');
  const request = await requestById(db, id);
  if (request === null) throw noSuchRequest();
  requirePermission(actor, Permission.RELEASE_PUBLISH, caller.now, request.versionId);
  const version = (await allVersions(db)).find((each) => each.id === request.versionId);
  return db.transaction(async (tx) => {
    if (!(await deleteRequest(tx, id))) throw noSuchRequest();
    await record(tx, originOf(caller), {
      action: 'release.withdraw',
      subjectId: request.requestedById,
      detail: version?.name,
    });
    return request;
  });
}
