import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { describeReal, realFile } from '../formats/real-data.js';
import { counts, importFolder, importNameSet } from './real-support.js';
import { importFiles, rowsOf } from './support.js';

describeReal('1.16.5', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  test('its first files, names of 1.15, and the files that mended one id', async () => {
    const first = await importFiles(db, '1.16.5', {
      'joined.tsrg': realFile('versions/1.16.5/joined-first.tsrg'),
      'constructors.txt': realFile('versions/1.16.5/constructors.txt'),
    });
    expect(counts(first)).toEqual({
      CLASS: [5447, 5447],
      METHOD: [23_212, 0],
      FIELD: [19_841, 0],
      PARAMETER: [54_461, 0],
    });
    expect(first.declarations).toEqual({ methods: 38_359, fields: 21_481 });
    expect(first.unknownStaticness.methods).toBe(23_212);

    const names = await importNameSet(db, '1.16.5', '1.15/snapshot_20200415');
    expect(counts(names)).toMatchObject({ METHOD: [23_212, 10_877], FIELD: [19_841, 13_185] });
    const before = await rowsOf(db, '1.16.5');

    const mended = await importFolder(db, '1.16.5');
    expect(mended.updated).toBe(true);
    expect(counts(mended)).toMatchObject({ CLASS: [5447, 5447], METHOD: [23_212, 10_877], FIELD: [19_841, 13_185] });
    const goneMethods = mended.before!.gone.filter(({ kind }) => kind === 'METHOD');
    expect(goneMethods.map(({ srg }) => srg)).toEqual(['func_244802_b']);
    expect(mended.before!.new.find(({ kind }) => kind === 'METHOD')).toEqual({ kind: 'METHOD', count: 1 });
    const after = await rowsOf(db, '1.16.5');
    const kept = [...before.keys()].filter((srg) => after.has(srg));
    expect(kept.length).toBe(before.size - mended.before!.gone.length);
    const differing = kept.filter((srg) => JSON.stringify(after.get(srg)) !== JSON.stringify(before.get(srg)));
    expect(differing).toEqual([]);
  });
});
