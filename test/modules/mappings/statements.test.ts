import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClassMembersDocument,
  ClassPageDocument,
  LookupListsDocument,
  MemberListsDocument,
  NodeListsDocument,
  SearchDocument,
  SearchListsDocument,
  SearchPageDocument,
  TimelineListsDocument,
  VersionDocument,
  VersionListsDocument,
  type MappingKind,
  type SearchMatch,
} from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await importCopies(service.db, ['0.1', '0.2', '0.3', '0.4']);
});
afterAll(() => service.close());

describe('GQ17: the number of SQL statements does not grow with', () => {
  it('gameVersions, their classes and what is unnamed in them', async () => {
    const cost = (versions: number, classes: number, unnamed: number) =>
      service.statements(VersionListsDocument, { versions, classes, unnamed });
    const one = await cost(1, 1, 1);
    expect(one).toBeGreaterThan(0);
    expect(await cost(5, 1, 1)).toBe(one);
    expect(await cost(1, 50, 1)).toBe(one);
    // The first unnamed ones are fields; parameters follow behind them, whose method is one statement more.
    const withParameters = await cost(1, 1, 50);
    expect(withParameters).toBe(one + 1);
    expect(await cost(5, 50, 50)).toBe(withParameters);
  });

  it('the members of classes, their parameters and declarations', async () => {
    const cost = (classes: number, members: number, declarations: number) =>
      service.statements(MemberListsDocument, { classes, members, declarations });
    const two = await cost(2, 2, 2);
    expect(await cost(2, 20, 2)).toBe(two);
    expect(await cost(2, 2, 20)).toBe(two);
    expect(await cost(5, 10, 5)).toBe(two);
    const { gameVersion } = await service.query(MemberListsDocument, { classes: 5, members: 10, declarations: 5 });
    expect(gameVersion!.classes.nodes.flatMap(({ methods }) => methods.nodes).length).toBeGreaterThan(10);
  });

  // Of one kind each, since every kind on the page asks for lists of its own.
  it.each<[SearchMatch, string, MappingKind, number]>([
    ['FUZZY', 'get', 'METHOD', 13],
    ['FUZZY', 'net/minecraft', 'CLASS', 39],
    ['PREFIX', 'func_20', 'METHOD', 76],
    ['PREFIX', 'p_20', 'PARAMETER', 70],
    ['REGEX', '^net/', 'CLASS', 39],
    ['REGEX', '^func_', 'METHOD', 76],
  ])('search by %s %s', async (match, query, kind, least) => {
    const variables = (first: number) => ({ query, match, kinds: [kind], first });
    const { search } = await service.query(SearchListsDocument, variables(200));
    expect(search.nodes.length).toBeGreaterThanOrEqual(least);
    const cost = (first: number) => service.statements(SearchListsDocument, variables(first));
    const two = await cost(2);
    expect(await cost(50)).toBe(two);
    expect(await cost(200)).toBe(two);
  });

  it('lookup', async () => {
    const cost = (name: string) => service.statements(LookupListsDocument, { name });
    const size = async (name: string) => (await service.query(LookupListsDocument, { name })).lookup.length;
    // An obfuscated name of a class, methods and fields, as both are.
    expect(await size('d')).toBeLessThan(15);
    expect(await size('a')).toBeGreaterThan(50);
    expect(await cost('a')).toBe(await cost('d'));
    // A field and a parameter; three fields and six parameters.
    expect(await size('height')).toBe(1);
    expect(await size('pos')).toBe(9);
    expect(await cost('pos')).toBe(await cost('plant'));
  });

  it('timeline', async () => {
    const cost = (srg: string) => service.statements(TimelineListsDocument, { srg });
    const five = await cost('func_2001_b');
    await importCopies(service.db, ['0.5', '0.6', '0.7']);
    const { timeline } = await service.query(TimelineListsDocument, { srg: 'func_2001_b' });
    expect(timeline).toHaveLength(8);
    expect(await cost('func_2001_b')).toBe(five);
  });

  it('nodes, of one type and of all', async () => {
    const types = ['GameVersion', 'Class', 'Method', 'Field', 'Parameter'];
    const found = await service.db.query<{ kind: string; ids: number[] }>(
      `SELECT kind, (array_agg(id ORDER BY id))[1:20] AS ids FROM mappings GROUP BY kind ORDER BY kind`,
    );
    const versions = await service.db.query<{ id: number }>('SELECT id FROM game_versions ORDER BY id');
    const keys = [versions.map(({ id }) => id), ...found.map(({ ids }) => ids)];
    const ids = (each: number) =>
      types.flatMap((type, i) =>
        keys[i]!.slice(0, each).map((key) => Buffer.from(`${type}:${key}`).toString('base64url')),
      );
    const { nodes } = await service.query(NodeListsDocument, { ids: ids(20) });
    expect(nodes.every((node) => node !== null)).toBe(true);
    expect(nodes.length).toBeGreaterThan(80);
    const cost = (each: number) => service.statements(NodeListsDocument, { ids: ids(each) });
    expect(await cost(20)).toBe(await cost(1));
    expect(await cost(5)).toBe(await cost(1));
  });
});

describe('GQ17: totalCount is counted only where it is selected', () => {
  it('in a list of a version, of a class and of a search', async () => {
    // With every other field alike, each totalCount is one statement more.
    const classes = await service.statements(ClassPageDocument, { first: 2 });
    const counted = await service.statements(VersionDocument, { first: 2 });
    // Version: coverage, classes and unnamed with their counts, where ClassPage reads classes alone.
    expect(counted - classes).toBe(4);
    for (const match of ['PREFIX', 'FUZZY', 'REGEX'] as const) {
      const without = await service.statements(SearchPageDocument, { query: 'get', match, first: 2 });
      const inOne = await service.statements(SearchDocument, { query: 'get', match, first: 2 });
      expect(inOne - without, match).toBeGreaterThanOrEqual(1);
      expect(inOne - without, match).toBeLessThanOrEqual(match === 'REGEX' ? 2 : 1);
    }
  });

  it('and reads as little as it must', async () => {
    // Versions, class, coverage, methods and fields with their counts.
    expect(await service.statements(ClassMembersDocument, { name: 'Plant', first: 2 })).toBe(7);
    // Versions, hits.
    expect(await service.statements(SearchPageDocument, { query: 'get', first: 2 })).toBe(2);
  });
});
