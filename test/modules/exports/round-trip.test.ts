import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../../src/db/index.js';
import { buildExport } from '../../../src/modules/exports/build-export.js';
import {
  formatSpec,
  parseConstructors,
  parseMappings,
  parseNames,
  type ExportFormat,
  type MappingFormat,
  type MappingSet,
  type Namespace,
} from '../../../src/modules/formats/index.js';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../../src/modules/imports/read-source.js';
import { sourceLimits } from '../../../src/modules/imports/sources/import-source.js';
import { openSource, sourceFromBytes } from '../../../src/modules/imports/sources/source.js';
import { importVersion } from '../../../src/modules/imports/version-import.service.js';
import { openTestDatabase } from '../../support/database.js';
import { REAL_DATA, describeReal, realFile } from '../formats/real-data.js';

/** Real versions with a name set that was imported on them. */
const VERSIONS = [
  ['1.12.2', 'names/1.12/1-stable_39'],
  ['1.16.5', 'names/1.15/snapshot_20200415'],
] as const;

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What was exported before: nothing changes a version here. */
const kept = new Map<string, Promise<Buffer>>();

function exported(db: Database, target: string, format: ExportFormat, picked?: readonly Namespace[]): Promise<Buffer> {
  const spec = formatSpec(format);
  const namespaces = picked ?? (spec.shape === 'MAPPINGS' ? spec.namespaces : []);
  const key = [target, format, ...namespaces].join(' ');
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = buildExport(db, target, spec, { namespaces, documentation: true }).then(({ bytes, encoding }) =>
    encoding === 'gzip' ? gunzipSync(bytes) : bytes,
  );
  kept.set(key, made);
  return made;
}

const readBack = async (
  db: Database,
  target: string,
  format: MappingFormat,
  picked?: readonly Namespace[],
): Promise<MappingSet> => parseMappings(formatSpec(format).fileName, await exported(db, target, format, picked));

/** Imports a file as a version, beside what is known of constructors. */
async function importFile(db: Database, version: string, format: MappingFormat, bytes: Buffer): Promise<void> {
  const mappings = parseMappings(formatSpec(format).fileName, bytes);
  const files = { mappings, constructors: [], exc: null, statics: null, exceptions: [] };
  await importVersion(db, { version, files, fileNames: [formatSpec(format).fileName], keepSample: true });
}

/** Holds that two lists of lines are the same but for their order, and shows a few that are not: they are tens of thousands. */
function expectSame(actual: readonly string[], expected: readonly string[], what?: string): void {
  const without = (lines: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    return lines.filter((line) => !known.has(line)).slice(0, 10);
  };
  expect([without(actual, expected), without(expected, actual), actual.length], what).toEqual([
    [],
    [],
    expected.length,
  ]);
}

/** What a set says of classes, fields and methods, a line each; constructors, which the source files do not have, are left out. */
function said({ classes, fields, methods }: MappingSet): string[] {
  return [
    ...classes.map(({ obf, srg }) => `${obf} ${srg}`),
    ...fields.map(({ owner, obf, srg }) => `${owner} ${obf} ${srg}`),
    ...methods.flatMap(({ owner, obf, obfDescriptor, srg }) =>
      srg === '<init>' ? [] : [`${owner} ${obf} ${obfDescriptor} ${srg}`],
    ),
  ];
}

/** The id of every parameter of a set. */
const parametersOf = ({ methods }: MappingSet): string[] =>
  methods.flatMap(({ parameters }) => parameters.map(({ srg }) => srg));

describeReal('exports read back', () => {
  let db: Database;
  const sources = new Map<string, MappingSet>();

  beforeAll(async () => {
    db = await openTestDatabase();
    for (const [version, names] of VERSIONS) {
      const source = await openSource(`${REAL_DATA}/versions/${version}`);
      const { files, fileNames } = await readVersion(source);
      await importVersion(db, { version, files, fileNames });
      sources.set(version, files.mappings);
      await source.close();
      const set = await openSource(`${REAL_DATA}/${names}`);
      await importNames(db, { version, files: await readNames(set) });
      await set.close();
    }
  });
  afterAll(() => db.close());

  /** The entries of a kind that have an own name, by id. */
  async function entries(version: string, kind: string): Promise<Map<string, { name: string; documentation: string }>> {
    const rows = await db.query<{ srg: string; name: string; documentation: string }>(
      `SELECT srg, name, documentation FROM mappings
        WHERE version_id = (SELECT id FROM game_versions WHERE name = $1) AND kind = $2::text::mapping_kind`,
      [version, kind],
    );
    return new Map(rows.map((row) => [row.srg, row]));
  }

  test.each(VERSIONS)('%s: joined.tsrg is the source file, byte for byte', async (version) => {
    const source = realFile(`versions/${version}/joined.tsrg`);
    expect((await exported(db, version, 'TSRG')).equals(source)).toBe(true);
  });

  test.each(VERSIONS)('%s: every format gives the same set', async (version) => {
    const expected = said(sources.get(version)!);
    for (const format of ['SRG', 'XSRG', 'CSRG', 'TSRG', 'TSRG2', 'TINY1', 'TINY2', 'JSON'] as const) {
      const set = await readBack(db, version, format);
      // Nobody said of what types fields are, so that XSRG has nothing to tell beyond SRG.
      expect(set.format).toBe(format === 'XSRG' ? 'SRG' : format);
      expectSame(said(set), expected, format);
    }
    const proguard = await readBack(db, version, 'PROGUARD', ['SRG', 'OBF']);
    expectSame(said(proguard), expected);
  });

  test.each(VERSIONS)('%s: what is static, constructors and parameters', async (version) => {
    const rows = await db.query<{ srg: string }>(
      `SELECT p.srg FROM mappings p JOIN declarations d ON d.member_id = p.method_id
        WHERE p.version_id = (SELECT id FROM game_versions WHERE name = $1) AND p.kind = 'PARAMETER'`,
      [version],
    );
    const parameters = rows.map(({ srg }) => srg);
    const constructors = parseConstructors('', realFile(`versions/${version}/constructors.txt`));
    const classes = new Map(sources.get(version)!.classes.map(({ obf, srg }) => [srg, obf]));
    const statics = await db.query<{ srg: string; hasParameters: boolean }>(
      `SELECT m.srg, EXISTS (SELECT FROM mappings p WHERE p.method_id = m.id) AS "hasParameters" FROM mappings m
          WHERE m.version_id = (SELECT id FROM game_versions WHERE name = $1) AND m.is_static`,
      [version],
    );
    expect(statics.length).toBeGreaterThan(0);
    for (const format of ['TSRG2', 'TINY2', 'JSON'] as const) {
      const set = await readBack(db, version, format);
      expectSame(parametersOf(set), parameters, format);
      const inits = set.methods.filter(({ srg }) => srg === '<init>');
      expect(inits.length, format).toBe(constructors.filter(({ owner }) => classes.has(owner)).length);
      const told = new Set(set.methods.filter(({ isStatic }) => isStatic).map(({ srg }) => srg));
      // The slots of Tiny tell only of methods that have parameters.
      const known = statics.filter(({ hasParameters }) => hasParameters || format !== 'TINY2');
      expectSame(
        [...told],
        known.map(({ srg }) => srg),
        format,
      );
      if (format !== 'JSON') continue;
      const ids = inits.map(({ owner, constructorId }) => `${owner} ${constructorId}`);
      const asListed = constructors.flatMap(({ owner, id }) =>
        classes.has(owner) ? [`${classes.get(owner)} ${id}`] : [],
      );
      expectSame(ids, asListed);
    }
  });

  test.each(VERSIONS)('%s: names and documentation come back where a format has room', async (version) => {
    const [methods, fields, parameters] = await Promise.all(
      ['METHOD', 'FIELD', 'PARAMETER'].map((kind) => entries(version, kind)),
    );
    for (const format of ['TINY1', 'TINY2', 'TSRG2', 'JSON'] as const) {
      const set = await readBack(db, version, format, ['OBF', 'SRG', 'MCP']);
      const told = [
        ...set.methods.filter(({ srg }) => srg !== '<init>').map((method) => ({ ...method, of: methods! })),
        ...set.fields.map((field) => ({ ...field, of: fields! })),
        ...set.methods.flatMap((method) => method.parameters.map((each) => ({ ...each, of: parameters! }))),
      ];
      const documents = format === 'TINY2' || format === 'JSON';
      const wrong = told.filter(({ srg, name, documentation, of }) => {
        const entry = of.get(srg)!;
        return (
          (name ?? srg) !== (entry.name ?? srg) || (documentation ?? null) !== (documents ? entry.documentation : null)
        );
      });
      expect(wrong, format).toEqual([]);
    }
    const proguard = await readBack(db, version, 'PROGUARD');
    const byObf = new Map(
      proguard.methods.map((each) => [`${each.owner} ${each.obf} ${each.obfDescriptor}`, each.srg]),
    );
    for (const { owner, obf, obfDescriptor, srg } of sources.get(version)!.methods) {
      const name = byObf.get(`${owner} ${obf} ${obfDescriptor}`);
      if (name !== (methods!.get(srg)!.name ?? srg)) expect.fail(`${owner} ${obf} ${srg} is called ${name}`);
    }
  });

  test('any pair of namespaces, there and back', async () => {
    const [version] = VERSIONS[0];
    const pairs: [MappingFormat, Namespace, Namespace][] = [
      ['SRG', 'OBF', 'SRG'],
      ['TSRG2', 'SRG', 'MCP'],
      ['CSRG', 'OBF', 'MCP'],
      ['TINY2', 'SRG', 'MCP'],
    ];
    for (const [format, from, to] of pairs) {
      const there = await readBack(db, version, format, [from, to]);
      const back = await readBack(db, version, format, [to, from]);
      const turned = (set: MappingSet, isTurned: boolean) => {
        const other = new Map(set.classes.map(({ obf, srg }) => [obf, srg]));
        const parts = [...set.classes.map((each) => ({ ...each, owner: each.obf })), ...set.fields, ...set.methods];
        return parts.map(({ owner, obf, srg }) =>
          (isTurned ? [other.get(owner), srg, obf] : [owner, obf, srg]).join(' '),
        );
      };
      expectSame(turned(back, true), turned(there, false), `${format} ${from} ${to}`);
    }
  });

  test.each(VERSIONS)('%s: SRG, TSRG, CSRG, TINY2 and back, through imports', async (version) => {
    // In a database of its own: a dozen whole versions are more than the embedded one in memory is made for.
    const own = await openTestDatabase();
    try {
      let bytes = await exported(db, version, 'SRG');
      for (const [format, next] of [
        ['SRG', 'TSRG'],
        ['TSRG', 'CSRG'],
        ['CSRG', 'TINY2'],
        ['TINY2', 'TSRG'],
      ] as const) {
        await importFile(own, `${version}-${format}`, format, bytes);
        bytes = await exported(own, `${version}-${format}`, next);
      }
      expect(bytes.equals(realFile(`versions/${version}/joined.tsrg`))).toBe(true);
      const srg = await exported(own, `${version}-TINY2`, 'SRG');
      expect(srg.equals(await exported(db, version, 'SRG'))).toBe(true);
    } finally {
      await own.close();
    }
  });

  test('JSON and TINY2 through imports lose nothing but names and what documents', async () => {
    const [version] = VERSIONS[0];
    const plain = ({ classes, fields, methods }: MappingSet) =>
      [...classes, ...fields, ...methods].map((part) =>
        JSON.stringify(part, (key, value: unknown) => (['name', 'documentation'].includes(key) ? undefined : value)),
      );
    const before = await readBack(db, version, 'JSON');
    await importFile(db, `${version}-json`, 'JSON', await exported(db, version, 'JSON'));
    expectSame(plain(await readBack(db, `${version}-json`, 'JSON')), plain(before));
    await importFile(db, `${version}-tiny`, 'TINY2', await exported(db, version, 'TINY2'));
    const after = await readBack(db, `${version}-tiny`, 'JSON');
    expectSame(said(after), said(before));
    expectSame(parametersOf(after), parametersOf(before));
  });

  test.each(VERSIONS)('%s: the CSVs are the source files, byte for byte', async (version, names) => {
    const zip = await sourceFromBytes(
      'names.zip',
      'names.zip',
      await exported(db, version, 'CSV_ZIP'),
      sourceLimits({}),
    );
    expect(zip.files()).toEqual(['fields.csv', 'methods.csv', 'params.csv']);
    for (const [kind, format] of [
      ['METHOD', 'METHODS_CSV'],
      ['FIELD', 'FIELDS_CSV'],
      ['PARAMETER', 'PARAMS_CSV'],
    ] as const) {
      const { fileName } = formatSpec(format);
      const source = realFile(`${names}/${fileName}`);
      const known = await entries(version, kind);
      const lines = source.toString().split(/\r?\n/);
      // Rows of ids that the version lacks, and rows that name nothing, are apart.
      const rows = parseNames(fileName, source).rows.filter(({ id, named }) => named && known.has(id));
      const expected = [lines[0], ...rows.map(({ line }) => lines[line - 1]), ''].join('\r\n');
      const bytes = await exported(db, version, format);
      expect(bytes.toString() === expected, fileName).toBe(true);
      expect((await zip.read(fileName)).equals(bytes)).toBe(true);
      expect(parseNames(fileName, bytes).rows.map(({ id, name }) => ({ id, name }))).toEqual(
        rows.map(({ id, name }) => ({ id, name })),
      );
    }
    await zip.close();
  });
});
