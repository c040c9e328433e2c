import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { LIMITS } from '../../src/graphql/limits.js';
import { as, codesOf, openLibraryApp, type TestApp } from '../support/app.js';
import { emptyLibrary } from '../support/library.js';

let app: TestApp;
beforeAll(async () => {
  app = await openLibraryApp({ timeLimit: 300 });
});
beforeEach(() => void Object.assign(app.library, emptyLibrary()));
afterAll(() => app.close());

const times = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

describe('limits of a document', () => {
  it('GQ1 counts aliases, those in fragments and of __typename too', async () => {
    expect((await app.query(`{ ${times(30, (i) => `a${i}: __typename`)} }`)).status).toBe(200);
    for (const query of [
      `{ ${times(31, (i) => `a${i}: __typename`)} }`,
      `{ members { ...F } more: members { ...F } } fragment F on Member { ${times(15, (i) => `a${i}: name`)} }`,
    ]) {
      const answer = await app.query(query);
      expect([answer.status, ...codesOf(answer)]).toEqual([400, 'TOO_EXPENSIVE']);
      expect(answer.errors?.[0]?.message).toMatch(/alias count.*31.*30/);
    }
  });

  it('GQ2 answers one operation a request', async () => {
    const answer = await app.post(JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]));
    expect([answer.status, ...codesOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('GQ3 limits the depth, through fragments too', async () => {
    const nest = (levels: number) => `${'{ members { books '.repeat(levels)}{ title }${' } }'.repeat(levels)}`;
    const deep = await app.query(nest(8).replaceAll('books {', 'books { ... on Node { id }'));
    expect(codesOf(deep)).toEqual(['TOO_EXPENSIVE']);
    expect(deep.errors?.[0]?.message).toContain('depth');
    const chain = `{ members { ...F0 } } ${times(20, (i) => `fragment F${i} on Member { x: name ...F${i + 1} }`)}`;
    expect(codesOf(await app.query(chain))).toContain('BAD_USER_INPUT');
  });

  it('GQ4 limits the cost, lists times lists, and says what it was', async () => {
    const cheap = await app.query('{ books(first: 10) { nodes { title } } }');
    expect(cheap.extensions?.cost).toEqual({ requested: 21, limit: LIMITS.cost });
    const dear = await app.query(
      `{ books(first: 200) { nodes { title } } members { books { id title ...F } } }
       fragment F on Novel { ${times(25, () => 'id title shelf price')} }`,
    );
    expect(dear.status).toBe(200);
    const ids = Array.from({ length: 100 }, () => encodeId('Member', 1));
    const tooDear = await app.query(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Member { books { ...F } } } }
       fragment F on Novel { ${times(10, (i) => `a${i}: title id`)} }`,
      { variables: { ids } },
    );
    expect([tooDear.status, ...codesOf(tooDear)]).toEqual([400, 'TOO_EXPENSIVE']);
    expect(tooDear.extensions?.cost?.requested).toBeGreaterThan(LIMITS.cost);
    expect(app.library.loads).toEqual([]);
  });

  it('GQ4 counts a page size that comes by a variable, or by its default', async () => {
    const query = 'query ($first: Int = 7) { books(first: $first) { nodes { title } } }';
    expect((await app.query(query)).extensions?.cost?.requested).toBe(15);
    expect((await app.query(query, { variables: { first: 100 } })).extensions?.cost?.requested).toBe(201);
    expect((await app.query('{ books { nodes { title } } }')).extensions?.cost?.requested).toBe(101);
  });

  it('GQ5 refuses fragments in a circle, and fragments that double at each level, at once', async () => {
    const start = performance.now();
    const circle = await app.query('{ members { ...A } } fragment A on Member { ...B } fragment B on Member { ...A }');
    expect(codesOf(circle)).toContain('BAD_USER_INPUT');
    const doubling = `{ members { ...F0 } } ${times(40, (i) => `fragment F${i} on Member { ...F${i + 1} ...F${i + 1} }`)}
      fragment F40 on Member { name }`;
    expect(codesOf(await app.query(doubling))).toEqual(['TOO_EXPENSIVE']);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('GQ6 refuses unknown directives, repeated ones and too many', async () => {
    expect(codesOf(await app.query('{ __typename @nope }'))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await app.query('{ __typename @skip(if: false) @skip(if: false) }'))).toEqual(['BAD_USER_INPUT']);
    const many = await app.query(`{ __typename ${'@skip(if: false) '.repeat(51)} }`);
    expect(codesOf(many)).toEqual(['TOO_EXPENSIVE']);
  });

  it('GQ7 refuses thousands of equal fields before it compares them', async () => {
    const start = performance.now();
    expect(codesOf(await app.query(`{ ${'__typename '.repeat(10_000)} }`))).toEqual(['TOO_EXPENSIVE']);
    expect(codesOf(await app.query(`{ ${'__typename '.repeat(1_001)} }`))).toEqual(['TOO_EXPENSIVE']);
    expect(performance.now() - start).toBeLessThan(500);
    expect(codesOf(await app.query(`{ ${'__typename '.repeat(1_000)} }`))).toEqual(['TOO_EXPENSIVE']);
    expect((await app.query(`{ ${'__typename '.repeat(500)} }`)).data).toEqual({ __typename: 'Query' });
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  it('GQ8 refuses a document of more than 64 KiB, and a body of more than 2 MiB', async () => {
    const long = await app.query(`{ __typename } #${'x'.repeat(1_200_000)}`);
    expect([long.status, ...codesOf(long)]).toEqual([400, 'TOO_EXPENSIVE']);
    const huge = await app.query('{ __typename }', { variables: { x: 'x'.repeat(2 * 1024 * 1024) } });
    expect([huge.status, ...codesOf(huge)]).toEqual([413, 'BAD_USER_INPUT']);
    expect(huge.errors?.[0]?.message).toBe('The body is larger than 2 MiB.');
  });

  it('limits the fields and the mutations of one operation', async () => {
    const mutations = await app.query(
      `mutation { ${times(11, (i) => `a${i}: borrow(book: "${encodeId('Novel', 1)}") { ok }`)} }`,
      { headers: as('1', RoleName.USER) },
    );
    expect(codesOf(mutations)).toEqual(['TOO_EXPENSIVE']);
    expect(mutations.errors?.[0]?.message).toMatch(/root field count.*11.*10/);
    expect(app.library.effects).toEqual([]);
  });

  it('LG4 runs a public mutation once an operation, however it is spelled', async () => {
    for (const query of [
      'mutation { a: ring { ok } b: ring { ok } }',
      'mutation { ring { ok } ...F ... on Mutation { b: ring { ok } } } fragment F on Mutation { ring { ok } }',
    ]) {
      const answer = await app.query(query);
      expect(codesOf(answer)).toEqual(['TOO_EXPENSIVE']);
      expect(answer.errors?.[0]?.message).toContain('"ring" may be called once');
    }
    expect(app.library.effects).toEqual([]);
    expect((await app.query('mutation { ring { ok } }')).data).toEqual({ ring: { ok: true } });
  });

  it('GQ9 lets anyone introspect, within limits', async () => {
    const full = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const answer = await app.query(full);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['__schema']).toBeDefined();
    expect((await app.query('{ __type(name: "Novel") { fields { name description } } }')).data).toMatchObject({
      __type: {
        fields: expect.arrayContaining([{ name: 'shelf', description: 'Where it stands. Requires sign-in.' }]),
      },
    });
    const nested = `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`;
    expect(codesOf(await app.query(nested))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await app.query(`{ ${times(20, (i) => `a${i}: __schema { types { name } }`)} }`))).toEqual([
      'TOO_EXPENSIVE',
    ]);
  });

  it('GQ10 suggests no names', async () => {
    for (const query of [
      '{ member { name } }',
      '{ members { nam } }',
      '{ books(firs: 1) { totalCount } }',
      '{ find { ... on Nove { id } } }',
    ]) {
      const answer = await app.query(query);
      expect(codesOf(answer)).toContain('BAD_USER_INPUT');
      expect(answer.text).not.toMatch(/did you mean|members\b.*\?|"first"|"Novel"/i);
    }
  });

  it('GQ18 stops waiting for an operation after its time', async () => {
    const answer = await app.query('{ slow(ms: 2000) }');
    expect([answer.status, ...codesOf(answer)]).toEqual([503, 'TOO_EXPENSIVE']);
    expect(answer.errors?.[0]?.extensions['requestId']).toBe(answer.headers['x-request-id']);
    expect((await app.query('{ slow(ms: 1) }')).data).toEqual({ slow: 'done' });
  });

  it('GQ19 knows neither @defer nor @stream', async () => {
    const headers = { accept: 'multipart/mixed; deferSpec=20220824, application/json' };
    for (const query of ['{ ... @defer { members { name } } }', '{ members @stream { name } }']) {
      const answer = await app.query(query, { headers });
      expect([answer.status, ...codesOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });
});
