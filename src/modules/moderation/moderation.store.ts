import type { Tx } from '../../db/index.js';

/** Suspends an account until an instant, or ends its suspension with null. */
export async function setSuspension(tx: Tx, userId: number, until: Date | null, reason: string | null): Promise<void> {
  await tx.query(`UPDATE users SET suspended_until = $2, suspension_reason = $3 WHERE id = $1`, [
    userId,
    until,
    reason,
  ]);
}
