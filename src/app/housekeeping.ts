import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import { removeExpired } from '../modules/accounts/housekeeping.store.js';

const INTERVAL = 60 * 60_000;

/** Removes what has expired, now and every hour. @returns stops it */
export function keepHouse(db: Database, log: Logger): () => void {
  const work = () =>
    void removeExpired(db, new Date()).catch((error: unknown) => log.error({ err: error }, 'housekeeping'));
  work();
  const timer = setInterval(work, INTERVAL).unref();
  return () => clearInterval(timer);
}
