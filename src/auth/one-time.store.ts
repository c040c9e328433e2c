import { statement, type Sql } from '../db/index.js';
import { hashSecret } from './secrets.js';

/** What a one-time secret opens. */
export type OneTimePurpose =
  | 'OAUTH_FLOW'
  | 'SECOND_FACTOR'
  | 'PASSKEY_REGISTRATION'
  | 'PASSKEY_SIGN_IN'
  | 'ACCOUNT_MERGE'
  | 'IDENTITY_MOVE'
  | 'ACCOUNT_EXPORT'
  | 'IRC_LINK'
  | 'IRC_OFFER';

export interface OneTimeSecret {
  userId: number | null;
  sessionId: number | null;
  data: Record<string, unknown>;
  expiresAt: Date;
  attempts: number;
}

export interface NewOneTimeSecret {
  secret: string;
  purpose: OneTimePurpose;
  userId?: number | null;
  /** Where it only counts within one session, and ends with it. */
  sessionId?: number | null;
  data?: Record<string, unknown>;
  expiresAt: Date;
}

const COLUMNS = `user_id AS "userId", session_id AS "sessionId", data, expires_at AS "expiresAt", attempts`;

const ISSUE = statement(
  'one_time_issue',
  `INSERT INTO one_time_secrets (hash, purpose, user_id, session_id, data, expires_at) VALUES ($1, $2, $3, $4, $5::jsonb, $6)`,
);

/** Keeps the hash of a secret that is about to be handed out. */
export async function issueOneTime(db: Sql, input: NewOneTimeSecret): Promise<void> {
  const { secret, purpose, userId = null, sessionId = null, data = {}, expiresAt } = input;
  await db.query(ISSUE, [hashSecret(secret), purpose, userId, sessionId, JSON.stringify(data), expiresAt]);
}

const CONSUME = statement(
  'one_time_consume',
  `DELETE FROM one_time_secrets WHERE hash = $1 AND purpose = $2 RETURNING ${COLUMNS}`,
);

/**
 * Uses a secret up: of any number of callers at once, one gets it. Null where there is none; whether it has expired is for
 * the caller to see, who may want to say so.
 */
export async function consumeOneTime(db: Sql, purpose: OneTimePurpose, secret: string): Promise<OneTimeSecret | null> {
  const rows = await db.query<OneTimeSecret>(CONSUME, [hashSecret(secret), purpose]);
  return rows[0] ?? null;
}

const PEEK = statement('one_time_peek', `SELECT ${COLUMNS} FROM one_time_secrets WHERE hash = $1 AND purpose = $2`);

/** What a secret stands for, which stays as it is; null where there is none. */
export async function peekOneTime(db: Sql, purpose: OneTimePurpose, secret: string): Promise<OneTimeSecret | null> {
  const rows = await db.query<OneTimeSecret>(PEEK, [hashSecret(secret), purpose]);
  return rows[0] ?? null;
}

const TRY = statement(
  'one_time_try',
  `UPDATE one_time_secrets SET attempts = attempts + 1
    WHERE hash = $1 AND purpose = $2 AND expires_at > $3 AND attempts < $4 RETURNING ${COLUMNS}`,
);

/** Counts one try against a secret that stays; null once it is gone, has expired, or was tried `limit` times. */
export async function tryOneTime(
  db: Sql,
  purpose: OneTimePurpose,
  secret: string,
  now: Date,
  limit: number,
): Promise<OneTimeSecret | null> {
  const rows = await db.query<OneTimeSecret>(TRY, [hashSecret(secret), purpose, now, limit]);
  return rows[0] ?? null;
}

/** Takes back what of one purpose a user was handed out. */
export async function revokeOneTime(db: Sql, purpose: OneTimePurpose, userId: number): Promise<void> {
  await db.query(`DELETE FROM one_time_secrets WHERE user_id = $1 AND purpose = $2`, [userId, purpose]);
}

/** Takes back what of one purpose was handed out with such data, to a user or, with null, to nobody in particular. */
export async function revokeOneTimeAbout(
  db: Sql,
  purpose: OneTimePurpose,
  userId: number | null,
  data: Record<string, unknown>,
): Promise<void> {
  await db.query(
    `DELETE FROM one_time_secrets WHERE purpose = $1 AND user_id IS NOT DISTINCT FROM $2::int AND data @> $3::jsonb`,
    [purpose, userId, JSON.stringify(data)],
  );
}

/** Takes back everything that a user was handed out. */
export async function revokeAllOneTime(db: Sql, userId: number): Promise<void> {
  await db.query(`DELETE FROM one_time_secrets WHERE user_id = $1`, [userId]);
}
