import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import { keepDump } from '../modules/dump/kept-dumps.service.js';
import { publishSnapshots } from '../modules/releases/snapshots.service.js';
import type { Job } from '../modules/schedule/schedule.js';
import type { Settings } from './env.js';

/** What is done once a day, as far as the settings want it. */
export function scheduledJobs({ SNAPSHOT_AT, DUMP_AT }: Settings, db: Database, log: Logger): Job[] {
  const jobs: Job[] = [];
  if (SNAPSHOT_AT !== null) {
    jobs.push({
      name: 'snapshots',
      at: SNAPSHOT_AT,
      run: async (now) => log.info({ releases: await publishSnapshots(db, log, now) }, 'snapshots'),
    });
  }
  if (DUMP_AT !== null) {
    jobs.push({
      name: 'dump',
      at: DUMP_AT,
      run: async (now) => log.info({ outcome: await keepDump(db, now) }, 'dump'),
    });
  }
  return jobs;
}
