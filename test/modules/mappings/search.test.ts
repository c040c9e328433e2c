import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SearchDocument,
  SearchPageDocument,
  type SearchMatch,
  type SearchQueryVariables,
} from '../../support/generated/documents.js';
import { walk } from '../../support/paging.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function search(query: string, more: Partial<SearchQueryVariables> = {}) {
  const { search: found } = await service.query(SearchDocument, { query, first: 200, ...more });
  const hits = found.edges.map(({ node, score }) => ({ ...node, score }));
  expect(found.totalCount).toBe(hits.length);
  return hits;
}
const ids = async (query: string, more: Partial<SearchQueryVariables> = {}) =>
  (await search(query, more)).map(({ srg }) => srg);
const names = async (query: string, more: Partial<SearchQueryVariables> = {}) =>
  (await search(query, more)).map(({ name }) => name);

describe('FUZZY', () => {
  it.each([
    ['a community name', 'isNullOrEmpty', 'func_2074_a'],
    ['an SRG id', 'func_2009_h_', 'func_2009_h_'],
    ['the number of an SRG id', '2009', 'func_2009_h_'],
    ['the number as the old bot wrote it', 'i2009', 'func_2009_h_'],
    ['a short class name', 'Hedgehog', 'net/minecraft/sample/creature/Hedgehog'],
    ['a full class name', 'net/minecraft/sample/creature/Hedgehog', 'net/minecraft/sample/creature/Hedgehog'],
    ['a full class name with dots', 'net.minecraft.sample.creature.Hedgehog', 'net/minecraft/sample/creature/Hedgehog'],
  ])('puts the exact spelling first with score 1: %s', async (_, query, srg) => {
    const hits = await search(query);
    expect(hits[0]).toMatchObject({ srg, score: 1 });
    expect(hits.slice(1).every(({ score }) => score < 1)).toBe(true);
  });

  it('ranks exact, prefix, camel-case parts, similarity', async () => {
    // plant: two fields of that name exactly; the class in another case; then what starts so; then what is similar.
    const hits = await search('plant');
    expect(hits.filter(({ score }) => score === 1).map(({ name }) => name)).toEqual(['plant', 'plant']);
    const rank = (name: string) => hits.findIndex((hit) => hit.name === name);
    expect(rank('net/minecraft/sample/plant/Plant')).toBe(2);
    expect(rank('plants')).toBe(3);
    expect(rank('plantIn')).toBe(4);
    expect(rank('getPlant')).toBeGreaterThan(4);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('finds by the parts of camel-case names, in their order', async () => {
    // Every name of which the parts start so, the shorter ones first.
    expect(await names('gGS')).toEqual(['getGrowthStage']);
    expect(await names('gLL')).toEqual(['getLightLevel']);
    expect(await names('getDOY')).toContain('getDayOfYear');
    expect(await names('gDaOf')).toEqual(['getDayOfYear']);
    expect(await names('iNOE')).toEqual(['isNullOrEmpty']);
    expect(await names('sGG')).toEqual([]);
    const short = await names('gH');
    expect(short[0]).toBe('getHeight');
    expect(await names('gG')).toEqual(['getGarden', 'getGrowthStage']);
  });

  it('finds constants and classes by their parts', async () => {
    expect(await names('DPY')).toEqual(['DAYS_PER_YEAR']);
    expect(await names('GNH')).toEqual(['net/minecraft/sample/net/GardenNetHandler']);
    expect(await names('GaReco')).toContain('net/minecraft/sample/util/GardenRecord');
  });

  it('puts a prefix before parts, and parts before similarity', async () => {
    const hits = await search('getW');
    // No name starts with getW but getWeight.
    expect(hits[0]!.name).toBe('getWeight');
    expect(hits[0]!.score).toBeGreaterThanOrEqual(0.7);
    const parts = (await search('gW'))[0]!;
    expect(parts.name).toBe('getWeight');
    expect(parts.score).toBeGreaterThanOrEqual(0.5);
    expect(parts.score).toBeLessThan(0.7);
    const typo = (await search('getWieght'))[0]!;
    expect(typo.name).toBe('getWeight');
    expect(typo.score).toBeLessThan(0.5);
  });

  it('forgives typing errors and case', async () => {
    for (const query of ['getGrowhtStage', 'isNulOrEmpty', 'colectNectar', 'wether', 'Hedghog']) {
      expect(await names(query), query).not.toEqual([]);
    }
    expect((await names('getGrowhtStage'))[0]).toBe('getGrowthStage');
    expect((await names('isNulOrEmpty'))[0]).toBe('isNullOrEmpty');
    expect((await names('colectNectar'))[0]).toBe('collectNectar');
    expect((await names('Hedghog'))[0]).toBe('net/minecraft/sample/creature/Hedgehog');
    expect((await search('ISNULLOREMPTY'))[0]).toMatchObject({ name: 'isNullOrEmpty', score: 0.9 });
  });

  it('finds an obfuscated class, and by the name on the server', async () => {
    expect((await ids('ac'))[0]).toBe('net/minecraft/sample/util/GardenCalendar');
    await importCopies(service.db, ['0.1'], { named: false });
    await importCsv(
      service.db,
      '0.1',
      'methods.csv',
      'searge,name,side,desc\nfunc_2006_f,onClient,0,\nfunc_2006_f,xyzzy,1,\n',
    );
    expect(await ids('xyzzy', { version: '0.1' })).toEqual(['func_2006_f']);
    expect(await ids('xyzzy')).toEqual([]);
  });

  it('takes the kinds asked for', async () => {
    expect(await ids('pos', { kinds: ['FIELD'], match: 'PREFIX' })).toEqual([
      'field_1038_a',
      'field_1053_a',
      'field_1055_a',
    ]);
    expect(new Set((await search('plant', { kinds: ['CLASS', 'METHOD'] })).map(({ kind }) => kind))).toEqual(
      new Set(['CLASS', 'METHOD']),
    );
    expect(await ids('plant', { kinds: [] })).toEqual([]);
  });
});

describe('PREFIX', () => {
  it('finds what starts so, the shortest first', async () => {
    // All that the sample calls get…: thirteen methods.
    const found = await names('get', { match: 'PREFIX' });
    expect(found).toHaveLength(13);
    expect(found[0]).toBe('getRow');
    expect(found.at(-1)).toBe('getDaysToSprout');
    expect(await names('getG', { match: 'PREFIX' })).toEqual(['getGarden', 'getGrowthStage']);
    expect(await ids('func_207', { match: 'PREFIX' })).toEqual(
      ['0_b', '1_c', '2_a', '3_b', '4_a', '5_b'].map((end) => `func_207${end}`),
    );
    expect((await ids('net/minecraft/sample/tool/', { match: 'PREFIX' })).sort()).toEqual(
      ['Rake', 'Spade', 'Tool', 'WateringCan', 'Wheelbarrow', 'Wheelbarrow$Load'].map(
        (name) => `net/minecraft/sample/tool/${name}`,
      ),
    );
  });

  it('does not find parts or similar names', async () => {
    for (const query of ['gGS', 'getGrowht', 'rowth']) expect(await ids(query, { match: 'PREFIX' })).toEqual([]);
  });
});

describe('odd input', () => {
  const matches: SearchMatch[] = ['PREFIX', 'FUZZY', 'REGEX'];

  it.each([
    '%',
    '_',
    'get%',
    'ge_Row',
    "'",
    "get' OR 1=1 --",
    '"',
    '日本',
    '😀',
    '\u{10ffff}',
    '\ud7ff',
    '\ud800',
    '$1',
    '\\get',
  ])('is taken as it stands: %j', async (query) => {
    expect(await ids(query, { match: 'PREFIX' })).toEqual([]);
  });

  it('means no wildcards to similarity either', async () => {
    for (const query of ['%', '_', '%%%', '\\', '...', '$']) {
      expect((await search(query)).filter(({ score }) => score < 0.5)).toEqual([]);
    }
  });

  it.each(matches)('is refused where it is empty, too long or holds a NUL character: %s', async (match) => {
    const codes = async (query: string) => (await service.refused(SearchDocument, { query, match })).extensions.code;
    expect(await codes('')).toBe('BAD_USER_INPUT');
    expect(await codes('x'.repeat(201))).toBe('BAD_USER_INPUT');
    expect(await codes('x'.repeat(1_000_000))).toBe('BAD_USER_INPUT');
    expect(await codes('a\0b')).toBe('BAD_USER_INPUT');
    expect(await ids('x'.repeat(200), { match })).toEqual([]);
  });

  it('is refused where it is blank', async () => {
    expect((await service.refused(SearchDocument, { query: ' \n' })).message).toBe('"query" must not be empty.');
  });

  it('is refused for an unknown version', async () => {
    const error = await service.refused(SearchDocument, { query: 'get', version: '1.0' });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toContain('0.0-sample');
  });

  it.each(['x', '[1]', '[1,"a"]', '["1","a",1]', '[1,"a",1.5]', '[1,"a",4294967296]', '[1,"a",null]', '[null,"a",1]'])(
    'is refused as a cursor: %s',
    async (key) => {
      const after = Buffer.from(key).toString('base64url');
      const error = await service.refused(SearchPageDocument, { query: 'get', after });
      expect(error).toMatchObject({ message: '"after" is not a cursor of this list.' });
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
    },
  );

  it('of a forged cursor is a place in the list, whatever it says', async () => {
    for (const key of ['[1e999,"",0]', '[-1e999,"",0]', '[0.5,"\'; --",-1]']) {
      const after = Buffer.from(key).toString('base64url');
      await service.query(SearchPageDocument, { query: 'get', after });
    }
    const nul = Buffer.from('[0.5,"\\u0000",1]').toString('base64url');
    const error = await service.refused(SearchPageDocument, { query: 'get', after: nul });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('pages', () => {
  // Many hits share a score in each: pages break within them.
  it.each<[SearchMatch, string]>([
    ['PREFIX', 'func_20'],
    ['FUZZY', 'get'],
    ['FUZZY', 'plant'],
    ['REGEX', '^p_'],
  ])('of %s %s hold every hit once, in one order', async (match, query) => {
    const all = await search(query, { match });
    expect(all.length).toBeGreaterThan(7);
    for (const first of [1, 3, 7, all.length]) {
      if (first === 1 && all.length > 40) continue;
      const { rows, pages } = await walk(async (after) => {
        const page = (await service.query(SearchPageDocument, { query, match, first, after })).search;
        expect(page.pageInfo).toMatchObject({
          hasPreviousPage: after !== null,
          startCursor: page.edges[0]!.cursor,
          endCursor: page.edges.at(-1)!.cursor,
        });
        return { ...page.pageInfo, rows: page.edges.map(({ node, score }) => `${score} ${node.srg}`) };
      });
      expect(rows).toEqual(all.map(({ score, srg }) => `${score} ${srg}`));
      expect(pages).toBe(Math.ceil(all.length / first));
    }
  });

  it('end behind their last hit, and have no cursors where there is none', async () => {
    const { search: one } = await service.query(SearchPageDocument, { query: 'isNullOrEmpty', match: 'PREFIX' });
    const { search: behind } = await service.query(SearchPageDocument, {
      query: 'isNullOrEmpty',
      match: 'PREFIX',
      after: one.pageInfo.endCursor,
    });
    expect(behind).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  it.each([0, 201, -5])('of %i are refused', async (first) => {
    const error = await service.refused(SearchPageDocument, { query: 'get', first });
    expect(error.message).toBe(`"first" must be between 1 and 200, not ${first}.`);
  });
});
