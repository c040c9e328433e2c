import { statement, type Sql } from '../../db/index.js';

/** The authenticator app of an account. */
export interface TotpRow {
  /** Encrypted. */
  key: Uint8Array;
  /** Whether it counts: a first code was entered. */
  confirmed: boolean;
  lastStep: number;
}

const FIND = statement(
  'totp_find',
  `SELECT key, confirmed_at IS NOT NULL AS confirmed, last_step::int AS "lastStep" FROM totp WHERE user_id = $1`,
);

export async function findTotp(db: Sql, userId: number): Promise<TotpRow | null> {
  const rows = await db.query<TotpRow>(FIND, [userId]);
  return rows[0] ?? null;
}

const ON = statement(
  'totp_on',
  `SELECT EXISTS (SELECT FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS confirmed`,
);

/** Whether an account has an authenticator app that counts. */
export async function hasTotp(db: Sql, userId: number): Promise<boolean> {
  const rows = await db.query<{ confirmed: boolean }>(ON, [userId]);
  return rows[0]!.confirmed;
}

/** Keeps a key that is yet to be confirmed, in place of an earlier one. @returns false where one is confirmed */
export async function putTotp(tx: Sql, userId: number, key: Uint8Array): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO totp (user_id, key) VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET key = excluded.key WHERE totp.confirmed_at IS NULL RETURNING user_id`,
    [userId, key],
  );
  return rows.length > 0;
}

/** Lets the key of an account count from now on. @param step that of the first code, which is used up by it */
export async function confirmTotpKey(tx: Sql, userId: number, step: number, now: Date): Promise<void> {
  await tx.query(`UPDATE totp SET confirmed_at = $3, last_step = $2 WHERE user_id = $1`, [userId, step, now]);
}

/** Uses the code of a step up: of any number of callers at once, one gets it. */
export async function takeTotpStep(tx: Sql, userId: number, step: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE totp SET last_step = $2 WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2 RETURNING user_id`,
    [userId, step],
  );
  return rows.length > 0;
}

/** @returns whether there was one that counted */
export async function deleteTotp(tx: Sql, userId: number): Promise<boolean> {
  const rows = await tx.query(`DELETE FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING user_id`, [
    userId,
  ]);
  return rows.length > 0;
}
