import { defaultFieldResolver, graphql, subscribe, parse, type ExecutionResult, type GraphQLObjectType } from 'graphql';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS, type Actor } from '../../src/auth/actor.js';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { createContext } from '../../src/graphql/context.js';
import { formatMatrix, permissionMatrix } from '../../src/graphql/directives/index.js';
import { CALLERS, passes } from '../../src/graphql/directives/rule.js';
import { encodeId } from '../../src/graphql/ids.js';
import { actorWith } from '../support/actors.js';
import { librarySchema } from '../support/library.js';

let { schema, library } = librarySchema();
beforeEach(() => ({ schema, library } = librarySchema()));

const log = pino({ level: 'silent' });
const contextOf = (actor: Actor, now?: () => Date) => createContext(actor, { requestId: 'r', log, now });
const run = (source: string, actor: Actor = ANONYMOUS): Promise<ExecutionResult> =>
  graphql({ schema, source, contextValue: contextOf(actor) });
const codes = ({ errors = [] }: ExecutionResult) =>
  errors.map(({ originalError }) => (originalError as { code?: string } | undefined)?.code);

const everyone: readonly Actor[] = [ANONYMOUS, ...Object.values(RoleName).map((role) => actorWith([role]))];

describe('rules of a schema', () => {
  it('refuses an anonymous caller and names the permission that a signed-in one lacks', async () => {
    const query = '{ notes { totalCount } }';
    const anonymous = await run(query);
    expect(anonymous.data).toEqual({ notes: null });
    expect(codes(anonymous)).toEqual(['UNAUTHENTICATED']);
    const user = await run(query, actorWith([RoleName.USER]));
    expect(codes(user)).toEqual(['FORBIDDEN']);
    expect(user.errors?.[0]?.message).toContain('AUDIT_READ');
    expect(user.errors?.[0]?.originalError).toMatchObject({ details: { permission: 'AUDIT_READ' } });
    expect(library.effects).toEqual([]);
    expect((await run(query, actorWith([RoleName.MODERATOR]))).errors).toBeUndefined();
  });

  it('RB1 calls every field as every kind of caller and finds what the matrix declares', async () => {
    const calls: Record<string, string> = {
      'Query.me': '{ me { name } }',
      'Query.members': '{ members { name } }',
      'Query.notes': '{ notes { nodes { text } } }',
      'Note.text': `{ node(id: "${encodeId('Note', 1)}") { ... on Note { text } } }`,
      'Novel.shelf': `{ node(id: "${encodeId('Novel', 1)}") { ... on Novel { shelf } } }`,
      'Novel.price': `{ node(id: "${encodeId('Novel', 1)}") { ... on Novel { price } } }`,
      'Atlas.shelf': `{ node(id: "${encodeId('Atlas', 2)}") { ... on Atlas { shelf } } }`,
      'Member.email': `{ node(id: "${encodeId('Member', 2)}") { ... on Member { email } } }`,
      'Mutation.ring': 'mutation { ring { ok } }',
      'Mutation.borrow': `mutation { borrow(book: "${encodeId('Novel', 1)}") { ok } }`,
      'Mutation.burn': 'mutation { burn { ok } }',
    };
    const matrix = new Map(permissionMatrix(schema).map((row) => [row.field, row.passes]));
    for (const [field, call] of Object.entries(calls)) {
      for (const [i, caller] of CALLERS.entries()) {
        const result = await run(call, everyone[i]);
        // The object of a type that the caller may not read is not found at all.
        const allowed = field === 'Note.text' ? result.data?.['node'] !== null : result.errors === undefined;
        expect([field, caller, allowed]).toEqual([field, caller, matrix.get(field)?.[caller] === 'yes']);
      }
    }
  });

  it('RB1 a token of one permission opens no more than that one', async () => {
    const admin = actorWith([RoleName.ADMIN], {
      credential: { kind: 'API_TOKEN', permissions: new Set([Permission.MAPPING_LOCK]) },
    });
    expect((await run('mutation { burn { ok } }', admin)).errors).toBeUndefined();
    expect(codes(await run('{ notes { totalCount } }', admin))).toEqual(['FORBIDDEN']);
  });

  it('RB2 holds rules behind interfaces, unions and inline fragments', async () => {
    const viaInterface = await run('{ books { nodes { title shelf } } }');
    expect(viaInterface.data?.['books']).toEqual({
      nodes: [
        { title: 'Emma', shelf: null },
        { title: 'World', shelf: null },
        { title: 'Persuasion', shelf: null },
      ],
    });
    expect(codes(viaInterface)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED']);
    const viaUnion = await run(
      '{ find { __typename ... on Member { name email } ... on Atlas { shelf } } }',
      actorWith([RoleName.USER]),
    );
    expect(viaUnion.data?.['find']).toEqual([
      { __typename: 'Novel' },
      { __typename: 'Atlas', shelf: null },
      { __typename: 'Novel' },
      { __typename: 'Member', name: 'ann', email: 'ann@example.org' },
      { __typename: 'Member', name: 'bob', email: null },
    ]);
  });

  it('RB3 and orSelf: private fields open for the user concerned and for the permission, along nested edges', async () => {
    const query = '{ members { name email books { title } } }';
    const emails = async (actor: Actor) =>
      ((await run(query, actor)).data?.['members'] as { email: string | null }[]).map(({ email }) => email);
    expect(await emails(ANONYMOUS)).toEqual([null, null]);
    expect(await emails(actorWith([RoleName.USER], { id: '2' }))).toEqual([null, 'bob@example.org']);
    expect(await emails(actorWith([RoleName.MODERATOR], { id: '9' }))).toEqual([null, null]);
    expect(await emails(actorWith([RoleName.ADMIN], { id: '9' }))).toEqual(['ann@example.org', 'bob@example.org']);
  });

  it('RB4 RB5 hides even the existence of an object whose type the caller may not read', async () => {
    const query = `{ node(id: "${encodeId('Note', 1)}") { __typename id } }`;
    expect((await run(query)).data).toEqual({ node: null });
    expect((await run(query, actorWith([RoleName.USER]))).data).toEqual({ node: null });
    expect(library.loads).toEqual([]);
    expect((await run(query, actorWith([RoleName.ADMIN]))).data).toMatchObject({ node: { __typename: 'Note' } });
  });

  it('RB6 a denied mutation has no side effect, also beside one that is allowed', async () => {
    const result = await run('mutation { ring { ok } burn { ok } again: ring { ok } }', actorWith([RoleName.USER]));
    expect(result.data).toEqual({ ring: { ok: true }, burn: null, again: { ok: true } });
    expect(library.effects).toEqual(['ring', 'ring']);
  });

  it('RB7 aliases and fragments do not get around a rule', async () => {
    const result = await run(
      'query { members { ...F } } fragment F on Member { mail: email ... { other: email ... on Node { ... on Member { third: email } } } }',
    );
    expect(result.data?.['members']).toEqual([
      { mail: null, other: null, third: null },
      { mail: null, other: null, third: null },
    ]);
  });

  it('RB10 errors of guarded resolvers pass as they are, and never as data', async () => {
    const result = await run('{ me { broken } }', actorWith([RoleName.USER]));
    expect(result.errors?.[0]?.originalError?.message).toBe('connection to db-host:5432 lost');
    expect(result.data).toEqual({ me: { broken: null } });
  });

  it('RB12 a demotion holds although the context object stays the same', async () => {
    const contextValue = contextOf(actorWith([RoleName.MAINTAINER]));
    const burn = () => graphql({ schema, source: 'mutation { burn { ok } }', contextValue });
    expect((await burn()).errors).toBeUndefined();
    contextValue.actor = actorWith([RoleName.USER]);
    expect(codes(await burn())).toEqual(['FORBIDDEN']);
    contextValue.actor = ANONYMOUS;
    expect(codes(await burn())).toEqual(['UNAUTHENTICATED']);
    expect(library.effects).toEqual(['burn']);
  });

  it('RO3 a grant and a credential that end between two operations hold no longer', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const noon = new Date('2026-01-01T12:00:00Z');
    const grant = contextOf(actorWith([RoleName.MAINTAINER], { until: noon }), () => now);
    const credential = contextOf(actorWith([RoleName.MAINTAINER], { credential: { expiresAt: noon } }), () => now);
    const begins = contextOf(actorWith([RoleName.MAINTAINER], { from: noon }), () => now);
    const burn = async (contextValue: object) =>
      codes(await graphql({ schema, source: 'mutation { burn { ok } }', contextValue }))[0];
    expect([await burn(grant), await burn(credential), await burn(begins)]).toEqual([
      undefined,
      undefined,
      'FORBIDDEN',
    ]);
    now = noon;
    expect([await burn(grant), await burn(credential), await burn(begins)]).toEqual([
      'FORBIDDEN',
      'UNAUTHENTICATED',
      undefined,
    ]);
  });

  it('SU1 a denied subscription never calls its source', async () => {
    const open = (actor: Actor) =>
      subscribe({ schema, document: parse('subscription { news { ok } }'), contextValue: contextOf(actor) });
    const denied = (await open(actorWith([RoleName.USER]))) as ExecutionResult;
    expect(codes(denied)).toEqual(['FORBIDDEN']);
    expect(codes((await open(ANONYMOUS)) as ExecutionResult)).toEqual(['UNAUTHENTICATED']);
    expect(library.opened).toBe(0);
    const stream = (await open(actorWith([RoleName.ADMIN]))) as AsyncGenerator<ExecutionResult>;
    expect((await stream.next()).value).toEqual({ data: { news: { ok: true } } });
    expect(library.opened).toBe(1);
  });

  it('SU2 each event is decided anew', async () => {
    const contextValue = contextOf(actorWith([RoleName.ADMIN]));
    const stream = (await subscribe({
      schema,
      document: parse('subscription { news { ok } }'),
      contextValue,
    })) as AsyncGenerator<ExecutionResult>;
    contextValue.actor = actorWith([RoleName.USER]);
    const { value } = (await stream.next()) as { value: ExecutionResult };
    expect(value.data).toEqual({ news: null });
    expect(codes(value)).toEqual(['FORBIDDEN']);
  });

  it('a rule on a @FieldResolver holds although the class declares the field', async () => {
    const query = `{ node(id: "${encodeId('Novel', 1)}") { ... on Novel { price } } }`;
    expect(codes(await run(query, actorWith([RoleName.USER])))).toEqual(['FORBIDDEN']);
    expect((await run(query, actorWith([RoleName.RELEASE_MANAGER]))).data).toEqual({ node: { price: 9 } });
  });

  it('leaves the resolvers of public fields untouched', () => {
    const resolverOf = (type: string, field: string) =>
      (schema.getType(type) as GraphQLObjectType).getFields()[field]?.resolve;
    expect(resolverOf('Novel', 'title')).toBeUndefined();
    expect(resolverOf('BookConnection', 'totalCount') ?? defaultFieldResolver).toBe(defaultFieldResolver);
    expect(resolverOf('Novel', 'shelf')).toBeTypeOf('function');
  });

  it('says the rule in the description', () => {
    const describe = (type: string, field: string) =>
      (schema.getType(type) as GraphQLObjectType).getFields()[field]?.description;
    expect(describe('Novel', 'shelf')).toBe('Where it stands. Requires sign-in.');
    expect(describe('Atlas', 'shelf')).toBe('Where it stands. Requires MAPPING_LOCK.');
    expect(describe('Member', 'email')).toBe('The address. Requires USER_READ_PRIVATE, or being the user concerned.');
    expect(describe('Note', 'text')).toBe('What it says. Requires AUDIT_READ.');
    expect(schema.getType('Note')?.description).toBe('A note of the librarians. Requires AUDIT_READ.');
    expect(describe('Member', 'name')).toBe('The name.');
  });

  it('shows the matrix as a table', () => {
    expect(formatMatrix(permissionMatrix(schema))).toMatchSnapshot();
  });

  it('marks own objects in the matrix', () => {
    const rule = { kind: 'requires', permission: Permission.USER_READ_PRIVATE, orSelf: true } as const;
    expect([passes(rule, 'ANONYMOUS'), passes(rule, RoleName.USER), passes(rule, RoleName.ADMIN)]).toEqual([
      'no',
      'self',
      'yes',
    ]);
  });
});
