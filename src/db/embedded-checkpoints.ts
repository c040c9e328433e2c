import type { PGlite, Transaction } from '@electric-sql/pglite';

/** Bytes of log after which a checkpoint is made. */
const EVERY = 128 * 1024 * 1024;
/** Statements after which the length of the log is looked at: all of them together write far less than what PGlite can take. */
const LOOK_EVERY = 200;

/**
 * Makes checkpoints where nobody else does: PGlite has no checkpointer, and once some 540 MB of log have come together (what
 * `max_wal_size` comes to) it waits for one without end.
 */
export class EmbeddedCheckpoints {
  private statements = 0;
  private checkpointAt = 0;

  /** To be called after each statement, with the client that ran it. @param isBulk whether it may have written a lot */
  async after(client: PGlite | Transaction, isBulk = false): Promise<void> {
    this.statements += 1;
    if (!isBulk && this.statements < LOOK_EVERY) return;
    this.statements = 0;
    const { rows } = await client.query<{ at: number }>(
      `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 AS at`,
    );
    const { at } = rows[0]!;
    if (at - this.checkpointAt < EVERY) return;
    await client.query('CHECKPOINT');
    this.checkpointAt = at;
  }
}
