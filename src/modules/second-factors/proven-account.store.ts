import { statement, type Sql } from '../../db/index.js';

/** What signing in has to know of an account whose owner was just proven. */
export interface ProvenAccount {
  userId: number;
  handle: string;
  suspendedUntil: Date | null;
  suspensionReason: string | null;
}

// Rows that point at the account, as each line of the audit log does, are written without waiting for it.
const LOCK = statement(
  'proven_account_lock',
  `SELECT id AS "userId", handle, suspended_until AS "suspendedUntil", suspension_reason AS "suspensionReason"
     FROM users WHERE id = $1 AND NOT is_bot AND erased_at IS NULL AND merged_into_id IS NULL FOR NO KEY UPDATE`,
);

/** Holds a person's account until the transaction ends; null for one that is not there, is erased or was merged. */
export async function lockProvenAccount(tx: Sql, userId: number): Promise<ProvenAccount | null> {
  const rows = await tx.query<ProvenAccount>(LOCK, [userId]);
  return rows[0] ?? null;
}

const ACTIVE = statement(
  'proven_account_identity',
  `SELECT id FROM identities WHERE id = $2 AND user_id = $1 AND state = 'ACTIVE'`,
);

/** Whether an identity is (still) one of an account's, and counts. */
export const isActiveIdentity = async (tx: Sql, userId: number, identityId: number): Promise<boolean> =>
  (await tx.query(ACTIVE, [userId, identityId])).length > 0;
