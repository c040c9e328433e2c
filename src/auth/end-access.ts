import type { Tx } from '../db/index.js';
import { deleteTokensOfPerson } from './tokens/tokens.store.js';

/** From here on no access token that was made for a person or a bot of the person counts: they are told apart by the epoch. */
export async function endAccessTokens(tx: Tx, userId: number): Promise<void> {
  await tx.query(`UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1 OR owner_id = $1`, [userId]);
}

/**
 * Ends whatever programs hold for a person and the person's bots: API tokens, and what applications were given by the provider.
 * @returns how many API tokens
 */
export async function endAccess(tx: Tx, userId: number): Promise<number> {
  await endAccessTokens(tx, userId);
  await tx.query(`DELETE FROM oidc_records WHERE user_id IN (SELECT id FROM users WHERE id = $1 OR owner_id = $1)`, [
    userId,
  ]);
  // What a bot's client proves itself with is a credential of the bot; it gets a new one from its owner.
  await tx.query(
    `UPDATE oauth_clients SET secret_hash = NULL, previous_secret_hash = NULL, jwks = NULL
      WHERE bot_id IN (SELECT id FROM users WHERE id = $1 OR owner_id = $1)`,
    [userId],
  );
  return deleteTokensOfPerson(tx, userId);
}
