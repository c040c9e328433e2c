import { isObjectType, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProjectSchema } from '../../src/app/schema.js';
import { ANONYMOUS, type Actor } from '../../src/auth/actor.js';
import { authenticator, type Authenticate } from '../../src/auth/authenticate.js';
import { authStrategies } from '../../src/app/auth.js';
import { isForTokens, Permission, RoleName, ROLE_PERMISSIONS } from '../../src/auth/permissions.js';
import { startSession } from '../../src/auth/sessions/lucia.js';
import { createContext } from '../../src/graphql/context.js';
import { ruleOf } from '../../src/graphql/directives/authorise.js';
import type { Rule } from '../../src/graphql/directives/rule.js';
import { AppError } from '../../src/shared/errors.js';
import { KnownUsers } from '../../src/modules/accounts/known-users.js';
import { UserLoaders } from '../../src/modules/accounts/users.loaders.js';
import { Comparisons } from '../../src/modules/comparison/comparison.service.js';
import { Exports } from '../../src/modules/exports/exports.service.js';
import { HistoryTail } from '../../src/modules/live/history-tail.js';
import { findTarget } from '../../src/modules/name-sets/target.js';
import { ReadModels } from '../../src/modules/read-model/read-models.js';
import { ReleaseTail } from '../../src/modules/releases/release-tail.js';
import { PUBLIC_TARGETS } from '../../src/modules/webhooks/targets.js';
import type { ClientError, TestClient } from '../support/client.js';
import { programOf, signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { sampleOperation } from './sample-values.js';

const PEOPLE = Object.values(RoleName).filter((role) => role !== RoleName.IRC_BOT);
const TOKEN_PERMISSIONS = Object.values(Permission).filter((permission) => isForTokens(permission, false));

/** Somebody who calls, and what they may do as the catalogue has it. */
interface Caller {
  name: string;
  /** Null where there is no account to sign in to. */
  userId: number | null;
  permissions: ReadonlySet<Permission>;
  /** A client whose credential nothing has ended yet. */
  client(): Promise<TestClient>;
  /** Nothing is served to it. */
  shut?: boolean;
}

let service: TestService;
let schema: ReturnType<typeof createProjectSchema>;
let authenticate: Authenticate;
const callers: Caller[] = [];

beforeAll(async () => {
  service = await startTestService();
  const { db, auth } = service;
  schema = createProjectSchema({
    db,
    auth,
    models: new ReadModels(db),
    users: new UserLoaders(db, new KnownUsers(db, null)),
    demand: service.demand,
    publicUrl: auth.publicUrl,
    webhookTargets: PUBLIC_TARGETS,
    tail: new HistoryTail(db, auth.log),
    exports: new Exports(db, new ReadModels(db), auth.log),
    comparisons: new Comparisons(db, (text) => findTarget(db, text)),
    releaseRules: { confirmStable: false },
    releaseTail: new ReleaseTail(db, auth.log),
  });
  authenticate = authenticator(authStrategies(auth));
  const inBrowser = (person: Person) => async () => {
    const client = service.client();
    client.cookies.set(auth.cookies.name('session'), await startSession(db, person.userId, 'matrix'));
    return client;
  };
  callers.push({ name: 'anonymous', userId: null, permissions: new Set(), client: async () => service.client() });
  for (const role of PEOPLE) {
    const person = await signUp(service, { roles: role === RoleName.USER ? [] : [role] });
    callers.push({
      name: role,
      userId: person.userId,
      permissions: ROLE_PERMISSIONS[role],
      client: inBrowser(person),
    });
  }
  const owner = await signUp(service, { roles: [RoleName.ADMIN] });
  for (const permission of TOKEN_PERMISSIONS) {
    callers.push({
      name: `token with ${permission}`,
      userId: owner.userId,
      permissions: new Set([permission]),
      client: () => programOf(service, owner, [permission]),
    });
  }
  const [bot] = await db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton, is_bot, owner_id) VALUES ('mbot', 'mbot', 'mbot', true, $1) RETURNING id`,
    [owner.userId],
  );
  await db.query(`INSERT INTO role_grants (user_id, role) VALUES ($1, 'IRC_BOT')`, [bot!.id]);
  callers.push({
    name: 'bot',
    userId: bot!.id,
    permissions: new Set(Object.values(Permission).filter((permission) => isForTokens(permission, true))),
    client: () => programOf(service, { userId: bot!.id }),
  });
  const suspended = await signUp(service, { roles: [RoleName.ADMIN] });
  await db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [suspended.userId]);
  callers.push({
    name: 'suspended administrator',
    userId: suspended.userId,
    permissions: new Set(),
    client: inBrowser(suspended),
    shut: true,
  });
});
afterAll(() => service.close());

const passes = (
  rule: Rule,
  { userId, permissions }: Pick<Caller, 'userId' | 'permissions'>,
  isSelf: boolean,
): boolean =>
  rule.kind === 'public' ||
  (userId !== null && (rule.kind === 'authenticated' || permissions.has(rule.permission) || (rule.orSelf && isSelf)));

/** Whether a refusal is the rule's own: others come from the services behind it. */
const isByRule = (rule: Rule, code: string, permission: unknown): boolean =>
  code === 'UNAUTHENTICATED' || (code === 'FORBIDDEN' && rule.kind === 'requires' && permission === rule.permission);

const ruled = (rule: Rule, error: ClientError | undefined) =>
  error !== undefined && isByRule(rule, error.extensions.code, error.extensions['permission']);

/** What a caller was refused, and why. */
const verdictOf = ({ errors = [] }: { errors?: ClientError[] }): string =>
  JSON.stringify(errors.map(({ path, extensions: { code, permission } }) => [path, code, permission]));

/** What the pipeline says to an operation: it has all that name extensions. */
async function byPipeline(client: TestClient, query: string, variables: object): Promise<string> {
  const answer = await client.request('POST', '/graphql', { query, variables, extensions: {} });
  return verdictOf(answer.json<{ errors?: ClientError[] }>());
}

const auditCount = async () =>
  (await service.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM audit_events`))[0]!.count;

describe('RB1 the field x role matrix', () => {
  it.each(['query', 'mutation'] as const)('holds for every %s, through the interface', async (kind) => {
    const root = kind === 'query' ? schema.getQueryType()! : schema.getMutationType()!;
    const wrong: string[] = [];
    let called = 0;
    for (const field of Object.values(root.getFields())) {
      const rule = ruleOf(schema, root, field.name)!;
      const { query, variables } = sampleOperation(kind, field);
      for (const caller of callers) {
        const client = await caller.client();
        const before = await auditCount();
        const answer = await client.send(query, variables);
        called += 1;
        const what = `${caller.name} calls ${field.name}: ${JSON.stringify(answer.errors ?? 'answered')}`;
        if (caller.shut === true) {
          if (answer.status !== 401) wrong.push(what);
          continue;
        }
        if (answer.errors?.some(({ extensions: { code } }) => code === 'INTERNAL_SERVER_ERROR')) wrong.push(what);
        const denied = ruled(rule, answer.errors?.[0]);
        // What is refused or read can be asked again: the pipeline says the same as what stands before it.
        if ((denied || kind === 'query') && (await byPipeline(client, query, variables)) !== verdictOf(answer)) {
          wrong.push(`${what}, and otherwise through the pipeline`);
        }
        if (denied === passes(rule, caller, false)) wrong.push(what);
        // RB6: what is denied has not been done.
        if (denied && (await auditCount()) !== before) wrong.push(`${what} and changed something`);
      }
    }
    expect(wrong).toEqual([]);
    expect(called).toBeGreaterThan(callers.length * Object.keys(root.getFields()).length - 1);
  });

  it('holds for every guarded field of every type, on own objects and those of others', async () => {
    const wrong: string[] = [];
    const guarded: string[] = [];
    const actors = new Map<Caller, Actor>();
    for (const caller of callers.filter(({ shut }) => shut !== true)) {
      const client = await caller.client();
      const cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ');
      actors.set(
        caller,
        caller.userId === null
          ? ANONYMOUS
          : await authenticate({
              headers: client.token === null ? { cookie } : { authorization: `Bearer ${client.token}` },
            }),
      );
    }
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      if (type === schema.getQueryType() || type === schema.getMutationType()) continue;
      for (const field of Object.values(type.getFields())) {
        const rule = ruleOf(schema, type, field.name)!;
        if (rule.kind === 'public') continue;
        guarded.push(`${type.name}.${field.name}`);
        for (const [caller, actor] of actors) {
          for (const own of [true, false]) {
            const denied = await isDenied(type, field.name, rule, actor, own ? caller.userId : 999_999);
            if (denied === passes(rule, caller, own)) {
              wrong.push(`${caller.name} reads ${type.name}.${field.name} of ${own ? 'their own' : 'another'}`);
            }
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(guarded).toEqual(expect.arrayContaining(['User.identities', 'Viewer.sessions', 'AuditEvent.address']));
  });
});

/** Resolves one field as the executor would, on a row that belongs to a user. */
async function isDenied(type: GraphQLObjectType, name: string, rule: Rule, actor: Actor, userId: number | null) {
  const row = { id: userId, ownerId: null, userId, actorId: userId, subjectId: userId, actor };
  const info = { parentType: type, fieldName: name, schema, path: { key: name } } as unknown as GraphQLResolveInfo;
  const contextValue = createContext(actor, { requestId: 'matrix', log: service.auth.log });
  // A guard returns its refusal, which the executor takes like one that is thrown.
  const resolve = async () => type.getFields()[name]!.resolve!(row, { first: 1 }, contextValue, info);
  const outcome = await resolve().catch((error: unknown) => error);
  return outcome instanceof AppError && isByRule(rule, outcome.code, outcome.details['permission']);
}
