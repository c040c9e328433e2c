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

const BY_ID = statement('users_by_id', `SELECT asked.id AS "askedId", ${COLUMNS} ${FOLLOWED} WHERE asked.id = ANY($1::int[])`);

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

/** Holds an account until the transaction ends; null for one that is not there, is erased or was merged. */
export async function lockUser(tx: Sql, id: number): Promise<UserRow | null> {
  const rows = await tx.query<UserRow>(
    `SELECT ${COLUMNS} FROM users u WHERE u.id = $1 AND u.erased_at IS NULL AND u.merged_into_id IS NULL FOR UPDATE`,
    [id],
  );
  return rows[0] ?? null;
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
