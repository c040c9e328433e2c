import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClassPageDocument,
  UnnamedPageDocument,
  VersionDocument,
  VersionPageDocument,
  VersionsDocument,
  type VersionQueryVariables,
} from '../../support/generated/documents.js';
import { walk } from '../../support/paging.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importText } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const version = async (variables: VersionQueryVariables = {}) =>
  (await service.query(VersionDocument, { first: 200, ...variables })).gameVersion;

// By SRG name, in the order of its bytes: `$` before letters, capitals before small ones.
const SAMPLE_CLASSES = [
  'Main',
  ...['creature/Bee', 'creature/Beehive', 'creature/Creature', 'creature/Hedgehog', 'creature/Snail'],
  ...[
    'garden/Fence',
    'garden/FlowerBed',
    'garden/Garden',
    'garden/GardenPos',
    'garden/GardenPos$1',
    'garden/Path',
    'garden/Pond',
  ],
  ...['net/GardenNetHandler', 'net/PacketPlant', 'net/PacketWater'],
  ...['plant/Flower', 'plant/Flower$Color', 'plant/GrowthStage', 'plant/Moss', 'plant/Plant', 'plant/Plant$Properties'],
  ...['plant/Seed', 'plant/Tree', 'plant/Vine'],
  ...['tool/Rake', 'tool/Spade', 'tool/Tool', 'tool/WateringCan', 'tool/Wheelbarrow', 'tool/Wheelbarrow$Load'],
  ...['util/GardenCalendar', 'util/GardenMath', 'util/GardenRecord'],
  ...['weather/Frost', 'weather/IWeatherListener', 'weather/Rain', 'weather/Sunshine', 'weather/Weather'],
].map((name) => `net/minecraft/sample/${name}`);

describe('gameVersion', () => {
  it('is the current one where none is named, with what it covers', async () => {
    const found = await version();
    expect(found).toMatchObject({ name: '0.0-sample', isCurrent: true, isSample: true });
    // func_2000 to 2075, field_1000 to 1057, the parameters of both these and the constructors; named: the rows of the files.
    expect(found!.coverage).toEqual([
      { kind: 'CLASS', total: 39, named: 39 },
      { kind: 'METHOD', total: 76, named: 57 },
      { kind: 'FIELD', total: 58, named: 43 },
      { kind: 'PARAMETER', total: 95, named: 71 },
    ]);
  });

  it('counts as many unnamed entries as its coverage leaves', async () => {
    const found = (await version())!;
    const missing = Object.fromEntries(found.coverage.map(({ kind, total, named }) => [kind, total - named]));
    for (const kind of ['METHOD', 'FIELD', 'PARAMETER'] as const) {
      expect((await version({ kinds: [kind], first: 1 }))!.unnamed.totalCount).toBe(missing[kind]);
    }
    expect(found.unnamed.totalCount).toBe(missing.METHOD! + missing.FIELD! + missing.PARAMETER!);
  });

  it('is null for a name that there is not', async () => {
    for (const name of ['1.99', '', '0.0-SAMPLE', '0.0%', "'", 'x'.repeat(100_000), '\0']) {
      expect(await version({ name })).toBeNull();
    }
  });

  it('is null where none is current', async () => {
    const empty = await startTestService({ sample: false });
    try {
      expect((await empty.query(VersionDocument, {})).gameVersion).toBeNull();
      const { gameVersions } = await empty.query(VersionsDocument, {});
      expect(gameVersions).toMatchObject({
        totalCount: 0,
        nodes: [],
        pageInfo: { hasNextPage: false, endCursor: null },
      });
    } finally {
      await empty.close();
    }
  });
});

describe('its classes', () => {
  it('come by SRG name', async () => {
    const classes = (await version())!.classes;
    expect(classes.nodes.map(({ srg }) => srg)).toEqual(SAMPLE_CLASSES);
    expect(classes.totalCount).toBe(39);
    expect(classes.nodes[1]).toEqual({
      srg: 'net/minecraft/sample/creature/Bee',
      obf: 'y',
      package: 'net/minecraft/sample/creature',
    });
  });

  it.each([
    ['part of a name in any case', 'GARDENp', ['garden/GardenPos', 'garden/GardenPos$1']],
    ['a package', 'sample/net/', ['net/GardenNetHandler', 'net/PacketPlant', 'net/PacketWater']],
    ['an obfuscated name', 'ah', ['net/PacketPlant']],
    [
      'a dollar sign',
      '$',
      ['garden/GardenPos$1', 'plant/Flower$Color', 'plant/Plant$Properties', 'tool/Wheelbarrow$Load'],
    ],
    ['a percent sign', '%', []],
    ['an underscore', '_', []],
    ['a backslash', '\\', []],
    ['nothing like it', 'x'.repeat(100_000), []],
  ])('are found by %s', async (_, query, expected) => {
    const classes = (await version({ query }))!.classes;
    expect(classes.nodes.map(({ srg }) => srg)).toEqual(expected.map((name) => `net/minecraft/sample/${name}`));
    expect(classes.totalCount).toBe(expected.length);
  });

  it.each([1, 4, 13, 39, 40])('come whole in pages of %i', async (first) => {
    const { rows, pages } = await walk(async (after) => {
      const { classes } = (await service.query(ClassPageDocument, { first, after })).gameVersion!;
      expect(classes.pageInfo.hasPreviousPage).toBe(after !== null);
      return { ...classes.pageInfo, rows: classes.nodes.map(({ srg }) => srg) };
    });
    expect(rows).toEqual(SAMPLE_CLASSES);
    expect(pages).toBe(Math.ceil(39 / first));
  });

  it('keep their filter from page to page', async () => {
    const { rows } = await walk(async (after) => {
      const { classes } = (await service.query(ClassPageDocument, { query: '/garden/', first: 2, after })).gameVersion!;
      return { ...classes.pageInfo, rows: classes.nodes.map(({ srg }) => srg) };
    });
    expect(rows).toEqual(SAMPLE_CLASSES.filter((name) => name.includes('/garden/')));
  });

  it('refuse a cursor that is not theirs, and a NUL character', async () => {
    for (const key of ['[1]', '["a","b"]', '"a"', '{}']) {
      const after = Buffer.from(key).toString('base64url');
      expect((await service.refused(ClassPageDocument, { after })).message).toBe(
        '"after" is not a cursor of this list.',
      );
    }
    expect((await service.refused(ClassPageDocument, { query: '\0' })).extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('what is unnamed in it', () => {
  const walkUnnamed = (kinds: ('CLASS' | 'METHOD' | 'FIELD' | 'PARAMETER')[] | undefined, first: number) =>
    walk(async (after) => {
      const { unnamed } = (await service.query(UnnamedPageDocument, { kinds, first, after })).gameVersion!;
      return { ...unnamed.pageInfo, rows: unnamed.nodes };
    });

  it('are the fields and methods without a row in the files', async () => {
    const fields = await walkUnnamed(['FIELD'], 200);
    expect(fields.rows.map(({ srg }) => srg).sort()).toEqual(
      [
        ...['1002_c', '1007_c', '1009_b', '1011_a', '1015_c', '1021_a', '1024_b', '1026_a'],
        ...['1030_a', '1034_a', '1040_c', '1044_a', '1052_b', '1054_b', '1056_b'],
      ].map((end) => `field_${end}`),
    );
    const methods = await walkUnnamed(['METHOD'], 200);
    expect(methods.rows.map(({ srg }) => srg).sort()).toEqual(
      [
        ...['2006_f', '2007_f', '2009_h_', '2010_h__', '2013_b', '2016_c', '2023_e', '2024_f', '2034_b'],
        ...['2041_b', '2044_b', '2047_b', '2049_a', '2056_c', '2058_c', '2061_c', '2064_a', '2065_b', '2068_b'],
      ].map((end) => `func_${end}`),
    );
    expect((await walkUnnamed(['CLASS'], 200)).rows).toEqual([]);
    expect((await walkUnnamed([], 200)).rows).toEqual([]);
  });

  it.each([1, 7, 200])('come whole in pages of %i', async (first) => {
    const all = (await walkUnnamed(undefined, 200)).rows.map(({ srg }) => srg);
    expect(new Set(all).size).toBe(all.length);
    const { rows } = await walkUnnamed(undefined, first);
    expect(rows.map(({ srg }) => srg)).toEqual(all);
    expect(rows.every(({ name }) => name === null)).toBe(true);
  });
});

describe('gameVersions', () => {
  beforeAll(async () => {
    await importCopies(service.db, ['1.12', '1.9', '1.12.2'], { named: false });
    for (const name of ['1.12-pre1', '1.8', '1.16.5', '18w10d']) await importText(service.db, name, 'a Thing\n');
  });

  const ORDER = ['18w10d', '1.16.5', '1.12.2', '1.12', '1.12-pre1', '1.9', '1.8', '0.0-sample'];

  it('come newest first; one is current, and one the sample', async () => {
    const { gameVersions } = await service.query(VersionsDocument, {});
    expect(gameVersions.nodes.map(({ name }) => name)).toEqual(ORDER);
    expect(gameVersions.totalCount).toBe(8);
    expect(gameVersions.nodes.filter(({ isCurrent }) => isCurrent).map(({ name }) => name)).toEqual(['0.0-sample']);
    expect(gameVersions.nodes.filter(({ isSample }) => isSample).map(({ name }) => name)).toEqual(['0.0-sample']);
    for (const { importedAt, frozen } of gameVersions.nodes) {
      expect(frozen).toBe(false);
      expect(Math.abs(Date.now() - new Date(importedAt).getTime())).toBeLessThan(600_000);
    }
    expect(gameVersions.nodes.find(({ name }) => name === '1.8')!.coverage).toEqual([
      { kind: 'CLASS', total: 1, named: 1 },
    ]);
    expect(gameVersions.nodes.find(({ name }) => name === '1.9')!.coverage[1]).toEqual({
      kind: 'METHOD',
      total: 76,
      named: 0,
    });
  });

  it.each([1, 3, 8, 9])('come whole in pages of %i', async (first) => {
    const { rows, pages } = await walk(async (after) => {
      const { gameVersions } = await service.query(VersionPageDocument, { first, after });
      return { ...gameVersions.pageInfo, rows: gameVersions.nodes.map(({ name }) => name) };
    });
    expect(rows).toEqual(ORDER);
    expect(pages).toBe(Math.ceil(8 / first));
  });

  it('do not mix their entries', async () => {
    expect((await version({ name: '1.16.5' }))!.classes.nodes.map(({ srg }) => srg)).toEqual(['Thing']);
    expect((await version({ name: '1.9' }))!.unnamed.totalCount).toBeGreaterThan((await version())!.unnamed.totalCount);
  });

  it.each([0, 201])('refuse to return %i entries, and a bad cursor', async (first) => {
    expect((await service.refused(VersionPageDocument, { first })).message).toContain(
      '"first" must be between 1 and 200',
    );
    expect((await service.refused(VersionPageDocument, { after: 'x' })).extensions.code).toBe('BAD_USER_INPUT');
  });
});
