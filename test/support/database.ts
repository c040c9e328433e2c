import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { inject } from 'vitest';
import type { Database } from '../../src/db/database.js';
import { openEmbedded } from '../../src/db/embedded.js';
import { openPostgresql } from '../../src/db/postgresql.js';

/** Runs one statement as the administrator of the test server. */
export async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export const withDatabase = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

export interface TestDatabase extends Database {
  /** The PostgreSQL address, for a second process or replica; null on the embedded database. */
  readonly url: string | null;
}

/**
 * A migrated, empty database of its own: PGlite in memory, or a new database of the PostgreSQL server that
 * TEST_DATABASE_URL names. Closing it removes it.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresql');
  if (server === null) {
    const db = await openEmbedded({ loadDataDir: new Blob([await readFile(inject('emptyDatabase'))]) });
    return Object.assign(db, { url: null });
  }
  const name = `mcp_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server.url, `CREATE DATABASE ${name} TEMPLATE ${server.template}`);
  const url = withDatabase(server.url, name);
  const db = openPostgresql({ url, poolSize: 4 });
  const disconnect = db.close.bind(db);
  const close = async () => {
    await disconnect();
    await asAdmin(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return Object.assign(db, { url, close });
}

/** Removes every version with its history, which nothing but the owner of the tables can do. */
export async function forgetVersions(db: Database): Promise<void> {
  await db.query(`DO $$ BEGIN
    ALTER TABLE changes DISABLE TRIGGER USER;
    ALTER TABLE change_decisions DISABLE TRIGGER USER;
    DELETE FROM changes;
    DELETE FROM change_decisions;
    UPDATE history_head SET change_sequence = 0, decision_sequence = 0,
      change_hash = decode(repeat('00', 32), 'hex'), decision_hash = decode(repeat('00', 32), 'hex');
    ALTER TABLE changes ENABLE TRIGGER USER;
    ALTER TABLE change_decisions ENABLE TRIGGER USER;
    DELETE FROM game_versions;
  END $$`);
}
