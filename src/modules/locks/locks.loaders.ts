import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { locksOf, type LockRow } from './locks.store.js';

const LOCK = {};

/** What fields read of locks, gathered over the whole request. */
export class LockLoaders {
  constructor(private readonly db: Database) {}

  /** The lock of an entry; null where there is none or it has ended. */
  async ofEntry(context: Context, mappingId: number): Promise<LockRow | null> {
    const byEntry = async (ids: number[]) =>
      new Map((await locksOf(this.db, ids, context.now())).map((row) => [row.mappingId, row]));
    return (await loadBatched(context, LOCK, null, mappingId, byEntry)) ?? null;
  }
}
