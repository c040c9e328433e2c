import type { Tx } from '../../db/index.js';
import { moveComments } from '../discussion/comments.store.js';
import { moveVotes } from '../discussion/votes.store.js';
import { writeHistory } from '../history/history.store.js';

/**
 * Moves what an account that goes leaves to the one that stays; its password, second factors and codes are dropped. Changes stay as
 * they are sealed: that they count as those of the other follows from where the account leads.
 */
export async function moveBelongings(tx: Tx, from: number, into: number, now: Date): Promise<void> {
  for (const table of ['sessions', 'one_time_secrets', 'totp', 'recovery_codes']) {
    await tx.query(`DELETE FROM ${table} WHERE user_id = $1`, [from]);
  }
  await tx.query(`DELETE FROM identities WHERE user_id = $1 AND provider = 'LOCAL'`, [from]);
  await tx.query(`UPDATE identities SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await tx.query(`UPDATE passkeys SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await tx.query(`UPDATE webhooks SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await tx.query(`UPDATE oauth_clients SET owner_id = $2 WHERE owner_id = $1`, [from, into]);
  await tx.query(`UPDATE users SET owner_id = $2 WHERE owner_id = $1`, [from, into]);
  // A role that both hold in the same way is held once.
  await tx.query(
    `UPDATE role_grants g SET revoked_at = $3 WHERE g.user_id = $1 AND g.revoked_at IS NULL AND EXISTS (
       SELECT FROM role_grants h WHERE h.user_id = $2 AND h.revoked_at IS NULL AND h.role = g.role AND h.valid_from <= $3
          AND h.game_version_id IS NOT DISTINCT FROM g.game_version_id AND (h.valid_until IS NULL OR h.valid_until >= g.valid_until))`,
    [from, into, now],
  );
  await tx.query(`UPDATE role_grants SET user_id = $2 WHERE user_id = $1 AND revoked_at IS NULL`, [from, into]);
  await writeHistory(tx, () => moveVotes(tx, from, into));
  await moveComments(tx, from, into);
  await tx.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1`, [from, into]);
}
