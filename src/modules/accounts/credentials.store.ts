import { statement, type Sql } from '../../db/index.js';

/** What a sign-in by handle needs to know of an account. */
export interface LocalCredentials {
  userId: number;
  handle: string;
  suspendedUntil: Date | null;
  suspensionReason: string | null;
  identityId: number;
  /** argon2id, in PHC format. */
  passwordHash: string;
  hasTotp: boolean;
  hasPasskey: boolean;
}

const COLUMNS = `u.id AS "userId", u.handle, u.suspended_until AS "suspendedUntil", u.suspension_reason AS "suspensionReason",
  i.id AS "identityId", w.hash AS "passwordHash",
  EXISTS (SELECT FROM totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS "hasTotp",
  EXISTS (SELECT FROM passkeys k WHERE k.user_id = u.id) AS "hasPasskey"`;

const TABLES = `FROM users u JOIN identities i ON i.user_id = u.id AND i.provider = 'LOCAL' AND i.state = 'ACTIVE'
  JOIN passwords w ON w.identity_id = i.id`;

const BY_HANDLE = statement(
  'credentials_by_handle',
  `SELECT ${COLUMNS} ${TABLES} WHERE u.handle_key = $1 AND u.erased_at IS NULL AND u.merged_into_id IS NULL`,
);

/** The password of a handle's account; null where there is no such account, or none with a password. */
export async function localCredentials(db: Sql, handleKey: string): Promise<LocalCredentials | null> {
  const rows = await db.query<LocalCredentials>(BY_HANDLE, [handleKey]);
  return rows[0] ?? null;
}

const BY_USER = statement('credentials_by_user', `SELECT ${COLUMNS} ${TABLES} WHERE u.id = $1`);

/** The password of an account; null where it has none. */
export async function localCredentialsOf(db: Sql, userId: number): Promise<LocalCredentials | null> {
  const rows = await db.query<LocalCredentials>(BY_USER, [userId]);
  return rows[0] ?? null;
}

/** Sets the password of an account, and makes its LOCAL identity where it has none. */
export async function setPassword(tx: Sql, userId: number, handle: string, hash: string, now: Date): Promise<void> {
  await tx.query(
    `WITH local AS (
       INSERT INTO identities (user_id, provider, subject, display_name, linked_at) VALUES ($1, 'LOCAL', $1::int::text, $2, $4)
       ON CONFLICT (provider, network, subject) DO UPDATE SET state = 'ACTIVE' RETURNING id)
     INSERT INTO passwords (identity_id, hash, changed_at) SELECT id, $3, $4 FROM local
     ON CONFLICT (identity_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
    [userId, handle, hash, now],
  );
}

/** Notes that an identity was used to sign in. */
export async function touchIdentity(tx: Sql, identityId: number, now: Date): Promise<void> {
  await tx.query(`UPDATE identities SET last_used_at = $2 WHERE id = $1`, [identityId, now]);
}

const USABLE = `SELECT (SELECT count(*)::int FROM identities WHERE user_id = $1 AND state = 'ACTIVE' AND provider <> 'IRC')
  + (SELECT count(*)::int FROM passkeys WHERE user_id = $1) AS count`;

/** In how many ways somebody could sign in to an account. */
export async function countWaysIn(tx: Sql, userId: number): Promise<number> {
  const rows = await tx.query<{ count: number }>(USABLE, [userId]);
  return rows[0]!.count;
}
