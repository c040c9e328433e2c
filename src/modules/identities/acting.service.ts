import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { ALL_PERMISSIONS, isForActing, type Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { setActingPermissions } from './identities.store.js';

/** The permissions in the order of the catalogue, each once. @throws UserErrors INVALID_INPUT naming one that is for nobody who acts */
function checkActing(asked: readonly Permission[]): Permission[] {
  const refused = asked.find((permission) => !isForActing(permission));
  if (refused === undefined) return ALL_PERMISSIONS.filter((permission) => asked.includes(permission));
  throw userError('INVALID_INPUT', `Nobody acts for others by the permission ${refused}.`, 'permissions');
}

/**
 * Says what trusted bots may do for the caller where an identity of the caller proves the account.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND; AppError FORBIDDEN without fresh presence
 */
export async function allowActing(
  { db }: AuthServices,
  caller: Caller,
  { identityId, permissions }: { identityId: number; permissions: readonly Permission[] },
): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  const allowed = checkActing(permissions);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const provider = await setActingPermissions(tx, userId, identityId, allowed);
    if (provider === null) throw userError('NOT_FOUND', 'You have no such identity.', 'identity');
    const detail = `${provider}: ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`;
    await record(tx, originOf(caller), { action: 'identity.allow_acting', subjectId: userId, detail });
  });
}
