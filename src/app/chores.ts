import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import { startSchedule } from '../modules/schedule/schedule.js';
import type { Settings } from './env.js';
import type { App } from './create-app.js';
import { keepHouse } from './housekeeping.js';
import { hasAdmin } from '../modules/roles/roles.store.js';
import { scheduledJobs } from './jobs.js';

/** How the first administrator is made: nobody is there yet to grant the role. */
const FIRST_ADMIN = {
  embedded: 'There is no administrator yet. Stop the service and run: npm run mcp -- user create <handle> --role ADMIN',
  postgresql: 'There is no administrator yet. Run: npm run mcp -- user create <handle> --role ADMIN',
} as const;

/** Milliseconds. The embedded database has one connection: a process that has just started first answers whoever waits for it. */
const DELAY = 1_000;

/**
 * What the process does by itself while it serves: it says what is missing, loads what is not needed at once, keeps house, and does what is due once
 * a day. @returns stops it
 */
export function startChores(
  settings: Settings,
  db: Database,
  { graphql, models }: Pick<App, 'graphql' | 'models'>,
  log: Logger,
): () => Promise<void> {
  let stop = async () => {};
  const timer = setTimeout(() => {
    lookForAdmin(db, log).catch((error: unknown) => log.error({ err: error }, 'looking for an administrator'));
    graphql.pipeline().catch((error: unknown) => log.error({ err: error }, 'loading the pipeline of operations'));
    models.warmUp().catch((error: unknown) => log.error({ err: error }, 'reading the current version into memory'));
    const stopHousekeeping = keepHouse(db, log);
    const stopSchedule = startSchedule(db, log, scheduledJobs(settings, db, log));
    stop = () => {
      stopHousekeeping();
      return stopSchedule();
    };
  }, DELAY).unref();
  return () => {
    clearTimeout(timer);
    return stop();
  };
}

async function lookForAdmin(db: Database, log: Logger): Promise<void> {
  if (!(await hasAdmin(db, new Date()))) log.info(FIRST_ADMIN[db.kind]);
}
