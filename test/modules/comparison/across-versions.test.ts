import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompareDocument } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { allEntries, ASKED, compare, countsOf, short } from './support.js';
import { importPair } from './versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  await importPair(service.db);
});
afterAll(() => service.close());

describe('two game versions', () => {
  test('every entry that differs, by kind and id', async () => {
    const told = await compare(service, '1.0', '1.1');
    expect(told.entries.map(short)).toEqual([
      'MOVED net/minecraft/Beta net/minecraft/Beta -> net/minecraft/other/Bravo',
      'MOVED net/minecraft/Beta$1 net/minecraft/Beta$1 -> net/minecraft/other/Bravo$1',
      'MOVED net/minecraft/Beta$Inner net/minecraft/Beta$Inner -> net/minecraft/other/Bravo$Inner',
      'NEW net/minecraft/Fresh - -> net/minecraft/Fresh',
      'GONE net/minecraft/Gone net/minecraft/Gone -> -',
      'GONE func_11_b join -> -',
      'RENAMED func_13_b update -> refresh',
      'REMOVED func_14_c open -> -',
      'GONE func_15_a close -> -',
      'RENAMED func_16_d meet -> greet',
      'NEW func_20_e - -> start',
      'REDOCUMENTED field_1_a age -> age',
      'ADDED field_2_a - -> width',
      'NEW field_3_a - -> fresh',
      'RENAMED p_10_1_ count -> amount',
    ]);
    expect(countsOf(told)).toEqual({ moved: 3, new: 3, gone: 3, renamed: 3, removed: 1, added: 1, redocumented: 1 });
    expect(told.totalCount).toBe(15);
    expect(told.base).toEqual({ target: '1.0', release: null, draft: false, version: { name: '1.0' } });
  });

  test('a name that other ids have too, and keep or change otherwise, is ambiguous; each tells its class on both sides', async () => {
    const { entries } = await compare(service, '1.0', '1.1', { kinds: ['METHOD', 'PARAMETER'], changes: ['RENAMED'] });
    const places = entries.map(({ srg, oldOwner, newOwner, classes, method, ambiguous }) => [
      ...[srg, oldOwner, newOwner, classes, method, ambiguous],
    ]);
    expect(places).toEqual([
      ['func_13_b', 'net/minecraft/Beta', 'net/minecraft/other/Bravo', 1, null, true],
      ['func_16_d', 'net/minecraft/Alpha', 'net/minecraft/Alpha', 1, null, false],
      ['p_10_1_', 'net/minecraft/Alpha', 'net/minecraft/Alpha', 2, 'func_10_a', false],
    ]);
  });

  test('backwards it is the same, turned around', async () => {
    const told = await compare(service, '1.1', '1.0');
    expect(countsOf(told)).toEqual({ moved: 3, new: 3, gone: 3, renamed: 3, removed: 1, added: 1, redocumented: 1 });
    expect(told.entries.map(short)).toContain(
      'MOVED net/minecraft/other/Bravo net/minecraft/other/Bravo -> net/minecraft/Beta',
    );
  });

  test('paging to the end gives each entry once, whatever the page; and by kind and change', async () => {
    const whole = (await compare(service, '1.0', '1.1')).entries;
    for (const first of [1, 2, 7]) {
      const { rows, pages } = await allEntries(service, '1.0', '1.1', { first });
      expect(rows).toEqual(whole);
      expect(pages).toBe(Math.ceil(whole.length / first));
    }
    const options = {
      kinds: ['FIELD' as const, 'METHOD' as const],
      changes: ['NEW' as const, 'GONE' as const],
      first: 1,
    };
    const { rows } = await allEntries(service, '1.0', '1.1', options);
    expect(rows.map(({ srg }) => srg)).toEqual(['func_11_b', 'func_15_a', 'func_20_e', 'field_3_a']);
    const { totalCount, pageInfo, added } = await compare(service, '1.0', '1.1', options);
    expect({ totalCount, added }).toEqual({ totalCount: 4, added: 1 });
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });
});

describe('what it costs', () => {
  const cost = (base: string, head: string, first: number, after: string | null = null) =>
    service.statements(CompareDocument, { ...ASKED, base, head, first, after });

  test('the same statements whatever the page, and none for what was compared already', async () => {
    const small = await cost('1.0+draft', '1.1', 1);
    const large = await cost('1.0', '1.1+draft', 200);
    expect(large).toBe(small);
    const { pageInfo } = await compare(service, '1.0+draft', '1.1', { first: 3 });
    expect(await cost('1.0+draft', '1.1', 200)).toBe(0);
    expect(await cost('1.0+draft', '1.1', 3, pageInfo.endCursor)).toBe(0);
  });

  test('many who ask at once are answered by one comparison', async () => {
    const alone = await cost('1.0+draft', '1.1+draft', 10);
    // The targets are known by now: what is counted is the comparison.
    const fresh = () => compare(service, '1.1+draft', '1.0+draft');
    const before = service.db.statementCount;
    const all = await Promise.all(Array.from({ length: 20 }, fresh));
    expect(service.db.statementCount - before).toBe(alone);
    expect(new Set(all.map((told) => JSON.stringify(told))).size).toBe(1);
  });

  test('what is the same is not compared', async () => {
    expect(await cost('1.0', '1.0', 10)).toBe(0);
    const told = await compare(service, '1.0', '1.0');
    expect([told.entries, countsOf(told), told.totalCount]).toEqual([[], {}, 0]);
  });
});

describe('what is refused', () => {
  const refusal = async (options: Partial<typeof ASKED> & { base?: string; head?: string; after?: string | null }) => {
    const { extensions, message } = await service.refused(CompareDocument, {
      ...ASKED,
      base: '1.0',
      head: '1.1',
      ...options,
    });
    return `${extensions.code} ${message}`;
  };

  test('a target that is not there, in words that name it', async () => {
    expect(await refusal({ base: '9.9' })).toBe('NOT_FOUND There is no game version "9.9". There is 1.1, 1.0.');
    expect(await refusal({ head: '9.9+draft' })).toBe('NOT_FOUND There is no game version "9.9". There is 1.1, 1.0.');
    expect(await refusal({ base: 'stable_39-1.0' })).toBe('NOT_FOUND There is no release "stable_39-1.0".');
    expect(await refusal({ head: '1.0+draft-nobody' })).toBe('NOT_FOUND There is no user "nobody".');
    for (const base of ['', ' ', '1.0+', '\0', 'x'.repeat(10_000), "1.0'; DROP TABLE mappings; --"]) {
      expect(await refusal({ base })).toMatch(/^NOT_FOUND There is no game version /);
    }
  });

  test('a page that can not be', async () => {
    expect(await refusal({ first: 0 })).toBe('BAD_USER_INPUT "first" must be between 1 and 200, not 0.');
    expect(await refusal({ first: 201 })).toBe('BAD_USER_INPUT "first" must be between 1 and 200, not 201.');
    for (const after of ['', 'garbage', 'WzFd', Buffer.from('["METHOD","x"]').toString('base64url')]) {
      expect(await refusal({ after } as never)).toBe('BAD_USER_INPUT "after" is not a cursor of this list.');
    }
  });

  test('a cursor of another list of this kind stands at its place', async () => {
    const after = Buffer.from(JSON.stringify([99, 'zzz'])).toString('base64url');
    expect((await compare(service, '1.0', '1.1', { after })).entries).toEqual([]);
    const before = Buffer.from(JSON.stringify([0, ''])).toString('base64url');
    expect((await compare(service, '1.0', '1.1', { after: before })).entries).toHaveLength(15);
  });
});
