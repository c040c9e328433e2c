import { hashSecret } from '../../auth/secrets.js';
import { normaliseRecoveryCode } from '../../auth/second-factor/recovery-codes.js';
import { statement, type Sql } from '../../db/index.js';

const COUNT = statement('recovery_codes_count', `SELECT count(*)::int AS count FROM recovery_codes WHERE user_id = $1`);

/** How many recovery codes an account has left. */
export async function countRecoveryCodes(db: Sql, userId: number): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, [userId]);
  return rows[0]!.count;
}

/** Keeps the hashes of fresh codes, in place of those that an account has. */
export async function putRecoveryCodes(tx: Sql, userId: number, codes: readonly string[]): Promise<void> {
  await tx.query(`DELETE FROM recovery_codes WHERE user_id = $1`, [userId]);
  await tx.query(
    `INSERT INTO recovery_codes (user_id, hash) SELECT $1, decode(hash, 'hex') FROM unnest($2::text[]) AS hash`,
    [userId, codes.map((code) => hashSecret(code).toString('hex'))],
  );
}

const TAKE = statement(
  'recovery_codes_take',
  `DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2 RETURNING user_id`,
);

/**
 * Uses a recovery code of an account up: of any number of callers at once, one gets it.
 * @param typed as somebody typed it; what can be no code is looked for all the same, so that it takes as long
 */
export async function takeRecoveryCode(tx: Sql, userId: number, typed: string): Promise<boolean> {
  const rows = await tx.query(TAKE, [userId, hashSecret(normaliseRecoveryCode(typed) ?? '')]);
  return rows.length > 0;
}
