import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { as, codesOf, openLibraryApp, type TestApp } from '../support/app.js';
import { emptyLibrary } from '../support/library.js';

let app: TestApp;
beforeAll(async () => {
  app = await openLibraryApp({ timeLimit: 300 });
});
beforeEach(() => void Object.assign(app.library, emptyLibrary()));
afterAll(() => app.close());

describe('lists and ids', () => {
  it('pages by cursor, counts only when asked, and gives edges their own fields', async () => {
    const first = await app.query(
      '{ books(first: 2) { edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    );
    const books = first.data?.['books'] as { edges: { cursor: string }[]; pageInfo: { endCursor: string } };
    expect(books.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: books.edges[0]?.cursor,
      endCursor: books.edges[1]?.cursor,
    });
    expect(app.library.counted).toBe(0);
    const counted = await app.query(
      '{ books { totalCount } hits(first: 2) { edges { score node { title } } nodes { id } } }',
    );
    expect(app.library.counted).toBe(1);
    expect(counted.data).toEqual({
      books: { totalCount: 3 },
      hits: {
        edges: [
          { score: 1, node: { title: 'Emma' } },
          { score: 0.5, node: { title: 'World' } },
        ],
        nodes: [{ id: encodeId('Novel', 1) }, { id: encodeId('Atlas', 2) }],
      },
    });
    for (const bad of ['first: 0', 'first: 201', 'first: -1']) {
      expect(codesOf(await app.query(`{ books(${bad}) { totalCount } }`))).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('RB4 takes ids of its own making only, and finds nothing behind those that lead nowhere', async () => {
    const node = (id: string) =>
      app.query('query ($id: ID!) { node(id: $id) { id __typename } }', { variables: { id } });
    const novel = encodeId('Novel', 1);
    expect((await node(novel)).data).toEqual({ node: { id: novel, __typename: 'Novel' } });
    for (const id of ['Nope', 'BookConnection', 'Query', 'Receipt']) {
      expect((await node(encodeId(id, 1))).data).toEqual({ node: null });
    }
    for (const key of [2, 999, '1 ', '01', '-1', '1;DROP', '9'.repeat(30)]) {
      expect((await node(encodeId('Novel', key))).data).toEqual({ node: null });
    }
    const plain = (text: string) => Buffer.from(text).toString('base64url');
    for (const id of [
      '',
      '1',
      'Novel:1',
      `${novel}=`,
      `${novel} `,
      `${novel}\n`,
      Buffer.from('Novel:1').toString('base64'),
      plain('Novel:'),
      plain(':1'),
      plain('novel:1'),
      plain('Novel'),
      plain('__Type:1'),
      Buffer.from([0x4e, 0x3a, 0xff]).toString('base64url'),
      'A'.repeat(600),
    ]) {
      const answer = await node(id);
      if (id === Buffer.from('Novel:1').toString('base64') && id === novel) continue;
      expect([id, ...codesOf(answer)]).toEqual([id, 'BAD_USER_INPUT']);
    }
  });

  it('loads many ids with one load a type, in their order', async () => {
    const ids = [
      encodeId('Novel', 3),
      encodeId('Member', 1),
      encodeId('Novel', 1),
      encodeId('Novel', 3),
      encodeId('Nope', 1),
    ];
    const answer = await app.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { variables: { ids } });
    expect(answer.data).toEqual({ nodes: [{ id: ids[0] }, { id: ids[1] }, { id: ids[2] }, { id: ids[0] }, null] });
    expect(app.library.loads.sort()).toEqual(['Member 1', 'Novel 3,1']);
    const many = Array.from({ length: 101 }, (_, i) => encodeId('Novel', i + 1));
    const refused = await app.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { variables: { ids: many } });
    expect(codesOf(refused)).toEqual(['BAD_USER_INPUT']);
  });

  it('takes an id of the right type in an argument', async () => {
    const borrow = (id: string) =>
      app.query('mutation ($id: ID!) { borrow(book: $id) { ok } }', {
        variables: { id },
        headers: as('1', RoleName.USER),
      });
    expect((await borrow(encodeId('Novel', 3))).data).toEqual({ borrow: { ok: true } });
    const wrong = await borrow(encodeId('Member', 3));
    expect(wrong.errors?.[0]?.message).toContain('is the id of a Member, not of a Novel');
    expect(app.library.effects).toEqual(['borrow 3']);
  });
});
