import type { Sql } from '../../db/index.js';

/** Moves what an account that goes leaves to the one that stays; its password, second factors and codes are dropped. */
export async function moveBelongings(tx: Sql, from: number, into: number, now: Date): Promise<void> {
  for (const table of ['sessions', 'one_time_secrets', 'totp', 'recovery_codes']) {
    await tx.query(`DELETE FROM ${table} WHERE user_id = $1`, [from]);
  }
  await tx.query(`DELETE FROM identities WHERE user_id = $1 AND provider = 'LOCAL'`, [from]);
  await tx.query(`UPDATE identities SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await tx.query(`UPDATE passkeys SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await tx.query(`UPDATE users SET owner_id = $2 WHERE owner_id = $1`, [from, into]);
  // A role that both hold in the same way is held once.
  await tx.query(
    `UPDATE role_grants g SET revoked_at = $3 WHERE g.user_id = $1 AND g.revoked_at IS NULL AND EXISTS (
       SELECT FROM role_grants h WHERE h.user_id = $2 AND h.revoked_at IS NULL AND h.role = g.role AND h.valid_from <= $3
          AND h.game_version_id IS NOT DISTINCT FROM g.game_version_id AND (h.valid_until IS NULL OR h.valid_until >= g.valid_until))`,
    [from, into, now],
  );
  await tx.query(`UPDATE role_grants SET user_id = $2 WHERE user_id = $1 AND revoked_at IS NULL`, [from, into]);
  await tx.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1`, [from, into]);
}
