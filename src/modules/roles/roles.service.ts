import {
  effectivePermissions,
  isUser,
  ownerKey,
  requirePermission,
  requirePresence,
  type SignedInActor,
  type VersionScope,
} from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { isBotRole, isVersioned, Permission, ROLE_PERMISSIONS, type RoleName } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { originOf } from '../audit/audit.store.js';
import { addGrant, grantVersion, noSuchGrant, removeGrant } from './grants.js';
import { inTurn } from './in-turn.js';
import { grantsById, type RoleGrantRow } from './roles.store.js';

export interface GrantRoleInput {
  userId: number;
  role: RoleName;
  /** The name of a game version; none for a grant that holds for all. */
  gameVersion?: string | null;
  until?: Date | null;
  reason?: string | null;
}

/**
 * Who grants roles for the versions concerned may give and take those that hold nothing that they lack themselves. The roles of
 * bots are nobody's own: it takes the right to grant for all versions.
 * @throws AppError FORBIDDEN
 */
function requireLevel(actor: SignedInActor, role: RoleName, now: Date, scope: VersionScope): void {
  requirePermission(actor, Permission.ROLE_GRANT, now, isBotRole(role) ? 'ALL' : scope);
  if (isBotRole(role)) return;
  const held = effectivePermissions(actor, now, scope);
  // Held for one version, a role gives only what there is for versions.
  const given = [...ROLE_PERMISSIONS[role]].filter((permission) => scope === 'ALL' || isVersioned(permission));
  const lacking = given.find((permission) => !held.has(permission));
  if (lacking === undefined) return;
  throw new AppError('FORBIDDEN', `${role} is above your own roles: it holds ${lacking}.`, { permission: lacking });
}

/**
 * Gives somebody a role. @returns the user's id
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS, LAST_ADMIN; AppError FORBIDDEN for oneself, for what is above one's own
 *   roles, and without fresh presence
 */
export async function grantRole(auth: AuthServices, caller: Caller, input: GrantRoleInput): Promise<number> {
  requirePresence(caller.actor, caller.now);
  const { userId, role, until = null, reason } = input;
  return inTurn(auth, caller, async (tx, { actor, now }) => {
    requirePermission(actor, Permission.ROLE_GRANT, now, 'ANY');
    if (isUser(actor, String(userId))) throw new AppError('FORBIDDEN', 'Nobody grants a role to themselves.');
    const version = await grantVersion(tx, input.gameVersion);
    requireLevel(actor, role, now, version?.id ?? 'ALL');
    await addGrant(tx, originOf(caller), now, { userId, role, version, until, reason });
    return userId;
  });
}

/**
 * Takes a role back, one's own too: that is stepping down. All sessions and tokens of the user end.
 * @returns the user's id, and whether it was the caller
 * @throws UserErrors NOT_FOUND, LAST_ADMIN; AppError FORBIDDEN for what is above one's own roles, and without fresh presence
 */
export async function revokeRole(
  auth: AuthServices,
  caller: Caller,
  grantId: number,
): Promise<{ userId: number; own: boolean }> {
  requirePresence(caller.actor, caller.now);
  return inTurn(auth, caller, async (tx, { actor, now }) => {
    requirePermission(actor, Permission.ROLE_GRANT, now, 'ANY');
    const [grant] = await grantsById(tx, [grantId], now);
    if (grant === undefined) throw noSuchGrant();
    const own = isUser(actor, String(grant.userId));
    if (!own) requireLevel(actor, grant.role, now, grant.gameVersionId ?? 'ALL');
    await removeGrant(tx, originOf(caller), now, grant);
    return { userId: grant.userId, own };
  });
}

/** Those of some grants that a caller may know of: their own, their bots', and all with USER_READ_PRIVATE for all versions. */
export async function readableGrants(
  db: Sql,
  { actor, now }: Pick<Caller, 'actor' | 'now'>,
  ids: readonly number[],
): Promise<RoleGrantRow[]> {
  if (actor.kind === 'ANONYMOUS') return [];
  const readsAll = effectivePermissions(actor, now, 'ALL').has(Permission.USER_READ_PRIVATE);
  return grantsById(db, ids, now, readsAll ? null : ownerKey(actor));
}
