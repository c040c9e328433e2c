import { createHash } from 'node:crypto';
import { AppError } from '../shared/errors.js';
import type { Database } from './database.js';
import { readMigrations } from './migration-files.js';

interface AppliedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

/** Which migrations of this build the database lacks, in order. @throws AppError CONFLICT if one failed or was edited */
export async function migrationStatus(db: Database): Promise<{ pending: string[] }> {
  const known = await db.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
  const applied = known[0]?.found
    ? await db.query<AppliedMigration>(
        `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
           FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
      )
    : [];
  const byName = new Map(applied.map((row) => [row.name, row]));
  const pending: string[] = [];
  for (const { name, script } of readMigrations()) {
    const row = byName.get(name);
    if (row === undefined) {
      pending.push(name);
    } else if (!row.finished) {
      throw new AppError('CONFLICT', `Migration ${name} failed when it was applied; restore the database first.`);
    } else if (row.checksum !== createHash('sha256').update(script).digest('hex')) {
      throw new AppError('CONFLICT', `Migration ${name} differs from the one that this database was migrated with.`);
    }
  }
  return { pending };
}

/**
 * Brings the database to this build's schema. Any number of processes may call it at once; each migration is applied once.
 * @returns the names of the migrations that this call applied
 */
export async function migrate(db: Database): Promise<string[]> {
  const applied = (await migrationStatus(db)).pending.length === 0 ? [] : await apply(db);
  migrated.add(db);
  return applied;
}

const migrated = new WeakSet<Database>();

/** Whether this process has brought the database to this build's schema. */
export const isMigrated = (db: Database): boolean => migrated.has(db);

async function apply(db: Database): Promise<string[]> {
  // The engine is two megabytes of WebAssembly: loaded only when there is something to apply.
  const { applyMigrations } = await import('./migration-engine.js');
  return applyMigrations(db, readMigrations());
}
