import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../../support/database.js';
import {
  CONSTRUCTORS,
  declarationsOf,
  FILES,
  GIVEN,
  importCsv,
  importFiles,
  JOINED,
  named,
  NAMES,
  rowsOf,
} from './support.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
beforeEach(() => forgetVersions(db));
afterAll(() => db.close());

describe('imports at once', () => {
  test('of one version: both succeed, one after the other', async () => {
    const more = `${JOINED}\tk ()V func_30_k\n`;
    const reports = await Promise.all([
      importFiles(db, '1.0', FILES),
      importFiles(db, '1.0', { 'joined.tsrg': more, 'constructors.txt': CONSTRUCTORS }),
    ]);
    expect(reports.map(({ updated }) => updated).sort()).toEqual([false, true]);
    const last = reports[0].updated ? 0 : 1;
    const rows = await rowsOf(db, '1.0');
    expect(rows.has('func_30_k')).toBe(last === 1);
    expect(rows.size).toBe(last === 1 ? 27 : 26);
    expect(await declarationsOf(db, '1.0')).toHaveLength(last === 1 ? 16 : 15);
    const [version] = await db.query('SELECT head, is_current AS current FROM game_versions');
    expect(version).toEqual({ head: 2, current: true });
  });

  test('of several new versions into an empty database: one of them is the current one', async () => {
    const names = ['1.0', '1.1', '1.2'];
    const reports = await Promise.all(names.map((name) => importFiles(db, name, FILES)));
    const current = await db.query<{ name: string }>('SELECT name FROM game_versions WHERE is_current');
    expect(current).toHaveLength(1);
    expect(reports.filter(({ isCurrent }) => isCurrent).map(({ version }) => version)).toEqual([current[0]!.name]);
    await Promise.all(names.map((name) => importFiles(db, name, FILES, { current: true })));
    expect(await db.query('SELECT FROM game_versions WHERE is_current')).toHaveLength(1);
  });

  test('an import waits for another one longer than a statement may take', async (context) => {
    if (db.url === null) return context.skip('the embedded database has one connection: npm run test:pg');
    await importFiles(db, '1.0', FILES);
    // Ten seconds are the bound of a statement; the test sets a shorter one.
    let waiting: Promise<unknown> = Promise.resolve();
    await db.transaction(async (tx) => {
      await importFiles({ ...db, transaction: (work) => work(tx) }, '1.0', FILES);
      const impatient: typeof db.transaction = (work) =>
        db.transaction(async (inner) => {
          await inner.query(`SET LOCAL statement_timeout = '100ms'`);
          return work(inner);
        });
      waiting = Promise.all([
        importFiles({ ...db, transaction: impatient }, '1.0', FILES),
        importCsv({ ...db, transaction: impatient }, '1.0', NAMES),
      ]);
      waiting.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    await waiting;
    expect(named(await rowsOf(db, '1.0'))).toEqual(GIVEN);
  });
});
