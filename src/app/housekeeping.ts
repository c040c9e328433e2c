import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import { removeExpired } from '../modules/accounts/housekeeping.store.js';
import { removeMetDemand } from '../modules/demand/demand.store.js';

const INTERVAL = 60 * 60_000;

/** Removes what has expired or is of no more use, now and every hour. @returns stops it */
export function keepHouse(db: Database, log: Logger): () => void {
  const clean = async () => {
    await removeExpired(db, new Date());
    await removeMetDemand(db);
  };
  const work = () => void clean().catch((error: unknown) => log.error({ err: error }, 'housekeeping'));
  work();
  const timer = setInterval(work, INTERVAL).unref();
  return () => clearInterval(timer);
}
