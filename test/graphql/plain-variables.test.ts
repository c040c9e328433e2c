import { buildSchema, getVariableValues, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { plainVariables } from '../../src/graphql/operations/plain-variables.js';

const schema = buildSchema(`
  type Query { ask(text: String, id: ID, int: Int, float: Float, kind: Kind, part: Part, instant: Instant): Boolean }
  enum Kind { CLASS FIELD }
  input Part { name: String }
  scalar Instant
`);

const TYPES = ['String', 'ID', 'Int', 'Float', 'Boolean', 'Kind', 'Part', 'Instant'].flatMap((type) => [
  type,
  `${type}!`,
  `[${type}]`,
  `[${type}!]!`,
  `[[${type}!]]`,
]);

const ONES = [
  '',
  'CLASS',
  'class',
  'a"b',
  0,
  -0,
  1,
  1.5,
  2 ** 31,
  -(2 ** 31),
  1e300,
  true,
  false,
  null,
  {},
  { name: 'x' },
];
const VALUES: unknown[] = [...ONES, ...ONES.map((one) => [one]), ['a', 1], ['a', null], [], [[]], [['a', 'b'], ['c']]];

const read = (declared: string) => {
  const [operation] = parse(`query Q(${declared}) { ask }`).definitions as [OperationDefinitionNode];
  const definitions = operation.variableDefinitions!;
  return {
    plain: plainVariables(schema, definitions),
    coerced: (inputs: Record<string, unknown>) => getVariableValues(schema, definitions, inputs).coerced,
  };
};

describe('variables that are plainly given', () => {
  it.each(TYPES)('are what graphql-js makes of them: %s', (type) => {
    for (const declared of [`$it: ${type}`, ...(type.endsWith('!') ? [] : [`$it: ${type} = null`])]) {
      const { plain, coerced } = read(declared);
      for (const inputs of [{}, { other: 1 }, ...VALUES.map((it) => ({ it, other: 1 }))]) {
        const taken = plain(inputs);
        if (taken !== null) expect([inputs, taken]).toEqual([inputs, coerced(inputs)]);
      }
    }
  });

  it.each([
    ['$it: [String!]!', { it: ['a', 'b'] }],
    ['$it: Int', { it: 5 }],
    ['$it: Int', {}],
    ['$it: Kind!', { it: 'FIELD' }],
    ['$it: String = "x"', { it: null }],
  ])('are not coerced: %s', (declared, inputs) => expect(read(declared).plain(inputs)).toEqual(inputs));

  it.each([
    ['$it: [String!]!', { it: 'a' }],
    ['$it: ID', { it: 5 }],
    ['$it: String!', {}],
    ['$it: String = "x"', {}],
    ['$it: Part', { it: {} }],
  ])('and others are left to graphql-js: %s', (declared, inputs) => expect(read(declared).plain(inputs)).toBeNull());
});
