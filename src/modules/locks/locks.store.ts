import { statement, type Sql, type Tx } from '../../db/index.js';

/** Why an entry takes changes only from those who may lock. */
export interface LockRow {
  mappingId: number;
  reason: string | null;
  /** Null for the shell. */
  byId: number | null;
  at: Date;
  /** Null holds until it is unlocked. */
  until: Date | null;
}

const OF_ENTRIES = statement(
  'locks_of_entries',
  `SELECT mapping_id AS "mappingId", reason, by_id AS "byId", at, until FROM mapping_locks
    WHERE mapping_id = ANY($1::int[]) AND (until IS NULL OR until > $2::timestamptz)`,
);

/** The locks of entries. @param now those that have ended by then do not count */
export const locksOf = (db: Sql, mappings: readonly number[], now: Date): Promise<LockRow[]> =>
  db.query(OF_ENTRIES, [mappings, now]);

// The pen of history is held: what stands in its place has ended.
const PUT = statement(
  'lock_put',
  `INSERT INTO mapping_locks (mapping_id, reason, by_id, at, until) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (mapping_id) DO UPDATE SET reason = excluded.reason, by_id = excluded.by_id, at = excluded.at, until = excluded.until`,
);

/** Locks an entry, in place of a lock that has ended. */
export async function putLock(tx: Tx, { mappingId, reason, byId, at, until }: LockRow): Promise<void> {
  await tx.query(PUT, [mappingId, reason, byId, at, until]);
}

const DELETE = statement('lock_delete', `DELETE FROM mapping_locks WHERE mapping_id = $1`);

/** Unlocks an entry. */
export async function deleteLock(tx: Tx, mappingId: number): Promise<void> {
  await tx.query(DELETE, [mappingId]);
}
