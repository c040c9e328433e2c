import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMappings } from '../../../src/modules/formats/index.js';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames } from '../../../src/modules/imports/read-source.js';
import { openSource } from '../../../src/modules/imports/sources/index.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { CompareDocument } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { describeReal, realFile, REAL_DATA } from '../formats/real-data.js';
import { importFolder, importNameSet } from '../imports/real-support.js';
import { allEntries, ASKED, compare, countsOf, type ToldEntry } from './support.js';

const VERSION = '1.12.2';

/** The lines of a list of differences, of the ids that the version has: `RENAME func_1_a old new`, `DESC func_1_a`. */
function listed(file: string, known: ReadonlySet<string>): string[] {
  const rows = realFile(`names/1.12/${file}`).toString().trim().split(/\r?\n/).slice(1);
  return rows
    .map((line) => line.split('\t') as [string, string, string, string, string])
    .filter(([, , id]) => known.has(id))
    .map(([, change, id, old, now]) => (change === 'RENAME' ? `RENAME ${id} ${old} ${now}` : `DESC ${id}`))
    .sort();
}

/** The same of a comparison. */
const found = (entries: readonly ToldEntry[]): string[] =>
  entries
    .flatMap(({ srg, change, oldName, newName }) => [
      ...(change === 'RENAMED' ? [`RENAME ${srg} ${oldName} ${newName}`] : []),
      ...(change === 'REDOCUMENTED' ? [`DESC ${srg}`] : []),
    ])
    .sort();

describeReal('real name sets compared', () => {
  let service: TestService;
  let known: Set<string>;
  beforeAll(async () => {
    service = await startTestService({ sample: false });
    const { db } = service;
    await importFolder(db, VERSION);
    await importNameSet(db, VERSION, '1.12/1-stable_39');
    const order = { version: VERSION, channel: 'SNAPSHOT', via: 'shell' } as const;
    await publishAsService(db, { ...order, now: new Date('2017-10-01T00:00:00Z') });
    await importNameSet(db, VERSION, '1.12/2-2018-08-03');
    await publishAsService(db, { ...order, now: new Date('2018-08-03T00:00:00Z') });
    const source = await openSource(`${REAL_DATA}/names/1.12/3-2020-08-28`);
    await importNames(db, { version: VERSION, files: await readNames(source), stage: true });
    await source.close();
    await importFolder(db, '1.16.5');
    const rows = await db.query<{ srg: string }>(
      `SELECT m.srg FROM mappings m JOIN game_versions v ON v.id = m.version_id WHERE v.name = $1`,
      [VERSION],
    );
    known = new Set(rows.map(({ srg }) => srg));
  }, 300_000);
  afterAll(() => service.close());

  test('stable_39 against 2018-08-03: exactly its changes', async () => {
    const pair = ['snapshot_20171001-1.12.2', 'snapshot_20180803-1.12.2'] as const;
    const wanted = listed('diff-1-2.tsv', known);
    const { rows } = await allEntries(service, ...pair);
    expect(found(rows)).toEqual(wanted);
    const renames = wanted.filter((line) => line.startsWith('RENAME'));
    expect(renames.length).toBeGreaterThan(120);
    expect(countsOf(await compare(service, ...pair))).toEqual({
      renamed: renames.length,
      redocumented: wanted.length - renames.length,
    });
    // Backwards it is the same, turned around.
    expect(countsOf(await compare(service, pair[1], pair[0]))).toEqual(countsOf(await compare(service, ...pair)));
  });

  test('2018-08-03 against 2020-08-28 as proposals', async () => {
    const { rows } = await allEntries(service, VERSION, `${VERSION}+draft`);
    // The snapshot before has no parameters to compare with.
    expect(found(rows.filter(({ kind }) => kind !== 'PARAMETER'))).toEqual(listed('diff-2-3.tsv', known));
    expect(rows).toEqual((await allEntries(service, 'snapshot_20180803-1.12.2', `${VERSION}+draft`)).rows);
  });

  test('1.12.2 against 1.16.5: classes that moved are found by their members', async () => {
    const { rows } = await allEntries(service, VERSION, '1.16.5', { kinds: ['CLASS'] });
    const moved = new Map(rows.filter(({ change }) => change === 'MOVED').map((row) => [row.oldName, row.newName]));
    expect(moved.size).toBe((await compare(service, VERSION, '1.16.5')).moved);
    // About half of all classes were moved or renamed between the two.
    expect(moved.size).toBeGreaterThan(1_200);
    const known = {
      'net/minecraft/block/BlockStairs': 'net/minecraft/block/StairsBlock',
      'net/minecraft/block/BlockRailBase$EnumRailDirection': 'net/minecraft/state/properties/RailShape',
      'net/minecraft/client/gui/inventory/GuiContainer': 'net/minecraft/client/gui/screen/inventory/ContainerScreen',
      'net/minecraft/nbt/NBTTagCompound': 'net/minecraft/nbt/CompoundNBT',
      'net/minecraft/util/EnumFacing$Axis': 'net/minecraft/util/Direction$Axis',
      'net/minecraft/util/math/Vec3i': 'net/minecraft/util/math/vector/Vector3i',
    };
    for (const [from, to] of Object.entries(known)) expect([from, moved.get(from)]).toEqual([from, to]);
  });

  test('migration.tsrg is one that our own reader takes, and maps what its classes are called', async () => {
    const { body } = await service.http.inject(`/compare/${VERSION}/1.16.5/migration.tsrg`);
    const { classes } = parseMappings('migration.tsrg', Buffer.from(body));
    const names = new Map(classes.map(({ obf, srg }) => [obf, srg]));
    expect(names.get('net/minecraft/block/BlockStairs')).toBe('net/minecraft/block/StairsBlock');
    const renames = await service.http.inject(
      '/compare/snapshot_20171001-1.12.2/snapshot_20180803-1.12.2/migration.tsrg',
    );
    expect(renames.body).toMatch(
      /^net\/minecraft\/util\/EnumFacing net\/minecraft\/util\/EnumFacing\n(\t.*\n)*\tgetHorizontal \(I\)Lnet\/minecraft\/util\/EnumFacing; byHorizontalIndex\n/m,
    );
  });

  test('pages cost no statement', async () => {
    const asked = { ...ASKED, base: VERSION, head: '1.16.5' };
    await service.statements(CompareDocument, asked);
    const { pageInfo } = await compare(service, VERSION, '1.16.5');
    expect(await service.statements(CompareDocument, { ...asked, after: pageInfo.endCursor })).toBe(0);
  });
});
