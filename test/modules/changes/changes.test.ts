import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { walk } from '../../support/paging.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { makeBot, type Bot } from '../roles/support.js';
import { CHANGE, changeId, commit, naming, reject, SCOPES, staged, type ToldChange, undo } from './support.js';

const FILTER = `$version: String, $kinds: [MappingKind!], $srg: String, $name: String, $author: ID, $via: String, $batch: ID,
  $states: [ChangeState!], $since: DateTime, $until: DateTime, $first: Int, $after: String`;
const GIVEN = `version: $version, kinds: $kinds, srg: $srg, name: $name, author: $author, via: $via, batch: $batch,
  states: $states, since: $since, until: $until, first: $first, after: $after`;
const CHANGES = `query (${FILTER}) { changes(${GIVEN}) {
  nodes { sequence srg newName state } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }`;

let service: TestService;
let user: Person;
let maintainer: Person;
let bot: Bot;
let first: ToldChange;
const noon = new Date('2030-05-01T12:00:00.000Z');

const at = async <T>(minutes: number, work: () => Promise<T>): Promise<T> => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(noon.getTime() + minutes * 60_000);
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
};
const minute = (minutes: number) => new Date(noon.getTime() + minutes * 60_000).toISOString();

beforeAll(async () => {
  service = await startTestService({ sample: false });
  await importFiles(service.db, '0.1', { 'joined.tsrg': SCOPES });
  await importFiles(service.db, '0.2', { 'joined.tsrg': SCOPES });
  // Sessions begin at noon too, so that they have not ended then.
  [user, maintainer] = await at(0, async () => [
    await signUp(service),
    await signUp(service, { roles: [RoleName.MAINTAINER] }),
  ]);
  bot = await at(0, () => makeBot(service, user));
  [first] = (await at(1, () => staged(user, naming({ field_1_a: 'age', func_10_a: 'tick' }), { version: '0.1' }))) as [
    ToldChange,
  ];
  await at(2, () => staged(user, naming({ field_1_a: 'years' }), { version: '0.1' }));
  await at(3, () => commit(maintainer, { version: '0.1', kinds: ['FIELD'] }));
  await at(4, () => staged(maintainer, naming({ field_1_a: 'days' }), { version: '0.1', force: true }));
  await at(5, () => staged(user, naming({ field_1_a: 'age', p_10_1_: 'count' }), { version: '0.2' }));
  await at(6, () => undo(user, 'p_10_1_', '0.2'));
  const [change] = await at(7, () => staged(bot.program, naming({ func_12_c: 'run' }), { version: '0.2' }));
  await at(8, () => reject(maintainer, change!.id));
});
afterEach(() => void vi.useRealTimers());
afterAll(() => service.close());

const list = async (variables: object = {}): Promise<string[]> => {
  const { changes } = await service.client().query(CHANGES, variables);
  expect(changes.totalCount).toBe(changes.nodes.length);
  return changes.nodes.map(({ srg, newName, state }: ToldChange) => `${srg} ${newName} ${state}`);
};

describe('Query.changes', () => {
  const all = [
    'func_12_c run REJECTED',
    'p_10_1_ count UNDONE',
    'field_1_a age STAGED',
    'field_1_a days STAGED',
    'field_1_a years COMMITTED',
    'func_10_a tick STAGED',
    'field_1_a age SUPERSEDED',
  ];
  const some = (...numbers: number[]) => numbers.map((number) => all[number]!);

  test('is for everyone, newest first', async () => {
    expect(await list()).toEqual(all);
  });

  test.each<[string, object, string[]]>([
    ['version', { version: '0.2' }, some(0, 1, 2)],
    ['kinds', { kinds: ['METHOD', 'PARAMETER'] }, some(0, 1, 5)],
    ['no kinds', { kinds: [] }, []],
    ['srg', { srg: ' field_1_a ' }, some(2, 3, 4, 6)],
    ['an unknown srg', { srg: 'field_9_z' }, []],
    ['a name that was given', { name: 'years' }, some(3, 4)],
    ['a name exactly', { name: 'year' }, []],
    ['via the handle of a bot', { via: 'helper1' }, some(0)],
    ['via nobody', { via: 'nobody' }, []],
    ['states', { states: ['STAGED', 'COMMITTED'] }, some(2, 3, 4, 5)],
    ['since', { since: minute(5) }, some(0, 1, 2)],
    ['until', { until: minute(2) }, some(5, 6)],
    ['since and until', { since: minute(2), until: minute(4) }, some(4)],
    [
      'all of them',
      { version: '0.1', kinds: ['FIELD'], srg: 'field_1_a', name: 'age', states: ['SUPERSEDED'] },
      some(6),
    ],
    [
      'null of each',
      { version: null, kinds: null, srg: null, name: null, author: null, batch: null, states: null },
      all,
    ],
  ])('by %s', async (_, variables, expected) => {
    expect(await list(variables)).toEqual(expected);
  });

  test('by author, accounts that were merged into it included', async () => {
    expect(await list({ author: user.id })).toEqual(some(1, 2, 4, 5, 6));
    expect(await list({ author: maintainer.id })).toEqual(some(3));
    expect(await list({ author: encodeId('User', 999_999) })).toEqual([]);
    const stays = await signUp(service);
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [maintainer.userId, stays.userId]);
    expect(await list({ author: stays.id })).toEqual(some(3));
    const { changes } = await service
      .client()
      .query(`query ($author: ID) { changes(author: $author) { nodes { author { handle } } } }`, { author: stays.id });
    expect(changes.nodes).toEqual([{ author: { handle: stays.handle } }]);
    const { user: shown } = await service
      .client()
      .query(`query ($handle: String!) { user(handle: $handle) { changes { totalCount nodes { newName } } } }`, {
        handle: stays.handle,
      });
    expect(shown.changes).toEqual({ totalCount: 1, nodes: [{ newName: 'days' }] });
    await service.db.query(`UPDATE users SET merged_into_id = NULL WHERE id = $1`, [maintainer.userId]);
  });

  test('by batch', async () => {
    expect(await list({ batch: first.batch })).toEqual(some(5, 6));
    expect(await list({ batch: encodeId('Batch', 999_999) })).toEqual([]);
  });

  test.each([
    [{ version: '9.9' }, 'NOT_FOUND'],
    [{ author: 'nobody' }, 'BAD_USER_INPUT'],
    [{ author: encodeId('Batch', 1) }, 'BAD_USER_INPUT'],
    [{ batch: encodeId('Change', 1) }, 'BAD_USER_INPUT'],
    [{ after: 'x' }, 'BAD_USER_INPUT'],
    [{ first: 201 }, 'BAD_USER_INPUT'],
    [{ srg: 'a\0b' }, 'BAD_USER_INPUT'],
    [{ name: 'a\0b' }, 'BAD_USER_INPUT'],
    [{ states: ['GONE'] }, 'BAD_USER_INPUT'],
  ])('%j is refused with %s', async (variables, code) => {
    expect(await service.client().refused(CHANGES, variables)).toMatchObject({ extensions: { code } });
  });

  test('in pages, with a count of all', async () => {
    const seen: number[] = [];
    const { rows, pages } = await walk<{ sequence: number }>(async (after) => {
      const { changes } = await service.client().query(CHANGES, { first: 3, after });
      seen.push(changes.totalCount);
      expect(changes.pageInfo.hasPreviousPage).toBe(after !== null);
      return { ...changes.pageInfo, rows: changes.nodes };
    });
    expect([pages, seen]).toEqual([3, [7, 7, 7]]);
    expect(rows.map(({ sequence }) => sequence)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });
});

describe('Mapping.changes, Mapping.staged and User.changes', () => {
  test('tell the history of an entry in its version, and of a user, newest first', async () => {
    const { mapping } = await service.client().query(`{ mapping(srg: "field_1_a", version: "0.1") {
      staged { newName } changes(first: 2) { totalCount nodes { newName } pageInfo { hasNextPage endCursor } } } }`);
    expect(mapping).toMatchObject({
      staged: { newName: 'days' },
      changes: { totalCount: 3, nodes: [{ newName: 'days' }, { newName: 'years' }], pageInfo: { hasNextPage: true } },
    });
    const { mapping: rest } = await service
      .client()
      .query(
        `query ($after: String) { mapping(srg: "field_1_a", version: "0.1") { changes(after: $after) { nodes { newName } } } }`,
        { after: mapping.changes.pageInfo.endCursor },
      );
    expect(rest.changes.nodes).toEqual([{ newName: 'age' }]);
    const { user: shown } = await service
      .client()
      .query(`query ($handle: String!) { user(handle: $handle) { changes(first: 2) { totalCount nodes { srg } } } }`, {
        handle: user.handle,
      });
    expect(shown.changes).toEqual({ totalCount: 5, nodes: [{ srg: 'p_10_1_' }, { srg: 'field_1_a' }] });
    const { mapping: none } = await service
      .client()
      .query(`{ mapping(srg: "field_4_a", version: "0.1") { staged { id } changes { totalCount nodes { id } } } }`);
    expect(none).toEqual({ staged: null, changes: { totalCount: 0, nodes: [] } });
  });
});

describe('node(id) of a change', () => {
  const NODE = `query ($id: ID!) { node(id: $id) { __typename id ... on Change { ${CHANGE} hash mapping { srg } } } }`;

  test('is the change, with its entry and its hash', async () => {
    const { node } = await service.client().query(NODE, { id: first.id });
    expect(node).toMatchObject({
      __typename: 'Change',
      ...first,
      state: 'SUPERSEDED',
      mapping: { srg: 'field_1_a' },
      decidedAt: expect.any(String) as string,
      decidedBy: { handle: user.handle },
    });
    expect(node.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is null for what is not there', async () => {
    for (const id of [changeId(999_999), encodeId('Change', 'x'), encodeId('Change', '99999999999')]) {
      expect(await service.client().query(NODE, { id })).toEqual({ node: null });
    }
  });

  test('has no entry where a later import lacks it', async () => {
    await service.db.query(`DELETE FROM mappings WHERE srg = 'field_1_a'`);
    const { node } = await service.client().query(NODE, { id: first.id });
    expect(node).toMatchObject({ srg: 'field_1_a', newName: 'age', mapping: null, version: { name: '0.1' } });
  });
});
