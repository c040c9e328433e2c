import type { Sql } from '../../db/index.js';
import type { HandleKeys } from './handles.js';

/** Handles of erased accounts come free again after this long, in SQL: nobody takes over who somebody was. */
const HANDLE_RESERVED = `interval '1 year'`;

/** An account with all that goes when it goes: its bots, and the accounts that were merged into it. */
export async function lockAccountWithBots(tx: Sql, userId: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `SELECT id FROM users WHERE (id = $1 OR owner_id = $1 OR merged_into_id = $1) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE`,
    [userId],
  );
  return rows.map(({ id }) => id);
}

/** Keeps the handles of accounts that go from being taken for a year. */
export async function reserveHandles(tx: Sql, userIds: readonly number[], now: Date): Promise<void> {
  await tx.query(
    `INSERT INTO reserved_handles (handle_skeleton, until)
     SELECT handle_skeleton, $2::timestamptz + ${HANDLE_RESERVED} FROM users WHERE id = ANY($1::int[])
     ON CONFLICT (handle_skeleton) DO UPDATE SET until = excluded.until`,
    [userIds, now],
  );
}

/** Puts a pseudonym in place of a handle, for ever. @returns whether it was free */
export async function setPseudonym(
  tx: Sql,
  userId: number,
  { handle, key, skeleton }: HandleKeys,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE users SET handle = $2, handle_key = $3, handle_skeleton = $4, erased_at = $5, suspension_reason = NULL
      WHERE id = $1 AND NOT EXISTS (SELECT FROM users WHERE handle_skeleton = $4) RETURNING id`,
    [userId, handle, key, skeleton, now],
  );
  return rows.length > 0;
}

const PERSONAL = [
  'identities',
  'sessions',
  'api_tokens',
  'one_time_secrets',
  'totp',
  'recovery_codes',
  'passkeys',
  'webhooks',
  'oidc_records',
];

/** Removes everything personal that is kept of some accounts, and the roles that they hold. */
export async function erasePersonal(tx: Sql, userIds: readonly number[], now: Date): Promise<void> {
  for (const table of PERSONAL) await tx.query(`DELETE FROM ${table} WHERE user_id = ANY($1::int[])`, [userIds]);
  await tx.query(`DELETE FROM oauth_clients WHERE owner_id = ANY($1::int[]) OR bot_id = ANY($1::int[])`, [userIds]);
  await tx.query(
    `UPDATE role_grants SET revoked_at = coalesce(revoked_at, $2), reason = NULL WHERE user_id = ANY($1::int[])`,
    [userIds, now],
  );
  await tx.query(`UPDATE audit_events SET address = NULL WHERE actor_id = ANY($1::int[]) AND address IS NOT NULL`, [
    userIds,
  ]);
}
