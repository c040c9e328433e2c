import { endAccess } from '../../auth/end-access.js';
import { isBotRole, RoleName } from '../../auth/permissions.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import type { Sql, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { lockUser } from '../accounts/users.store.js';
import { record, type Origin } from '../audit/audit.store.js';
import { optionalReason } from '../audit/reasons.js';
import { allVersions } from '../versions/versions.store.js';
import { keepAnAdmin } from './last-admin.js';
import { endGrant, grantsOf, insertGrant, type RoleGrantRow } from './roles.store.js';

/** The game version that a role is held for. */
export interface GrantVersion {
  id: number;
  name: string;
}

/** A role for a user: for one game version or, with null, for all. */
export interface HeldRole {
  userId: number;
  role: RoleName;
  version: GrantVersion | null;
}

export interface GrantInput extends HeldRole {
  /** Null for a grant without end. */
  until: Date | null;
  reason: string | null | undefined;
}

/** The game version that an input names; null where it names none. @throws UserErrors NOT_FOUND */
export async function grantVersion(db: Sql, name: string | null | undefined): Promise<GrantVersion | null> {
  if (name == null) return null;
  const found = (await allVersions(db)).find((version) => version.name === name);
  if (found === undefined) throw userError('NOT_FOUND', 'There is no such game version.', 'gameVersion');
  return found;
}

/** A date at which something ends must lie ahead; null is none. @throws UserErrors INVALID_INPUT */
export function checkEnd(until: Date | null, now: Date): void {
  if (until !== null && until <= now) throw userError('INVALID_INPUT', 'The end must lie in the future.', 'until');
}

/** The grants by which a user holds a role now or will hold it, oldest first: one, unless somebody worked on the database by hand. */
export async function grantsOfRole(db: Sql, { userId, role, version }: HeldRole, now: Date): Promise<RoleGrantRow[]> {
  const held = await grantsOf(db, [userId], now);
  return held.filter((grant) => grant.role === role && grant.gameVersionId === (version?.id ?? null));
}

/** For the log: `MAINTAINER for 1.12.2 until 2026-12-31T00:00:00.000Z: knows it best`. */
function describe(role: RoleName, version: string | null, until: Date | null, reason: string | null): string {
  const end = until === null ? '' : ` until ${until.toISOString()}`;
  return `${role} for ${version ?? 'all game versions'}${end}${reason === null ? '' : `: ${reason}`}`;
}

/**
 * Gives a role. Where the user holds it already with another end, that grant is revoked in its favour. Whether `by` may do so is
 * for the caller to check.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS, LAST_ADMIN
 */
export function addGrant(tx: Tx, by: Origin, now: Date, input: GrantInput): Promise<RoleGrantRow> {
  const { userId, role, version, until } = input;
  const reason = optionalReason(input.reason);
  checkEnd(until, now);
  if (role === RoleName.USER) throw userError('INVALID_INPUT', 'Everyone has the role USER by themselves.', 'role');
  return keepAnAdmin(tx, now, async () => {
    const user = await lockUser(tx, userId);
    if (user === null) throw userError('NOT_FOUND', 'There is no such account.', 'user');
    if (user.isBot !== isBotRole(role)) {
      const why = user.isBot
        ? 'A bot has the roles of its owner; only roles for bots are granted to it.'
        : `The role ${role} is for bots alone.`;
      throw userError('INVALID_INPUT', why, 'role');
    }
    const held = await grantsOfRole(tx, input, now);
    if (held.some((grant) => grant.until?.getTime() === until?.getTime())) {
      throw userError('ALREADY_EXISTS', 'This role is held already, with the same end.', 'role');
    }
    for (const { id } of held) await endGrant(tx, id, by.actorId, now);
    const gameVersionId = version?.id ?? null;
    const grant = { userId, role, gameVersionId, from: now, until, grantedById: by.actorId, reason };
    const made = await insertGrant(tx, grant);
    const detail = describe(role, version?.name ?? null, until, reason);
    await record(tx, by, { action: 'role.grant', subjectId: userId, detail });
    return made;
  });
}

/**
 * Takes a role back. All sessions and API tokens of the user and of the user's bots end. Whether `by` may do so is for the caller
 * to check.
 * @throws UserErrors NOT_FOUND for a grant that is not held any more, LAST_ADMIN
 */
export function removeGrant(tx: Tx, by: Origin, now: Date, grant: RoleGrantRow): Promise<void> {
  const { id, userId, role, gameVersionId } = grant;
  return keepAnAdmin(tx, now, async () => {
    const user = await lockUser(tx, userId);
    if (user === null || !(await endGrant(tx, id, by.actorId, now))) throw noSuchGrant();
    await deleteSessions(tx, userId);
    await endAccess(tx, userId);
    const versions = gameVersionId === null ? [] : await allVersions(tx);
    const version = versions.find((each) => each.id === gameVersionId)?.name ?? null;
    await record(tx, by, { action: 'role.revoke', subjectId: userId, detail: describe(role, version, null, null) });
  });
}

/** The refusal of a grant that there is not, or not any more. */
export const noSuchGrant = () => userError('NOT_FOUND', 'There is no such grant, or it has ended.', 'id');
