import { statement, type Sql } from '../db/index.js';
import { accountName } from './actor-changes.js';
import type { Credential, Grant, SignedInActor } from './actor.js';
import { RoleName } from './permissions.js';

/** The row that every credential leads to: whose it is, and the roles held. */
export interface ActorRow {
  userId: number;
  /** Whose rights count: the user, or a bot's owner. */
  personId: number;
  handle: string;
  isBot: boolean;
  userSince: Date;
  grants: { role: RoleName; gameVersionId: number | null; from: string; until: string | null }[] | null;
}

/**
 * Columns of an {@link ActorRow}, for a statement in which `u` is the user and `p` the person whose rights count: the user, or
 * the owner of a bot. A bot has what its owner has now, and the roles for bots that it was granted itself.
 */
export const ACTOR_COLUMNS = `u.id AS "userId", p.id AS "personId", u.handle, u.is_bot AS "isBot", p.created_at AS "userSince",
  (SELECT json_agg(json_build_object('role', g.role, 'gameVersionId', g.game_version_id, 'from', g.valid_from, 'until', g.valid_until))
     FROM role_grants g WHERE g.user_id IN (u.id, p.id) AND g.revoked_at IS NULL) AS grants`;

/** The tables of {@link ACTOR_COLUMNS}, to be joined to whatever has the user's id. */
export const ACTOR_TABLES = (userId: string) =>
  `JOIN users u ON u.id = ${userId} JOIN users p ON p.id = coalesce(u.owner_id, u.id)`;

/** Whether the account may be used at the instant `$n`: neither it nor a bot's owner is suspended, erased or merged. */
export const ACTOR_USABLE = (now: string) =>
  `u.erased_at IS NULL AND u.merged_into_id IS NULL AND p.erased_at IS NULL AND p.merged_into_id IS NULL
   AND (u.suspended_until IS NULL OR u.suspended_until <= ${now}) AND (p.suspended_until IS NULL OR p.suspended_until <= ${now})`;

/** The accounts that a row was read of, by their names in {@link ActorChanges}. */
export const accountsOf = ({ userId, personId }: ActorRow): string[] => [accountName(userId), accountName(personId)];

/** Every account has the role USER from the day it was made. */
export function toActor(row: ActorRow, credential: Credential): SignedInActor {
  const granted = (row.grants ?? []).map(({ role, gameVersionId, from, until }): Grant => ({
    role,
    gameVersionId,
    from: new Date(from),
    until: until === null ? null : new Date(until),
  }));
  return {
    kind: 'SIGNED_IN',
    user: { id: String(row.userId), handle: row.handle, isBot: row.isBot },
    credential,
    grants: [{ role: RoleName.USER, gameVersionId: null, from: row.userSince, until: null }, ...granted],
  };
}

const OF_ACCOUNT = statement(
  'actor_of_account',
  `SELECT ${ACTOR_COLUMNS} FROM (SELECT $1::int AS id) asked ${ACTOR_TABLES('asked.id')} WHERE ${ACTOR_USABLE('$2::timestamptz')}`,
);

/** An account with what it may do by now, under a credential; null for one that may not be used. */
export async function accountActor(
  db: Sql,
  userId: number,
  credential: Credential,
  now: Date,
): Promise<SignedInActor | null> {
  const rows = await db.query<ActorRow>(OF_ACCOUNT, [userId, now]);
  return rows[0] === undefined ? null : toActor(rows[0], credential);
}
