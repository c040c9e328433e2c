import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import type { Job } from '../modules/schedule/schedule.js';
import type { Settings } from './env.js';

/** What is done once a day, as far as the settings want it. */
export function scheduledJobs(_settings: Settings, _db: Database, _log: Logger): Job[] {
  return [];
}
