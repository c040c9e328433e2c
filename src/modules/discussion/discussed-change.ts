import { requirePermission, unauthenticated, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Sql, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { lockUser } from '../accounts/users.store.js';
import type { ChangeRow } from '../changes/change.js';
import { changesById } from '../changes/changes.store.js';

/** A change, and who votes or comments on it. */
export interface Discussed {
  actor: SignedInActor;
  change: ChangeRow;
}

/**
 * The change that a caller votes or comments on.
 * @throws AppError FORBIDDEN for whoever may do so on none, or not on those of its version; UserErrors NOT_FOUND
 */
export async function discussedChange(db: Sql, caller: Caller, id: number): Promise<Discussed> {
  requirePermission(caller.actor, Permission.MAPPING_VOTE, caller.now, 'ANY');
  const [change] = await changesById(db, [id]);
  if (change === undefined) throw userError('NOT_FOUND', 'There is no such change.', 'change');
  return { actor: requirePermission(caller.actor, Permission.MAPPING_VOTE, caller.now, change.versionId), change };
}

/** Holds the account of whoever votes or comments: a merge leaves nothing behind with one that goes. @returns its id */
export async function lockSpeaker(tx: Tx, { user }: SignedInActor): Promise<number> {
  const held = await lockUser(tx, Number(user.id));
  if (held === null) throw unauthenticated();
  return held.id;
}
