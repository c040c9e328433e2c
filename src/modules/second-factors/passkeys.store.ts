import type { PasskeyCredential } from '../../auth/second-factor/passkeys.js';
import { statement, type Sql } from '../../db/index.js';

/** A passkey as it is kept. */
export interface PasskeyRow extends PasskeyCredential {
  id: number;
  userId: number;
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

// The counter has 32 bits without a sign.
const COLUMNS = `id, user_id AS "userId", credential_id AS "credentialId", public_key AS "publicKey", counter::float8 AS counter,
  transports, name, created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

const OF_USER = statement('passkeys_of_user', `SELECT ${COLUMNS} FROM passkeys WHERE user_id = $1 ORDER BY id`);

/** The passkeys of an account, oldest first. */
export const passkeysOf = (db: Sql, userId: number): Promise<PasskeyRow[]> => db.query<PasskeyRow>(OF_USER, [userId]);

const OWN = statement('passkeys_own', `SELECT ${COLUMNS} FROM passkeys WHERE user_id = $1 AND id = ANY($2::int[])`);

/** Those passkeys of some ids that are an account's own. */
export const ownPasskeys = (db: Sql, userId: number, ids: readonly number[]): Promise<PasskeyRow[]> =>
  db.query<PasskeyRow>(OWN, [userId, ids]);

const BY_CREDENTIAL = statement('passkeys_by_credential', `SELECT ${COLUMNS} FROM passkeys WHERE credential_id = $1`);

/** The passkey of a credential's id, whosever it is. */
export async function passkeyByCredential(db: Sql, credentialId: string): Promise<PasskeyRow | null> {
  const rows = await db.query<PasskeyRow>(BY_CREDENTIAL, [credentialId]);
  return rows[0] ?? null;
}

export type NewPasskey = Omit<PasskeyRow, 'id' | 'lastUsedAt'>;

/** Keeps a passkey; null where somebody has one of this credential's id. */
export async function insertPasskey(tx: Sql, passkey: NewPasskey): Promise<PasskeyRow | null> {
  const { userId, credentialId, publicKey, counter, transports, name, createdAt } = passkey;
  const rows = await tx.query<PasskeyRow>(
    `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, name, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING RETURNING ${COLUMNS}`,
    [userId, credentialId, publicKey, counter, transports, name, createdAt],
  );
  return rows[0] ?? null;
}

/**
 * Notes the use of an account's passkey: the counter that it reported must be above the one before, unless it doesn't count.
 * @returns false if it is not, or if the account doesn't have the passkey any more
 */
export async function usePasskey(
  tx: Sql,
  { id, userId }: Pick<PasskeyRow, 'id' | 'userId'>,
  counter: number,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE passkeys SET counter = $3, last_used_at = $4
      WHERE id = $1 AND user_id = $2 AND (counter < $3 OR (counter = 0 AND $3 = 0)) RETURNING id`,
    [id, userId, counter, now],
  );
  return rows.length > 0;
}

/** Removes a passkey of an account. @returns whether it had it */
export async function deletePasskey(tx: Sql, userId: number, id: number): Promise<boolean> {
  return (await tx.query(`DELETE FROM passkeys WHERE id = $2 AND user_id = $1 RETURNING id`, [userId, id])).length > 0;
}

/** Removes every passkey of an account. @returns how many */
export async function deletePasskeys(tx: Sql, userId: number): Promise<number> {
  return (await tx.query(`DELETE FROM passkeys WHERE user_id = $1 RETURNING id`, [userId])).length;
}
