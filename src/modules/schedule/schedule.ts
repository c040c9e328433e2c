import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';
import { forgetOldRuns, noteDone, takeUp } from './schedule.store.js';

/** Work that is done once a day, by one of all processes. */
export interface Job {
  /** The name under which the processes know it. */
  name: string;
  /** When, in UTC: "03:00". */
  at: string;
  run: (now: Date) => Promise<void>;
}

/** Milliseconds between two looks at the clock. */
const INTERVAL = 60_000;

/** The day in UTC: "2026-11-24". */
const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/** Whether a job's time of the day has come. */
const isDue = ({ at }: Job, now: Date): boolean => now.toISOString().slice(11, 16) >= at;

/**
 * Does what is due and not done yet today; what one process has taken up no other one does. A job that fails, or whose process dies,
 * is tried again after a while.
 * @returns the names of what was done
 */
export async function runDue(db: Database, log: Logger, jobs: readonly Job[], now: Date): Promise<string[]> {
  const done: string[] = [];
  for (const job of jobs) {
    const day = dayOf(now);
    if (!isDue(job, now) || !(await takeUp(db, job.name, day, now))) continue;
    try {
      await job.run(now);
      await noteDone(db, job.name, day, now);
      done.push(job.name);
    } catch (error) {
      log.error({ err: error, job: job.name }, 'scheduled job');
    }
  }
  if (done.length > 0) await forgetOldRuns(db, now);
  return done;
}

/** Looks every minute whether a job is due; one whose time passed while nobody ran is done at the start. @returns stops it */
export function startSchedule(db: Database, log: Logger, jobs: readonly Job[]): () => Promise<void> {
  let running = Promise.resolve();
  const look = () => {
    running = running
      .then(() => runDue(db, log, jobs, new Date()))
      .then(
        () => undefined,
        (error: unknown) => log.error({ err: error }, 'schedule'),
      );
  };
  if (jobs.length > 0) look();
  const timer = setInterval(look, INTERVAL).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
