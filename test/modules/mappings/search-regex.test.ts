import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresql } from '../../../src/db/postgresql.js';
import { SearchDocument } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function names(query: string): Promise<(string | null)[]> {
  const { search } = await service.query(SearchDocument, { query, match: 'REGEX', first: 200 });
  expect(search.totalCount).toBe(search.edges.length);
  return search.edges.map(({ node }) => node.name);
}

describe('REGEX', () => {
  it.each([
    ['^get.*Stage$', ['getGrowthStage']],
    ['Day', ['getDayOfYear', 'getDaysToSprout']],
    ['(?i)^ISNULL', ['isNullOrEmpty']],
    ['^(sow|tick|fill)$', ['fill', 'sow', 'tick']],
    ['^[[:upper:]_]{13,}$', ['DAYS_PER_YEAR', 'DEFAULT_HEIGHT']],
    ['^func_20(59|60)_', ['format', 'getDayOfYear']],
    ['\\mformat\\M', ['format']],
    ['^get(?:Row|Color)$', ['getColor', 'getRow']],
    ['^(s|t)(ow|ick)+$', ['sow', 'tick']],
    ['^(((fi)|x)(ll|y)){1,2}$', ['fill']],
    ['^is[^x\\]]ull', ['isNullOrEmpty']],
    ['^is(?#comment ( [ {)Null', ['isNullOrEmpty']],
  ])('matches names and ids: %s', async (query, expected) => {
    expect((await names(query)).sort()).toEqual(expected);
  });

  it.each([
    ['(', 'parentheses () not balanced'],
    ['a)', 'parentheses () not balanced'],
    ['[a', 'brackets [] not balanced'],
    ['a**', 'quantifier operand invalid'],
    ['*', 'quantifier operand invalid'],
    ['a{2,1}', 'invalid repetition count(s)'],
    ['a{2,1}b', 'invalid repetition count(s)'],
    ['\\', 'invalid escape \\ sequence'],
    ['[z-a]', 'invalid character range'],
    ['[[:nonsense:]]', 'invalid character class'],
  ])('tells what is wrong with %s', async (query, reason) => {
    const error = await service.refused(SearchDocument, { query, match: 'REGEX' });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe(`"query" is not a regular expression: ${reason}.`);
  });

  it.each([
    ['a reference back', '(a)\\1', 'must not refer back'],
    ['a reference back in a class of its own', '([a-z])[]x]\\1', 'must not refer back'],
    ['looking ahead', 'get(?=Row)', 'must not look ahead or behind'],
    ['not looking ahead', 'get(?!Row)', 'must not look ahead or behind'],
    ['looking behind', '(?<=get)Row', 'must not look ahead or behind'],
    ['not looking behind', '(?<!get)Row', 'must not look ahead or behind'],
    ['a huge count', '(get){255}', 'must not repeat so much'],
    ['many small repetitions', '.?'.repeat(100), 'must not repeat so much'],
    ['empty groups without end', '((){30}){30}', 'must not repeat so much'],
    ['counts within counts', '((a{32}){32}){32}', 'must not repeat so much'],
    ['counts behind counts', 'a{9}{9}{9}', 'must not repeat so much'],
    ['repetitions within repetitions', `${'('.repeat(10)}.*${')+'.repeat(10)}y`, 'must not nest repetitions'],
    ['repeated boundaries', '((\\m){0,4}){8}', 'must not repeat'],
    ['repeated anchors', '(((^)+){8}|a)+', 'must not repeat'],
    ['repeated word starts', '([[:<:]]|a)+', 'must not repeat'],
    [
      'repetitions hidden from a careless reader',
      `${'([])]'.repeat(3)}.*${')+'.repeat(3)}`,
      'must not nest repetitions',
    ],
    ['repetitions hidden behind an escape', '(([\\]].*)+)+', 'must not nest repetitions'],
    ['another syntax', '(?b)\\(a\\{250\\}\\)\\{250\\}', 'must not switch to another syntax'],
    ['another syntax by a director', '***:(a)', 'must not switch to another syntax'],
  ])('refuses %s', async (_, query, reason) => {
    const error = await service.refused(SearchDocument, { query, match: 'REGEX' });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain(reason);
  });

  it.each([
    ['(a+)+$'],
    ['(a|a)*b'],
    ['(.*.*.*.*.*.*.*.*.*.*)*x'],
    ['(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)zzz'],
    ['(.?){16}q'],
    ['((.?|)){1,8}q'],
    ['(|a)+$'],
    [`${'('.repeat(95)}a${')'.repeat(95)}`],
    ['.*'.repeat(32)],
    ['(\\w*\\w*){8}q'],
    ['x'.repeat(200)],
    ['^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa)+$'],
  ])('answers what looks catastrophic: %s', async (query) => {
    await service.query(SearchDocument, { query, match: 'REGEX', first: 1 });
  });

  it('is stopped by the database after its time, which PostgreSQL alone can do', async ({ skip }) => {
    const { url } = service.db;
    if (url === null) return skip('The embedded database cannot stop a statement.');
    const other = openPostgresql({ url, poolSize: 1 });
    try {
      await other.transaction(async (tx) => {
        await tx.query('LOCK TABLE mappings IN ACCESS EXCLUSIVE MODE');
        const error = await service.refused(SearchDocument, { query: 'get', match: 'REGEX' });
        expect(error.extensions.code).toBe('TOO_EXPENSIVE');
        expect(error.message).toBe('"query" took longer than 2s to match; make it simpler.');
      });
    } finally {
      await other.close();
    }
    // The limit is gone with its transaction.
    expect(await names('^getRow$')).toEqual(['getRow']);
  });
});
