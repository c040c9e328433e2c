import { isUser, requirePermission, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission, ROLE_PERMISSIONS } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { usersById } from '../accounts/users.store.js';
import { originOf } from '../audit/audit.store.js';
import { inTurn } from '../roles/in-turn.js';
import { grantsOf } from '../roles/roles.store.js';
import { noSuchAccount, reinstate, suspend, type SuspensionInput } from './suspension.js';

/**
 * Accounts are of no game version, so the right must hold for all of them. Those who could suspend others, their bots included, are
 * suspended and reinstated only by those who grant roles: moderators do not fight each other with it.
 * @throws AppError FORBIDDEN; UserErrors NOT_FOUND
 */
async function requireOver(tx: Tx, actor: SignedInActor, now: Date, userId: number, path: string): Promise<void> {
  requirePermission(actor, Permission.USER_SUSPEND, now, 'ALL');
  const user = (await usersById(tx, [userId])).get(userId);
  if (user?.id !== userId) throw noSuchAccount(path);
  const grants = await grantsOf(tx, [user.id, user.ownerId ?? user.id], now);
  const guarded = grants.some(({ role }) => {
    const held = ROLE_PERMISSIONS[role];
    return held.has(Permission.USER_SUSPEND) || held.has(Permission.ROLE_GRANT);
  });
  if (guarded) requirePermission(actor, Permission.ROLE_GRANT, now, 'ALL');
}

/** Suspends somebody else. @throws UserErrors NOT_FOUND, INVALID_INPUT, LAST_ADMIN; AppError FORBIDDEN */
export async function suspendUser(auth: AuthServices, caller: Caller, input: SuspensionInput): Promise<void> {
  await inTurn(auth, caller, async (tx, { actor, now }) => {
    if (isUser(actor, String(input.userId))) throw userError('INVALID_INPUT', 'Nobody suspends themselves.', 'user');
    await requireOver(tx, actor, now, input.userId, 'user');
    await suspend(tx, originOf(caller), now, input);
  });
}

/** Ends somebody's suspension. @throws UserErrors NOT_FOUND, INVALID_INPUT; AppError FORBIDDEN */
export async function reinstateUser(auth: AuthServices, caller: Caller, userId: number): Promise<void> {
  await inTurn(auth, caller, async (tx, { actor, now }) => {
    await requireOver(tx, actor, now, userId, 'id');
    await reinstate(tx, originOf(caller), now, userId);
  });
}
