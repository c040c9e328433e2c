import { effectivePermissions, isUser, requirePermission, requirePresence } from '../../auth/actor.js';
import { accountActor } from '../../auth/actor.store.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { userError } from '../../shared/user-errors.js';
import { allVersions } from '../versions/versions.store.js';
import { personPublishing, publish } from './publish.service.js';
import { noSuchRequest } from './requests.service.js';
import { requestById, type RequestRow } from './requests.store.js';
import type { ReleaseRow } from './releases.store.js';

/**
 * Publishes a stable release that somebody else has asked for, if the names are still those that were asked for.
 * @throws UserErrors NOT_FOUND, STALE where the names are others by now or whoever asked may publish no more, and as publishing does;
 *   AppError FORBIDDEN for one's own request, without the permission for the version, and without fresh presence
 */
export async function confirmRelease(db: Database, caller: Caller, id: number): Promise<ReleaseRow> {
  const actor = requirePermission(caller.actor, Permission.RELEASE_PUBLISH, caller.now, 'ANY');
  requirePresence(actor, caller.now);
  const request = await requestById(db, id);
  if (request === null) throw noSuchRequest();
  requirePermission(actor, Permission.RELEASE_PUBLISH, caller.now, request.versionId);
  const version = (await allVersions(db)).find((each) => each.id === request.versionId)!;
  const confirmer = personPublishing(caller, request.requestedById);
  const order = {
    version: version.name,
    channel: 'STABLE',
    now: caller.now,
    notes: request.notes,
    number: null,
  } as const;
  return publish(db, order, {
    ...confirmer,
    confirmedById: Number(actor.user.id),
    via: request.via,
    check: async (tx, prepared) => {
      await confirmer.check(tx, prepared);
      // It may have been withdrawn or replaced, and accounts may have been merged.
      const open = await requestById(tx, id);
      if (open === null) throw noSuchRequest();
      if (isUser(actor, String(open.requestedById))) {
        throw new AppError(
          'FORBIDDEN',
          'A stable release takes two people: somebody else confirms what you asked for.',
        );
      }
      await refuseEnded(tx, open, caller.now);
      if (!prepared.digest.equals(open.digest)) {
        const why = `The names of ${version.name} are others than when the release was asked for: ask for it anew.`;
        throw userError('STALE', why, 'request');
      }
    },
  });
}

/** Whoever asked counts as one of the two, so must still have the right to. */
async function refuseEnded(tx: Tx, { requestedById, versionId }: RequestRow, now: Date): Promise<void> {
  const requester = await accountActor(tx, requestedById, WHOLE_ACCOUNT, now);
  const held = requester === null ? null : effectivePermissions(requester, now, versionId);
  if (held?.has(Permission.RELEASE_PUBLISH)) return;
  throw userError('STALE', 'Whoever asked for the release may publish it no more: ask for it anew.', 'request');
}

/** What an account may do by itself, whatever it signs in with. */
const WHOLE_ACCOUNT = {
  kind: 'SESSION',
  id: '0',
  name: null,
  permissions: 'ALL',
  gameVersionIds: null,
  expiresAt: null,
  provenAt: null,
} as const;
