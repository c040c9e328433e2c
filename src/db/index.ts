import type { Database } from './database.js';

export interface OpenOptions {
  /** A PostgreSQL address; without it the embedded database is opened. */
  databaseUrl?: string;
  /** Where the embedded database lives; in memory where neither is given. */
  dataDir?: string;
  onError?: (error: Error) => void;
}

/** Opens the database that the settings name. Each driver is loaded only when it is used. */
export async function openDatabase({ databaseUrl, dataDir, onError }: OpenOptions): Promise<Database> {
  if (databaseUrl !== undefined) {
    const { openPostgresql } = await import('./postgresql.js');
    return openPostgresql({ url: databaseUrl, onError });
  }
  const { openEmbedded } = await import('./embedded.js');
  return openEmbedded({ dataDir, onError });
}

export { isMigrated, migrate, migrationStatus } from './migrate.js';
export { whileOpening } from './while-opening.js';
export { holdStill, inBatches } from './cursor.js';
export { statement, type Database, type Sql, type Statement, type Tx } from './database.js';
