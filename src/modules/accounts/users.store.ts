import type { RoleName } from '../../auth/permissions.js';
import { statement, type Sql } from '../../db/index.js';
import type { HandleKeys } from './handles.js';

/** An account, as anyone may see it and as the services need it. */
export interface UserRow {
  id: number;
  handle: string;
  isBot: boolean;
  /** Bots: the person whose rights the bot has. */
  ownerId: number | null;
  createdAt: Date;
  suspendedUntil: Date | null;
  erasedAt: Date | null;
  /** Merged accounts: the one that stays. */
  mergedIntoId: number | null;
}

const COLUMNS = `u.id, u.handle, u.is_bot AS "isBot", u.owner_id AS "ownerId", u.created_at AS "createdAt",
  u.suspended_until AS "suspendedUntil", u.erased_at AS "erasedAt", u.merged_into_id AS "mergedIntoId"`;

/** The account of an id, where the one that it was merged into is meant in its place. */
const FOLLOWED = `FROM users asked JOIN users u ON u.id = coalesce(asked.merged_into_id, asked.id)`;

const BY_HANDLE = statement('users_by_handle', `SELECT ${COLUMNS} ${FOLLOWED} WHERE asked.handle_key = $1`);

/** The account of a handle, or the one that it was merged into. @param key the handle in lower case */
export async function userByHandle(db: Sql, key: string): Promise<UserRow | null> {
  const rows = await db.query<UserRow>(BY_HANDLE, [key]);
  return rows[0] ?? null;
}

const BY_ID = statement(
  'users_by_id',
  `SELECT asked.id AS "askedId", ${COLUMNS} ${FOLLOWED} WHERE asked.id = ANY($1::int[])`,
);

/** Accounts by the ids asked for; the one that stays for a merged one. */
export async function usersById(db: Sql, ids: readonly number[]): Promise<Map<number, UserRow>> {
  const rows = await db.query<UserRow & { askedId: number }>(BY_ID, [ids]);
  return new Map(rows.map(({ askedId, ...user }) => [askedId, user]));
}

const BOTS = statement(
  'users_bots',
  `SELECT ${COLUMNS} FROM users u WHERE u.owner_id = ANY($1::int[]) AND u.erased_at IS NULL ORDER BY u.handle_key`,
);

/** The bots of some people, by handle. */
export const botsOf = (db: Sql, ownerIds: readonly number[]): Promise<UserRow[]> => db.query<UserRow>(BOTS, [ownerIds]);

/** Which accounts: those whose handle has `part` in it, who hold `role` now; null for any. */
export interface UserFilter {
  /** In lower case; empty for any. */
  part: string;
  role: RoleName | null;
  now: Date;
}

const MATCHES = `u.erased_at IS NULL AND u.merged_into_id IS NULL AND position($1::text IN u.handle_key) > 0
  AND ($2::role_name IS NULL OR EXISTS (
    SELECT FROM role_grants g WHERE g.user_id = u.id AND g.role = $2 AND g.revoked_at IS NULL
       AND g.valid_from <= $3::timestamptz AND (g.valid_until IS NULL OR g.valid_until > $3::timestamptz)))`;

const PAGE = statement(
  'users_page',
  `SELECT ${COLUMNS} FROM users u WHERE ${MATCHES} AND ($4::text IS NULL OR u.handle_key > $4) ORDER BY u.handle_key LIMIT $5`,
);

/** Accounts behind the one with the key `after`, by handle. */
export const usersPage = (
  db: Sql,
  { part, role, now }: UserFilter,
  after: string | null,
  limit: number,
): Promise<UserRow[]> => db.query<UserRow>(PAGE, [part, role, now, after, limit]);

const COUNT = statement('users_count', `SELECT count(*)::int AS count FROM users u WHERE ${MATCHES}`);

export async function countUsers(db: Sql, { part, role, now }: UserFilter): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, [part, role, now]);
  return rows[0]!.count;
}

/**
 * Holds an account until the transaction ends; null for one that is not there, is erased or was merged. Others may go on to point
 * at it, as every line of the audit log does: a lock of the key would make them wait for each other in circles.
 */
export async function lockUser(tx: Sql, id: number): Promise<UserRow | null> {
  const rows = await tx.query<UserRow>(
    `SELECT ${COLUMNS} FROM users u WHERE u.id = $1 AND u.erased_at IS NULL AND u.merged_into_id IS NULL FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0] ?? null;
}

/** Holds the person whose account, or whose bot's account, it is; null as with {@link lockUser}. */
export async function lockPerson(tx: Sql, userId: number): Promise<UserRow | null> {
  const rows = await tx.query<{ id: number }>(`SELECT coalesce(owner_id, id) AS id FROM users WHERE id = $1`, [userId]);
  return rows[0] === undefined ? null : lockUser(tx, rows[0].id);
}

export interface NewUser {
  handle: HandleKeys;
  /** Bots alone have one. */
  ownerId?: number;
}

const INSERT = statement(
  'users_insert',
  `INSERT INTO users AS u (handle, handle_key, handle_skeleton, is_bot, owner_id)
   SELECT $1, $2, $3, $4::int IS NOT NULL, $4::int
    WHERE NOT EXISTS (SELECT FROM reserved_handles WHERE handle_skeleton = $3 AND until > now())
   ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
);

/** Makes an account; null where its handle, or one that looks like it, is taken or not yet free again. */
export async function insertUser(tx: Sql, { handle, ownerId }: NewUser): Promise<UserRow | null> {
  const rows = await tx.query<UserRow>(INSERT, [handle.handle, handle.key, handle.skeleton, ownerId ?? null]);
  return rows[0] ?? null;
}
