import { buildSchema, getIntrospectionQuery, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/graphql/cost.js';
import { LIMITS } from '../../src/graphql/limits.js';
import { Lru } from '../../src/shared/lru.js';
import { shapeOf } from '../../src/graphql/shape.js';

const schema = buildSchema(`
  interface Mapping { srg: String! name: String changes(first: Int, after: String): ChangeConnection! }
  type Method implements Mapping { srg: String! name: String changes(first: Int, after: String): ChangeConnection! parameters: [Parameter!]! }
  type Parameter { srg: String! name: String }
  type Class { srg: String! name: String methods(first: Int, after: String): DeclarationConnection! }
  type Declaration { owner: Class! member: Mapping! obf: String! }
  type DeclarationConnection { edges: [DeclarationEdge!]! nodes: [Declaration!]! totalCount: Int! pageInfo: PageInfo! }
  type DeclarationEdge { cursor: String! node: Declaration! }
  type ChangeConnection { nodes: [Change!]! totalCount: Int! }
  type Change { newName: String author: User }
  type User { handle: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Translation { from: String! to: String candidates: [String!]! }
  type Query { class(name: String!): Class translate(names: [String!]!): [Translation!]! }
`);

const cost = (source: string, variables = {}) => {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return costOf({ schema, document, operation: operation as OperationDefinitionNode, variables });
};

describe('cost', () => {
  it('lets sane queries pass: a class with a hundred members, their parameters, owners and history', () => {
    const page = `query ($first: Int = 100) { class(name: "a") { srg name methods(first: $first) { totalCount
      pageInfo { hasNextPage endCursor } nodes { obf owner { name } member { srg name
        ... on Method { parameters { srg name } } changes(first: 3) { nodes { newName author { handle } } } } } } } }`;
    const { cost: found } = cost(page);
    expect(found).toBeGreaterThan(4_000);
    expect(found).toBeLessThan(LIMITS.cost / 2);
    expect(cost(page, { first: 200 }).cost).toBeLessThan(LIMITS.cost);
    const names = Array.from({ length: 5_000 }, String);
    expect(
      cost('query ($n: [String!]!) { translate(names: $n) { from to candidates } }', { n: names }).cost,
    ).toBeLessThanOrEqual(LIMITS.cost);
  });

  it('multiplies pages by pages', () => {
    const nested =
      '{ class(name: "a") { methods(first: 200) { nodes { member { changes(first: 200) { nodes { newName } } } } } } }';
    expect(cost(nested).cost).toBeGreaterThan(LIMITS.cost * 4);
  });

  it('takes page sizes that make no sense for their nearest sense', () => {
    const page = 'query ($first: Int) { class(name: "a") { methods(first: $first) { nodes { obf } } } }';
    const sizes = [-5, 1e9, null, 'x', undefined].map((first) => cost(page, { first }).cost);
    expect(sizes).toEqual([2, 402, 102, 402, 102]);
  });

  it('reads the length of argument lists, also of a single value and of null', () => {
    const translate = (names: string) => cost(`{ translate(names: ${names}) { from } }`).cost;
    expect([translate('["a", "b", "c"]'), translate('"a"'), translate('[]')]).toEqual([6, 20, 0]);
    expect(cost('query ($n: [String!]!) { translate(names: $n) { from } }', { n: 'a' }).cost).toBe(2);
  });

  it('is the same through fragments, and linear although they double', () => {
    const plain = '{ class(name: "a") { methods(first: 9) { nodes { obf owner { name } } edges { cursor } } } }';
    const spread = `{ ... { ...Q } } fragment Q on Query { class(name: "a") { methods(first: 9) { ...C ... @skip(if: false) { edges { cursor } } } } }
      fragment C on DeclarationConnection { nodes { ...D } } fragment D on Declaration { obf owner { name } }`;
    expect(cost(spread).cost).toBe(cost(plain).cost);
    const levels = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Class { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    const start = performance.now();
    expect(cost(`{ class(name: "a") { ...F0 } } ${levels} fragment F60 on Class { name }`).cost).toBe(2 ** 60 + 1);
    const circle = '{ class(name: "a") { ...A } } fragment A on Class { name ...B } fragment B on Class { ...A }';
    expect(cost(circle).cost).toBe(2);
    expect(performance.now() - start).toBeLessThan(100);
  });

  it('finds the root fields by response key, each once', () => {
    expect(
      cost(
        '{ class(name: "a") { name } ...F a: class(name: "b") { name } } fragment F on Query { class(name: "a") { srg } }',
      ).rootFields,
    ).toEqual(['class', 'class']);
  });
});

describe('shape', () => {
  it('measures depth, fields, aliases and directives with fragments spread out', () => {
    const document = parse(`query @a { x: a { b @b ...F ... @c { c } } } fragment F on T @d { d { e: f } }`);
    expect(shapeOf(document)).toEqual({ depth: 3, introspectionDepth: 0, fields: 5, aliases: 2, directives: 4 });
  });

  it('measures the largest operation of a document, and fragments that nothing uses', () => {
    expect(
      shapeOf(parse('query A { a } query B { b { c d } } fragment F on T { a: b { c { d { e } } } }')),
    ).toMatchObject({
      depth: 4,
      fields: 4,
      aliases: 1,
    });
  });

  it('lets the standard introspection query pass, and counts its depth apart', () => {
    const shape = shapeOf(
      parse(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, oneOf: true })),
    );
    expect(shape.depth).toBeLessThanOrEqual(LIMITS.depth);
    expect(shape.introspectionDepth).toBeLessThanOrEqual(LIMITS.introspectionDepth);
    expect(shape.fields).toBeLessThanOrEqual(LIMITS.fields);
  });

  it('takes no time for fragments that double or run in a circle', () => {
    const levels = Array.from({ length: 500 }, (_, i) => `fragment F${i} on T { a ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    const start = performance.now();
    expect(shapeOf(parse(`{ ...F0 } ${levels} fragment F500 on T { a }`)).fields).toBeGreaterThan(1e100);
    expect(shapeOf(parse('{ ...A } fragment A on T { a { ...B } } fragment B on T { ...A }')).fields).toBe(1);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('the document cache', () => {
  it('holds so much and forgets what was used longest ago', () => {
    const cache = new Lru<string>(10, (text) => text.length);
    cache.set('a', '1234');
    cache.set('b', '1234');
    expect(cache.get('a')).toBe('1234');
    cache.set('c', '1234');
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true]);
    cache.set('d', 'x'.repeat(11));
    expect(cache.has('d')).toBe(false);
    cache.set('a', '1');
    cache.set('e', '12345');
    expect([cache.has('a'), cache.has('c'), cache.has('e')]).toEqual([true, true, true]);
    expect([cache.delete('a'), cache.delete('a'), cache.get('a')]).toEqual([true, false, undefined]);
  });
});
