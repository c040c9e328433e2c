import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseNames } from '../../../src/modules/formats/index.js';
import type { NamesImportReport, VersionImportReport } from '../../../src/modules/imports/report.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { describeReal, realFile } from '../formats/real-data.js';
import { counts, importFolder, importNameSet } from './real-support.js';
import { rowsOf } from './support.js';

const documentation = (path: string) =>
  new Map(parseNames(path, realFile(`names/1.12/${path}`)).rows.map((row) => [row.id, row.documentation]));

describeReal('1.12.2 with stable_39', () => {
  let db: TestDatabase;
  let version: VersionImportReport;
  let names: NamesImportReport;
  beforeAll(async () => {
    db = await openTestDatabase();
    version = await importFolder(db, '1.12.2');
    names = await importNameSet(db, '1.12.2', '1.12/1-stable_39');
  });
  afterAll(() => db.close());

  test('comes to the counts of its files', () => {
    expect(version.declarations).toEqual({ methods: 20_817, fields: 11_915 });
    expect(counts(version)).toEqual({
      CLASS: [3344, 3344],
      METHOD: [9684, 0],
      FIELD: [10_695, 0],
      PARAMETER: [17_873, 0],
    });
    // Every method that has a number: MCPConfig keeps no list of statics for 1.12.2.
    expect(version.unknownStaticness).toEqual({ methods: 9684, withParameters: 5935 });
  });

  test('has the names of stable_39 but for the ids that it lacks', () => {
    expect(counts(names)).toEqual({
      CLASS: [3344, 3344],
      METHOD: [9684, 9636],
      FIELD: [10_695, 9991],
      PARAMETER: [17_873, 13_133],
    });
    const lacking = (file: string) => names.unknown.filter((row) => row.file === file).length;
    expect(['methods.csv', 'fields.csv', 'params.csv'].map(lacking)).toEqual([18, 14, 10]);
    expect(names.unknown).toHaveLength(42);
    expect(names.unknown).toContainEqual({ file: 'methods.csv', line: 6607, id: 'func_191856_a', name: 'init' });
    expect(names).toMatchObject({ unnamedRows: 0, repeated: 0, namedApart: 0, provedStatic: 1142 });
  });

  test('is the same when both are imported again', async () => {
    const before = await rowsOf(db, '1.12.2');
    expect((await importFolder(db, '1.12.2')).before).toMatchObject({ new: [], gone: [] });
    const again = await importNameSet(db, '1.12.2', '1.12/1-stable_39');
    expect(again.counts.map(({ renamed, redocumented }) => renamed + redocumented)).toEqual([0, 0, 0]);
    expect(again.provedStatic).toBe(0);
    const after = await rowsOf(db, '1.12.2');
    expect(after.size).toBe(before.size);
    const differing = [...after].filter(([srg, row]) => JSON.stringify(row) !== JSON.stringify(before.get(srg)));
    expect(differing).toEqual([]);
  });

  test('takes a later snapshot with exactly the changes between the two', async () => {
    const report = await importNameSet(db, '1.12.2', '1.12/2-2018-08-03');
    const rows = await rowsOf(db, '1.12.2');
    const lines = realFile('names/1.12/diff-1-2.tsv').toString().trim().split(/\r?\n/);
    const changes = lines.slice(1).map((line) => line.split('\t') as [string, string, string, string, string]);
    const here = changes.filter(([, , id]) => rows.has(id));
    const of = (kind: string) => report.counts.find((count) => count.kind === kind)!;
    for (const [file, kind] of [
      ['methods', 'METHOD'],
      ['fields', 'FIELD'],
    ] as const) {
      const renames = here.filter(([of, change]) => of === file && change === 'RENAME');
      expect(renames.length).toBeGreaterThan(50);
      expect(renames.map(([, , id]) => rows.get(id)!.name)).toEqual(renames.map(([, , , , name]) => name));
      expect(of(kind).renamed).toBe(renames.length);
      const documented = documentation(`1-stable_39/${file}.csv`);
      const edits = [...documentation(`2-2018-08-03/${file}.csv`)].filter(
        ([id, text]) => rows.has(id) && text !== (documented.get(id) ?? null),
      );
      expect(edits.length).toBeGreaterThan(20);
      expect(of(kind).redocumented).toBe(edits.length);
    }
  });
});
