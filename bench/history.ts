import type { Database } from '../src/db/index.js';
import { verifyHistory } from '../src/modules/history/verify.service.js';

/** How long both chains are. */
export interface HistoryCounts {
  changes: number;
  decisions: number;
}

/** Verifies what both servers wrote. @throws Error where the history is not whole */
export async function historyIsWhole(db: Database): Promise<HistoryCounts> {
  const { changes, decisions, problems } = await verifyHistory(db);
  if (problems.length > 0)
    throw new Error(`The history is not whole: ${problems.map(({ message }) => message).join(' ')}`);
  return { changes: changes.count, decisions: decisions.count };
}
