import { statement, type Sql } from '../../db/index.js';

const BY_HANDLE = statement(
  'recovery_by_handle',
  `SELECT id FROM users WHERE handle_key = $1 AND NOT is_bot AND erased_at IS NULL AND merged_into_id IS NULL`,
);

/** The key of the person with a handle; null where there is none. */
export async function personByHandle(db: Sql, handleKey: string): Promise<number | null> {
  const rows = await db.query<{ id: number }>(BY_HANDLE, [handleKey]);
  return rows[0]?.id ?? null;
}

/**
 * Lets no identity of an account count but its password, until its owner confirms it again.
 * @returns the providers of those that did count
 */
export async function suspendIdentities(tx: Sql, userId: number): Promise<string[]> {
  const rows = await tx.query<{ provider: string }>(
    `UPDATE identities SET state = 'SUSPENDED' WHERE user_id = $1 AND provider <> 'LOCAL' AND state <> 'SUSPENDED'
     RETURNING provider::text AS provider`,
    [userId],
  );
  return rows.map(({ provider }) => provider).sort();
}
