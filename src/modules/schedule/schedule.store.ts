import type { Sql } from '../../db/index.js';

/** A process that has not done a job by then has died over it. */
const LEASE = `interval '15 minutes'`;

/** Takes up a day's job. @returns whether it is this process's to do */
export async function takeUp(db: Sql, job: string, day: string, now: Date): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO scheduled_runs AS r (job, day, started_at) VALUES ($1, $2::date, $3)
     ON CONFLICT (job, day) DO UPDATE SET started_at = excluded.started_at
      WHERE r.done_at IS NULL AND r.started_at < excluded.started_at - ${LEASE}
     RETURNING job`,
    [job, day, now],
  );
  return rows.length > 0;
}

export async function noteDone(db: Sql, job: string, day: string, now: Date): Promise<void> {
  await db.query(`UPDATE scheduled_runs SET done_at = $3 WHERE job = $1 AND day = $2::date`, [job, day, now]);
}

/** Runs of earlier months tell nothing. */
export async function forgetOldRuns(db: Sql, now: Date): Promise<void> {
  await db.query(`DELETE FROM scheduled_runs WHERE day < $1::timestamptz - interval '60 days'`, [now]);
}
