import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { hasAdmin, lockRights } from './roles.store.js';

/**
 * Runs a change that may cost the service its last administrator: a role revoked or replaced, an account suspended, erased or
 * merged, an identity unlinked. Where somebody could come in as administrator before it and nobody can after it, it is refused,
 * and the transaction with it.
 *
 * Such changes happen one at a time over all processes: each sees what the one before it left, so that of two administrators who
 * remove each other one is refused. Call it before the transaction holds any row, or two of them could wait for each other for ever.
 * Within another one it only counts.
 * @param now the instant of the change: grants and suspensions count as they stand then
 * @returns what `work` gives
 * @throws UserErrors LAST_ADMIN
 */
export async function keepAnAdmin<T>(tx: Tx, now: Date, work: () => Promise<T>): Promise<T> {
  await lockRights(tx);
  const before = await hasAdmin(tx, now);
  const result = await work();
  if (before && !(await hasAdmin(tx, now))) {
    throw userError('LAST_ADMIN', 'Without it nobody could come in as an administrator. Make another one first.');
  }
  return result;
}
