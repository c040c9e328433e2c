import type { JWK } from 'jose';
import type { Sql, Tx } from '../../db/index.js';

/** A key that tokens are, or were, signed with. */
export interface SigningKeyRow {
  kid: string;
  publicKey: JWK;
  /** A JWK, encrypted. */
  privateKey: Buffer;
  createdAt: Date;
  /** When another key took its place; null for the one that signs. */
  retiredAt: Date | null;
}

/** Keys are published this long after they were retired, in SQL: what they signed has expired by then. */
const PUBLISHED = `interval '1 day'`;

/** The keys that may still have signed something that counts, the one that signs first. */
export const signingKeys = (db: Sql, now: Date): Promise<SigningKeyRow[]> =>
  db.query<SigningKeyRow>(
    `SELECT kid, public_key AS "publicKey", private_key AS "privateKey", created_at AS "createdAt", retired_at AS "retiredAt"
       FROM signing_keys WHERE retired_at IS NULL OR retired_at > $1::timestamptz - ${PUBLISHED}
      ORDER BY retired_at DESC NULLS FIRST, created_at DESC`,
    [now],
  );

/** Keeps all other processes from making or retiring keys until the transaction ends. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('signing_keys'))`);
}

/** Retires the key that signs, and forgets those that nothing depends on any more. */
export async function retireSigningKeys(tx: Tx, now: Date): Promise<void> {
  await tx.query(`DELETE FROM signing_keys WHERE retired_at <= $1::timestamptz - ${PUBLISHED}`, [now]);
  await tx.query(`UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL`, [now]);
}

export async function insertSigningKey(
  tx: Tx,
  { kid, publicKey, privateKey }: Pick<SigningKeyRow, 'kid' | 'publicKey' | 'privateKey'>,
  now: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO signing_keys (kid, algorithm, public_key, private_key, created_at) VALUES ($1, 'ES256', $2::jsonb, $3, $4)`,
    [kid, JSON.stringify(publicKey), privateKey, now],
  );
  await tx.query(`SELECT pg_notify('signing_keys', '')`);
}
