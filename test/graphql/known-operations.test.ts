import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { liftLiterals } from '../../src/graphql/operations/lift-literals.js';
import { as, openLibraryApp, type TestApp } from '../support/app.js';
import { emptyLibrary } from '../support/library.js';

let app: TestApp;
beforeAll(async () => {
  app = await openLibraryApp({ timeLimit: 300 });
});
beforeEach(() => void Object.assign(app.library, emptyLibrary()));
afterAll(() => app.close());

const NOVEL = encodeId('Novel', 1);

interface Asked {
  query: string;
  variables?: object;
  operationName?: string;
}

/** Asks so that the pipeline has to read it: an answer is the same, whatever extensions a request names. */
const throughPipeline = (asked: Asked, headers: Record<string, string>) =>
  app.post({ ...asked, extensions: {} }, headers);

async function counted(name: 'known_operations' | 'documents_read'): Promise<number> {
  const { body } = await app.http.inject('/metrics');
  return Number(new RegExp(`^graphql_${name}_total (\\d+)$`, 'm').exec(body)?.[1]);
}

const CALLERS: Record<string, Record<string, string>> = {
  anonymous: {},
  'a user': as('1', RoleName.USER),
  'another user': as('2', RoleName.USER),
  'a maintainer': as('1', RoleName.MAINTAINER),
  'an administrator': as('9', RoleName.ADMIN),
};

/** Whether somebody is answered ahead of the pipeline. */
type Ahead = 'always' | 'never' | readonly (keyof typeof CALLERS)[];

const DOCUMENTS: [title: string, asked: Asked, ahead: Ahead][] = [
  ['a type name', { query: '{ __typename }' }, 'always'],
  ['lists and aliases', { query: '{ all: members { name n: name __typename } members { id } }' }, 'always'],
  [
    'an interface, a page, and a total that is counted when asked for',
    {
      query:
        '{ books(first: 2) { totalCount nodes { id title ... on Novel { __typename } } edges { cursor } pageInfo { endCursor hasNextPage } } }',
    },
    'always',
  ],
  ['edges with fields of their own', { query: '{ hits { edges { score node { title } } } }' }, 'always'],
  [
    'a union with fragments that meet',
    {
      query: `query All { find { ... on Book { title } ...M ... on Member { name ...M } ... on Atlas { id } } }
        fragment M on Member { id books { title ...B } } fragment B on Book { id }`,
    },
    'always',
  ],
  [
    'fields that are left out and taken in',
    {
      query: `query Q($yes: Boolean!, $no: Boolean = false) {
        members { name @include(if: $yes) id @skip(if: $yes) ... @include(if: $no) { email } ... on Member @skip(if: $no) { t: __typename } }
      }`,
      variables: { yes: true },
    },
    'always',
  ],
  [
    'an interface of everything, part of which is not for everybody',
    { query: `{ node(id: "${NOVEL}") { id } a: nodes(ids: ["${NOVEL}"]) { __typename } }` },
    ['an administrator'],
  ],
  ['a list of one, written without brackets', { query: '{ books(titles: "Emma") { nodes { title } } }' }, 'always'],
  ['nothing in place of a list', { query: '{ books(titles: null) { totalCount } }' }, 'always'],
  [
    'a condition that is nothing',
    { query: 'query Q($no: Boolean = false) { members { id name @include(if: $no) } }', variables: { no: null } },
    'never',
  ],
  [
    'many conditions',
    {
      query: `query Q($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!, $e: Boolean!) { members {
        a: id @include(if: $a) b: id @include(if: $b) c: id @skip(if: $c) d: id @skip(if: $d) e: id @skip(if: $e) } }`,
      variables: { a: true, b: false, c: true, d: false, e: true },
    },
    'never',
  ],
  [
    'variables, given and not',
    {
      query:
        'query Q($first: Int, $after: String, $titles: [String!] = ["World"]) { books(first: $first, after: $after, titles: $titles) { nodes { title } } }',
      variables: { first: 1, unasked: 1 },
    },
    'always',
  ],
  ['a comment with a quote in it', { query: '# say "hello" 5\n{ books(first: 1) { nodes { title } } } # "' }, 'always'],
  [
    'escapes',
    { query: '{ books(titles: ["\\u0045mm\\u0061", "\\n\\"", "\\u{1F600}"]) { nodes { title } } }' },
    'always',
  ],
  ['a block text', { query: '{ books(titles: ["""Emma"""]) { nodes { title } } }' }, 'always'],
  ['half a character', { query: '{ books(titles: ["\ud83d"]) { totalCount } }' }, 'never'],
  ['a fraction for a whole number', { query: '{ books(first: 1.0) { totalCount } }' }, 'never'],
  ['a text for a number', { query: '{ books(first: "1") { totalCount } }' }, 'never'],
  ['a number for a text', { query: '{ books(titles: [5]) { totalCount } }' }, 'never'],
  ['a number beyond 32 bits', { query: '{ books(first: 3000000000) { totalCount } }' }, 'never'],
  [
    'a variable of the wrong type',
    { query: 'query Q($n: Int) { books(first: $n) { totalCount } }', variables: { n: 'x' } },
    'never',
  ],
  ['a variable that lacks', { query: 'query Q($id: ID!) { node(id: $id) { id } }' }, 'never'],
  ['a page that is too large', { query: '{ books(first: 100000) { totalCount } }' }, 'never'],
  ['an unknown field', { query: '{ books { nobody } }' }, 'never'],
  ['no document', { query: '{ books(' }, 'never'],
  [
    'two operations, one named',
    { query: 'query A { members { id } } query B { members { name } }', operationName: 'B' },
    'never',
  ],
  ['an operation by its name', { query: 'query A { members { id } }', operationName: 'A' }, 'always'],
  ['an operation by another name', { query: 'query A { members { id } }', operationName: 'B' }, 'never'],
  ['a subscription', { query: 'subscription { news { ok } }' }, 'never'],
  ['introspection', { query: '{ __type(name: "Book") { name } }' }, 'never'],
  ['an error of a resolver', { query: '{ members { id } fail(how: "input") }' }, 'never'],
  ['a fault of a resolver', { query: '{ fail(how: "23505") }' }, 'never'],
  ['a fault further down', { query: '{ members { name broken } }' }, 'never'],
  ['what takes its time', { query: '{ slow(ms: 10) members { id } }' }, 'always'],
  ['a rule of a root field', { query: '{ notes { nodes { text shape } } }' }, ['an administrator']],
  [
    'a rule within an interface',
    { query: '{ books { nodes { title shelf } } }' },
    ['a maintainer', 'an administrator'],
  ],
  ['a rule that admits whom it concerns', { query: '{ members { name email } }' }, ['an administrator']],
  ['a rule that a fragment leaves out', { query: '{ members { name ... @include(if: false) { email } } }' }, 'always'],
  ['who calls', { query: '{ me { name } }' }, 'always'],
];

describe('RB1 GQ an operation is answered to the letter as the pipeline answers it', () => {
  it.each(DOCUMENTS)('%s', async (_title, asked, ahead) => {
    for (const [name, caller] of Object.entries(CALLERS)) {
      const headers = { ...caller, 'x-request-id': 'the-same-for-both' };
      const expected = await throughPipeline(asked, headers);
      // At first sight, and known.
      for (const sight of [1, 2]) {
        const before = await counted('known_operations');
        const answer = await app.post({ ...asked }, headers);
        expect([name, sight, answer.status, answer.text]).toEqual([name, sight, expected.status, expected.text]);
        const { date: _one, ...answered } = answer.headers;
        const { date: _two, ...wanted } = expected.headers;
        expect(answered).toEqual(wanted);
        const isAhead = ahead === 'always' || (ahead !== 'never' && ahead.includes(name));
        expect([name, (await counted('known_operations')) - before]).toEqual([name, isAhead ? 1 : 0]);
      }
    }
  });

  it.each([
    'application/json',
    'application/graphql-response+json, application/json;q=0.9',
    'text/html',
    'image/png',
    '*/*',
  ])('as it is accepted: %s', async (accept) => {
    const expected = await throughPipeline({ query: '{ members { id } }' }, { accept });
    const answer = await app.post({ query: '{ members { id } }' }, { accept });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      expected.status,
      expected.headers['content-type'],
    ]);
  });

  it('RB6 mutations run once, and are refused before they do anything', async () => {
    for (const [name, caller] of Object.entries(CALLERS)) {
      for (const query of [
        'mutation { burn { ok } }',
        `mutation { borrow(book: "${NOVEL}") { ok } }`,
        'mutation { ring { ok } }',
        'mutation { borrow(book: "?") { ok } }',
      ]) {
        const headers = { ...caller, 'x-request-id': 'the-same-for-both' };
        const expected = await throughPipeline({ query }, headers);
        const effects = app.library.effects.splice(0);
        const answer = await app.post({ query }, headers);
        expect([name, answer.status, answer.text]).toEqual([name, expected.status, expected.text]);
        expect(app.library.effects.splice(0)).toEqual(effects);
      }
    }
  });
});

describe('a persisted query', () => {
  const query = 'query Persisted($first: Int) { books(first: $first) { nodes { title } } }';
  const extensions = JSON.stringify({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  });
  const link = (params: Record<string, string>, headers: Record<string, string> = {}) =>
    app.http.inject({ method: 'GET', url: '/graphql', query: params, headers });

  it('GQ10 is sent once, and then asked for by its hash: by a link that a cache may keep', async () => {
    expect((await link({ extensions })).json().errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await link({ query, extensions })).statusCode).toBe(200);
    const before = await counted('known_operations');
    const asked = { extensions, variables: '{"first":1}', operationName: 'Persisted' };
    const first = await link(asked);
    expect(first.json().data).toEqual({ books: { nodes: [{ title: 'Emma' }] } });
    expect(first.headers).toMatchObject({
      'cache-control': 'public, no-cache',
      vary: expect.stringContaining('Cookie'),
    });
    const again = await link(asked, { 'if-none-match': String(first.headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const posted = await app.post({ extensions: JSON.parse(extensions) as object, variables: { first: 1 } });
    expect(posted.text).toBe(first.body);
    expect(await counted('known_operations')).toBe(before + 3);
  });

  it.each([
    ['variables that are no JSON', { variables: '{' }],
    ['variables that are no object', { variables: '[]' }],
    ['a parameter of its own', { unknown: '1' }],
    ['a credential', {}, as('1', RoleName.USER)],
  ])(
    'with %s is for the pipeline',
    async (_title, more: Record<string, string>, headers: Record<string, string> = {}) => {
      const before = await counted('known_operations');
      const answer = await link({ extensions, ...more }, headers);
      expect(answer.statusCode).toBe('unknown' in more ? 200 : 400);
      expect(await counted('known_operations')).toBe(before);
    },
  );

  it('GQ11 that changes something is not run by a link', async () => {
    const ring = 'mutation { ring { ok } }';
    const hash = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(ring).digest('hex') } };
    expect((await app.post({ query: ring, extensions: hash })).data).toEqual({ ring: { ok: true } });
    app.library.effects.length = 0;
    expect((await link({ extensions: JSON.stringify(hash) })).statusCode).toBe(405);
    expect(app.library.effects).toEqual([]);
  });
});

describe('documents', () => {
  it('that differ in their literals alone are read once', async () => {
    await app.query('{ a: books(titles: ["Emma", "World"], first: 3) { nodes { title } } }');
    const [read, known] = [await counted('documents_read'), await counted('known_operations')];
    for (let i = 0; i < 200; i++) {
      const { data } = await app.query(
        `{ a: books(titles: ["Emma", "${i}"], first: ${1 + (i % 100)}) { nodes { title } } }`,
      );
      expect(data).toEqual({ a: { nodes: [{ title: 'Emma' }] } });
    }
    expect(await counted('documents_read')).toBe(read);
    expect(await counted('known_operations')).toBe(known + 200);
  });

  it('GQ8 of a flood take no place from those that come again', async () => {
    const known = ['{ members { name } }', '{ books(first: 7) { nodes { title } } }'];
    for (const query of [...known, ...known]) await app.query(query);
    for (let i = 0; i < 3_000; i++) await app.query(`{ flood${i}: members { id } }`);
    const read = await counted('documents_read');
    for (const query of known) await app.query(query);
    expect(await counted('documents_read')).toBe(read);
  });

  it('cost what their literals ask for', async () => {
    const costs = await Promise.all(
      [1, 50].map(
        async (first) =>
          (await app.query(`{ books(first: ${first}) { nodes { title } } }`)).extensions?.cost?.requested,
      ),
    );
    expect(costs).toEqual([3, 101]);
  });
});

describe('a skeleton', () => {
  it.each([
    ['{ a(x: "b", n: -5, f: 1.5e3) }', '{ a(x: "", n: 0, f: 0.5) }', ['b', -5, 1500]],
    ['{ a1(x: "q\\"\\u0041\\n") } # "5" 6', '{ a1(x: "") } # "5" 6', ['q"A\n']],
    ['{ a(x: ["", ""]) }', '{ a(x: ["", ""]) }', ['', '']],
  ])('of %s', (source, skeleton, literals) => {
    expect(liftLiterals(source)).toEqual({ skeleton, literals });
  });

  it.each([
    '{ a }',
    '{ a(x: """b""") }',
    '{ a(n: 007) }',
    '{ a(n: -0) }',
    '{ a(n: 9007199254740993) }',
    '{ a(x: "\ud83d") }',
    '{ a(x: "\\x") }',
    '{ a(x: "\u0001", y: 5) }',
    '{ a(x: "b\n", n: 5) }',
    '{ a(x: "\\u{41}") }',
  ])('is not made of %j', (source) => expect(liftLiterals(source)).toBeNull());
});
