import { buildSchema, graphql, type GraphQLObjectType } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/auth/actor.js';
import { createContext } from '../../src/graphql/context.js';
import { authorise, SchemaRuleError } from '../../src/graphql/directives/index.js';
import { applyShield, type Decision, type DecisionTable } from '../../src/graphql/directives/shield.js';
import { AppError } from '../../src/shared/errors.js';

const DIRECTIVES = `
  directive @public repeatable on OBJECT | FIELD_DEFINITION | INTERFACE | UNION | INPUT_OBJECT | INPUT_FIELD_DEFINITION
  directive @authenticated on OBJECT | FIELD_DEFINITION
  directive @requires(permission: Permission!, orSelf: Boolean! = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  enum Permission { MAPPING_LOCK AUDIT_READ NOT_IN_THE_CATALOGUE }
`;
const OK = 'type Query { ok: Boolean @public }';

function faultsOf(sdl: string): readonly string[] {
  try {
    authorise(buildSchema(DIRECTIVES + sdl), { publicMutations: ['signIn'] });
    return [];
  } catch (error) {
    if (error instanceof SchemaRuleError) return error.faults;
    throw error;
  }
}

describe('start-up fails on', () => {
  const cases: [string, string, string[]][] = [
    [
      'RB1 fields without a rule, all of them at once',
      'type Query { a: Int b: T } type T { c: Int d: Int @public }',
      [
        'Query.a has no rule, and neither has its type.',
        'Query.b has no rule, and neither has its type.',
        'T.c has no rule, and neither has its type.',
      ],
    ],
    [
      'two rules on one spot, two equal ones too',
      'type Query { a: Int @public @authenticated b: Int @public @public }',
      ['Query.a has 2 rules; one is allowed.', 'Query.b has 2 rules; one is allowed.'],
    ],
    [
      'RB2 a rule on an interface, a union or an input',
      `${OK} interface I @public { a: Int @authenticated } type T implements I @public { a: Int }
       union U @public = T input In @public { a: Int @public }`,
      [
        'I has a rule on an interface, where none applies; put it on the object types.',
        'I.a has a rule on an interface, where none applies; put it on the object types.',
        'U has a rule on a union, where none applies; put it on the object types.',
        'In has a rule on a type that is no object type, where none applies; put it on the object types.',
        'In.a has a rule on a type that is no object type, where none applies; put it on the object types.',
      ],
    ],
    [
      'a public mutation that is not on the list',
      `${OK} type Mutation { signIn: Int @public wipe: Int @public }`,
      ['Mutation.wipe is a public mutation and not on the list of those.'],
    ],
    [
      'a stricter rule on a field that is not nullable',
      `type Query { a: Int! @authenticated b: T @public }
       type T @authenticated { c: Int! @requires(permission: AUDIT_READ) d: Int! e: Int! @public }`,
      ['Query.a', 'T.c'].map(
        (name) =>
          `${name} has a stricter rule than its parent and must be nullable, or its refusal takes the parent along.`,
      ),
    ],
    [
      'a field that is not nullable and leads to a stricter type',
      `type Query { a: T! @public b: [I!]! @public c: U! @public nodes: [I]! @public list: [I!] @public }
       interface I { b: Int } type T implements I @authenticated { b: Int } union U = T`,
      ['a', 'b', 'c'].map((field) => `Query.${field} must be nullable: it returns T, whose rule is stricter.`),
    ],
    [
      'RB6 a payload whose rule is stricter than the mutation',
      `${OK} type Mutation { a: P @authenticated } type P @requires(permission: AUDIT_READ) { b: Int }`,
      ["Mutation.a returns P, whose rule is stricter than the mutation's own."],
    ],
    [
      'orSelf where nobody is concerned',
      `type Query { a: Int @requires(permission: AUDIT_READ, orSelf: true) t: T @public }
       type T @public { b: Int @requires(permission: AUDIT_READ, orSelf: true) }`,
      [
        'Query.a admits the user concerned (orSelf), but Query does not say who that is (@SelfId).',
        'T.b admits the user concerned (orSelf), but T does not say who that is (@SelfId).',
      ],
    ],
    [
      'a permission that is not in the catalogue',
      'type Query { a: Int @requires(permission: NOT_IN_THE_CATALOGUE) }',
      ['Query.a: @requires names no permission of the catalogue: NOT_IN_THE_CATALOGUE.'],
    ],
  ];
  it.each(cases)('%s', (_, sdl, faults) => expect(faultsOf(sdl)).toEqual(faults));

  it('nothing else', () => {
    const schema =
      'type Query { a: Int @authenticated t: T! @public } type T @public { b: Int! c: Int @authenticated }';
    expect(faultsOf(schema)).toEqual([]);
  });

  it('a schema that is guarded already', () => {
    const schema = buildSchema(DIRECTIVES + OK);
    authorise(schema, { publicMutations: [] });
    expect(() => authorise(schema, { publicMutations: [] })).toThrow('guarded already');
  });
});

describe('the shield', () => {
  const contextValue = createContext(ANONYMOUS, { requestId: 'r', log: pino({ level: 'silent' }) });

  async function ask(table: DecisionTable, resolve: () => unknown = () => 'secret') {
    const schema = buildSchema('type Query { guarded: String open: String }');
    const fields = (schema.getType('Query') as GraphQLObjectType).getFields();
    fields['guarded']!.resolve = resolve;
    const open = () => 'open';
    fields['open']!.resolve = open;
    applyShield(schema, table);
    expect(fields['open']!.resolve === open).toBe(table['Query']?.['open'] === 'PUBLIC');
    return graphql({ schema, source: '{ guarded open }', contextValue });
  }
  const guardedBy = (decide: Decision['decide']): DecisionTable => ({
    Query: { guarded: { name: 'rule', decide }, open: 'PUBLIC' },
  });

  it('RB11 denies when a rule throws or says anything but true', async () => {
    const verdicts: Decision['decide'][] = [
      () => {
        throw new Error('rule broke');
      },
      () => Promise.reject(new Error('rule broke')),
      () => 1,
      () => 'yes',
      () => ({}),
      () => undefined,
      () => null,
      () => false,
      () => new Error('an error is no pass'),
    ];
    for (const decide of verdicts) {
      const { data, errors } = await ask(guardedBy(decide));
      expect(data).toEqual({ guarded: null, open: 'open' });
      expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', message: 'You may not do this.' });
    }
    expect((await ask(guardedBy(() => true))).data).toEqual({ guarded: 'secret', open: 'open' });
  });

  it('RB11 refuses in the words of a rule that gives an AppError', async () => {
    const { errors } = await ask(guardedBy(() => new AppError('UNAUTHENTICATED', 'Sign in first.')));
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('leaves out the middleware for a caller who plainly passes, and for no other', async () => {
    let asked = 0;
    const table = (passesPlainly: () => boolean): DecisionTable => ({
      Query: { guarded: { name: 'rule', decide: () => (asked++, true), passesPlainly }, open: 'PUBLIC' },
    });
    expect((await ask(table(() => true))).data).toEqual({ guarded: 'secret', open: 'open' });
    expect(asked).toBe(0);
    await ask(table(() => false));
    await ask(table(() => 1 as unknown as boolean));
    await ask(
      table(() => {
        throw new Error('broke');
      }),
    );
    expect(asked).toBe(3);
  });

  it('RB13 refuses two rules of one name', async () => {
    const table: DecisionTable = {
      Query: { guarded: { name: 'same', decide: () => true }, open: { name: 'same', decide: () => false } },
    };
    await expect(ask(table)).rejects.toThrow('multiple definitions');
  });

  it('denies a field that the table does not mention', async () => {
    const { data, errors } = await ask({ Query: { open: 'PUBLIC' } });
    expect(data).toEqual({ guarded: null, open: 'open' });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' });
    expect((await ask({})).data).toEqual({ guarded: null, open: null });
  });

  it('RB10 keeps what a resolver throws, and makes an Error of what is none', async () => {
    const thrown = new TypeError('raw');
    const passing = guardedBy(() => true);
    const { errors } = await ask(passing, () => {
      throw thrown;
    });
    expect(errors?.[0]?.originalError).toBe(thrown);
    const bare = await ask(passing, () => Promise.reject('a bare string')); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors
    expect(bare.data).toEqual({ guarded: null, open: 'open' });
    expect(bare.errors).toHaveLength(1);
  });
});
