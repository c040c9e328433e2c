import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openEmbedded } from '../../src/db/embedded.js';
import type { Database } from '../../src/db/index.js';
import { openTestDatabase, type TestDatabase } from './database.js';

/** Where data lies, for this process and, one at a time, for others that a test may kill. */
export interface Place {
  /** Nothing else has the database open while `work` runs, where that matters. */
  open<T>(work: (db: Database) => Promise<T>): Promise<T>;
  settings: Record<string, string>;
  remove(): Promise<void>;
}

function onServer(db: TestDatabase): Place {
  return { open: (work) => work(db), settings: { DATABASE_URL: db.url! }, remove: () => db.close() };
}

async function inDirectory(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mcp-killed-'));
  const empty = new Blob([await readFile(inject('emptyDatabase'))]);
  await (await openEmbedded({ dataDir, loadDataDir: empty })).close();
  return {
    async open(work) {
      const db = await openEmbedded({ dataDir });
      try {
        return await work(db);
      } finally {
        await db.close();
      }
    },
    settings: { DATA_DIR: dataDir },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** A migrated, empty database: on the test server where there is one, else in a directory. */
export const openPlace = async (): Promise<Place> =>
  inject('postgresql') === null ? inDirectory() : onServer(await openTestDatabase());
