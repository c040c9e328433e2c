import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { importSample, SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../../support/database.js';
import { importFiles, JOINED, rowsOf } from './support.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
beforeEach(() => forgetVersions(db));
afterAll(() => db.close());

const versions = () =>
  db.query<{ name: string; current: boolean; sample: boolean }>(
    'SELECT name, is_current AS current, is_sample AS sample FROM game_versions ORDER BY sort_key',
  );
const sample = { name: SAMPLE_VERSION, current: true, sample: true };
const real = { name: '1.0', current: true, sample: false };
const importReal = (options: object) => importFiles(db, '1.0', { 'joined.tsrg': JOINED }, options);

test('an empty database gets it, whole and current; any other is left alone', async () => {
  expect(await importSample(db)).toBe(true);
  expect(await versions()).toEqual([sample]);
  const rows = [...(await rowsOf(db, SAMPLE_VERSION)).values()];
  const unnamed = rows.filter(({ name }) => name === null).length;
  // Something of every kind to show, and something left to name.
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['CLASS', 'METHOD', 'FIELD', 'PARAMETER']));
  expect(unnamed).toBeGreaterThan(10);
  expect(rows.length - unnamed).toBeGreaterThan(100);
  expect(rows.some(({ documentation }) => documentation?.includes('\n'))).toBe(true);
  expect(await importSample(db)).toBe(false);
  expect(await versions()).toEqual([sample]);
});

test('is not put into a database that holds a version', async () => {
  await importReal({});
  expect(await importSample(db)).toBe(false);
  expect(await versions()).toEqual([real]);
});

test('goes with all of its entries when a real version becomes the current one', async () => {
  await importSample(db);
  expect(await importReal({ current: true })).toMatchObject({ removedSample: SAMPLE_VERSION, isCurrent: true });
  expect(await versions()).toEqual([real]);
  const left = await db.query('SELECT FROM mappings m JOIN game_versions v ON v.id = m.version_id WHERE v.is_sample');
  expect(left).toEqual([]);
  expect(
    await db.query('SELECT FROM declarations d LEFT JOIN mappings m ON m.id = d.owner_id WHERE m.id IS NULL'),
  ).toEqual([]);
});

test('stays with --keep-sample, and goes with the next current version', async () => {
  await importSample(db);
  expect(await importReal({ current: true, keepSample: true })).toMatchObject({ removedSample: null });
  expect(await versions()).toEqual([{ ...sample, current: false }, real]);
  expect(await importReal({ current: true })).toMatchObject({ removedSample: SAMPLE_VERSION });
  expect(await versions()).toEqual([real]);
});

test('stays the current version beside a real one that is not to be it', async () => {
  await importSample(db);
  expect(await importReal({})).toMatchObject({ removedSample: null, isCurrent: false });
  expect(await versions()).toEqual([sample, { ...real, current: false }]);
});
