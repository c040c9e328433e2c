import { statement, type Sql } from '../../db/index.js';
import { ACTOR_COLUMNS, ACTOR_TABLES, ACTOR_USABLE, type ActorRow } from '../actor.store.js';
import { TOUCH_INTERVAL } from '../sessions/sessions.store.js';

/** An API token as its owner sees it. */
export interface ApiTokenRow {
  id: number;
  userId: number;
  name: string;
  prefix: string;
  permissions: string[];
  /** Empty for all. */
  gameVersionIds: number[];
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
}

export interface TokenActorRow
  extends ActorRow, Pick<ApiTokenRow, 'id' | 'name' | 'permissions' | 'gameVersionIds' | 'expiresAt' | 'lastUsedAt'> {}

// One statement: it reads the token with all that its user may do, and notes that the token is in use.
const FIND = statement(
  'api_tokens_find',
  `WITH touched AS (
     UPDATE api_tokens SET last_used_at = $2::timestamptz
      WHERE hash = $1 AND expires_at > $2::timestamptz
        AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - ${TOUCH_INTERVAL}))
   SELECT t.id, t.name, t.permissions, t.game_version_ids AS "gameVersionIds", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt",
          ${ACTOR_COLUMNS}
     FROM api_tokens t ${ACTOR_TABLES('t.user_id')}
    WHERE t.hash = $1 AND t.expires_at > $2::timestamptz AND ${ACTOR_USABLE('$2::timestamptz')}`,
);

/** The live token of a hash with its user's rights; null for one that has ended or whose account may not be used. */
export async function findToken(db: Sql, hash: Buffer, now: Date): Promise<TokenActorRow | null> {
  const rows = await db.query<TokenActorRow>(FIND, [hash, now]);
  return rows[0] ?? null;
}

const COLUMNS = `t.id, t.user_id AS "userId", t.name, t.prefix, t.permissions, t.game_version_ids AS "gameVersionIds",
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt"`;

export type NewApiToken = Omit<ApiTokenRow, 'id' | 'lastUsedAt'> & { hash: Buffer };

export async function insertToken(db: Sql, token: NewApiToken): Promise<ApiTokenRow> {
  const { hash, userId, name, prefix, permissions, gameVersionIds, createdAt, expiresAt } = token;
  const rows = await db.query<ApiTokenRow>(
    `INSERT INTO api_tokens AS t (hash, user_id, name, prefix, permissions, game_version_ids, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
    [hash, userId, name, prefix, permissions, gameVersionIds, createdAt, expiresAt],
  );
  return rows[0]!;
}

const OF_USERS = statement(
  'api_tokens_of_users',
  `SELECT ${COLUMNS} FROM api_tokens t WHERE t.user_id IN (SELECT id FROM users WHERE id = $1 OR owner_id = $1) ORDER BY t.id DESC`,
);

/** The tokens of a person and of the bots of that person, newest first. */
export const tokensOfPerson = (db: Sql, userId: number): Promise<ApiTokenRow[]> =>
  db.query<ApiTokenRow>(OF_USERS, [userId]);

const BY_ID = statement(
  'api_tokens_by_id',
  `SELECT ${COLUMNS} FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ANY($2::int[]) AND (u.id = $1 OR u.owner_id = $1)`,
);

/** Those of some tokens that are a user's own or of one of the user's bots. */
export const tokensById = (db: Sql, userId: number, ids: readonly number[]): Promise<ApiTokenRow[]> =>
  db.query<ApiTokenRow>(BY_ID, [userId, ids]);

/** A token of a user or of one of the user's bots, held until the transaction ends; null where there is none. */
export async function lockToken(tx: Sql, userId: number, id: number): Promise<ApiTokenRow | null> {
  const rows = await tx.query<ApiTokenRow>(
    `SELECT ${COLUMNS} FROM api_tokens t JOIN users u ON u.id = t.user_id
      WHERE t.id = $2 AND (u.id = $1 OR u.owner_id = $1) FOR UPDATE OF t`,
    [userId, id],
  );
  return rows[0] ?? null;
}

/** How many tokens of an account still count. */
export async function countTokens(tx: Sql, userId: number, now: Date): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM api_tokens WHERE user_id = $1 AND expires_at > $2`,
    [userId, now],
  );
  return rows[0]!.count;
}

/** Whether nobody has ended a token yet. */
export async function hasToken(tx: Sql, id: number, now: Date): Promise<boolean> {
  return (await tx.query(`SELECT id FROM api_tokens WHERE id = $1 AND expires_at > $2`, [id, now])).length > 0;
}

/** Lets a token end at an instant, if it would live longer. */
export async function endTokenAt(tx: Sql, id: number, at: Date): Promise<void> {
  await tx.query(`UPDATE api_tokens SET expires_at = least(expires_at, $2) WHERE id = $1`, [id, at]);
}

export async function deleteToken(tx: Sql, id: number): Promise<void> {
  await tx.query(`DELETE FROM api_tokens WHERE id = $1`, [id]);
}

/** The account of a token, live or not; null where there is no such token. */
export async function userOfToken(tx: Sql, hash: Buffer): Promise<number | null> {
  const rows = await tx.query<{ userId: number }>(`SELECT user_id AS "userId" FROM api_tokens WHERE hash = $1`, [hash]);
  return rows[0]?.userId ?? null;
}

/** Ends the token of a hash. @returns what it was; null if there was none */
export async function deleteTokenByHash(tx: Sql, hash: Buffer): Promise<Pick<ApiTokenRow, 'id' | 'name'> | null> {
  const rows = await tx.query<Pick<ApiTokenRow, 'id' | 'name'>>(
    `DELETE FROM api_tokens WHERE hash = $1 RETURNING id, name`,
    [hash],
  );
  return rows[0] ?? null;
}

/** Ends every token of a person and of the bots of that person. @returns how many */
export async function deleteTokensOfPerson(tx: Sql, userId: number): Promise<number> {
  const rows = await tx.query(
    `DELETE FROM api_tokens WHERE user_id IN (SELECT id FROM users WHERE id = $1 OR owner_id = $1) RETURNING id`,
    [userId],
  );
  return rows.length;
}
