import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { newToken } from '../../../src/auth/tokens/token-format.js';
import type { TestClient } from '../../support/client.js';
import { signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { makeBot, mint, personWithToken, programWith, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => service.close());

const sessionOf = (client: TestClient) => client.cookies.get(service.auth.cookies.name('session'))!;

/** A client that sends a header as it stands. */
const sending = (headers: Record<string, string>) => {
  const client = service.client();
  Object.assign(client.headers, headers);
  return client;
};

describe('a call with an API token', () => {
  it('SE7 takes a token as a bearer token alone, in any case of the scheme', async () => {
    const { person, token } = await personWithToken(service);
    const handle = {
      viewer: { user: { handle: person.handle }, permissions: ['MAPPING_PROPOSE'], credential: { kind: 'API_TOKEN' } },
    };
    expect(await sending({ authorization: `Bearer ${token.secret}` }).query(WHO)).toEqual(handle);
    // Schemes are the same in any case (RFC 9110, section 11.1).
    expect(await sending({ authorization: `bearer ${token.secret}` }).query(WHO)).toEqual(handle);
  });

  it('SE7 refuses a token as a cookie, a session as a bearer token, and either under another scheme', async () => {
    const { person, token } = await personWithToken(service);
    const session = sessionOf(person);
    const name = service.auth.cookies.name('session');
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const refused: Record<string, Record<string, string>> = {
      'token as session cookie': { cookie: `${name}=${token.secret}` },
      'session as bearer token': { authorization: `Bearer ${session}` },
      'token by Basic': { authorization: basic(`${person.handle}:${token.secret}`) },
      'token as the name by Basic': { authorization: basic(`${token.secret}:`) },
      'password by Basic': { authorization: basic(`${person.handle}:${person.password}`) },
      'token under its own scheme': { authorization: `Token ${token.secret}` },
      'token without a scheme': { authorization: token.secret },
      'session without a scheme': { authorization: session },
      'two tokens': { authorization: `Bearer ${token.secret}, Bearer ${token.secret}` },
      'token with more behind it': { authorization: `Bearer ${token.secret} x` },
      empty: { authorization: '' },
      // A bad credential is not made good by a better one.
      'bad token beside a session': { authorization: `Bearer ${newToken('mcp_pat_')}`, cookie: `${name}=${session}` },
    };
    const statuses: Record<string, number> = {};
    for (const [what, headers] of Object.entries(refused)) statuses[what] = (await sending(headers).send(WHO)).status;
    expect(statuses).toEqual(Object.fromEntries(Object.keys(refused).map((what) => [what, 401])));
    // A cookie that is no session was taken back; the session itself was not.
    expect((await person.query(WHO)).viewer).not.toBeNull();
  });

  it('SE7 knows no token in the address, a body or another header', async () => {
    const { token } = await personWithToken(service);
    const { secret } = token;
    const client = service.client();
    for (const url of [
      `/graphql?access_token=${secret}`,
      `/graphql?token=${secret}`,
      `/graphql?Authorization=Bearer%20${secret}`,
    ]) {
      const response = await client.request('POST', url, { query: WHO });
      expect(response.json()).toMatchObject({ data: { viewer: null } });
    }
    const body = await client.request('POST', '/graphql', { query: WHO, access_token: secret, token: secret });
    expect(body.json()).toMatchObject({ data: { viewer: null } });
    for (const header of ['x-api-key', 'x-access-token', 'proxy-authorization', 'private-token']) {
      expect(await sending({ [header]: secret }).query(WHO)).toEqual({ viewer: null });
    }
  });

  it('SE12 refuses what is expired, revoked, reported, unknown, misspelt or of a suspended account in the same words', async () => {
    const make = () => personWithToken(service);
    const [expired, revoked, reported, suspended] = [await make(), await make(), await make(), await make()];
    await service.db.query(`UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      expired.token.key,
    ]);
    await revoked.person.query(support.REVOKE, { id: revoked.token.id });
    await service.client().query(support.REPORT, { token: reported.token.secret });
    await service.db.query(`UPDATE users SET suspended_until = now() + interval '1 day' WHERE id = $1`, [
      suspended.person.userId,
    ]);
    const unknown = newToken('mcp_bot_');
    const secrets = [
      ...[expired, revoked, reported, suspended].map(({ token }) => token.secret),
      unknown,
      `${unknown.slice(0, -1)}${unknown.endsWith('x') ? 'y' : 'x'}`,
      'mcp_pat_',
    ];
    const answers = [];
    for (const secret of secrets) {
      const { status, errors } = await programWith(service, secret).send(WHO);
      answers.push(JSON.stringify([status, errors!.map(({ message, extensions: { code } }) => [message, code])]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0]!)).toEqual([401, [[expect.any(String), 'UNAUTHENTICATED']]]);
  });

  it('SE9 loses a right at once with its owner, and has it back with it', async () => {
    const { person, token } = await personWithToken(service, {
      roles: [RoleName.ADMIN],
      token: { permissions: ['MAPPING_VOTE', 'AUDIT_READ'] },
    });
    const AUDIT = `{ auditEvents(first: 1) { nodes { action } } }`;
    expect((await token.program.send(AUDIT)).errors).toBeUndefined();
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [person.userId]);
    expect((await token.program.refused(AUDIT)).extensions).toMatchObject({
      code: 'FORBIDDEN',
      permission: 'AUDIT_READ',
    });
    expect((await token.program.query(WHO)).viewer.permissions).toEqual(['MAPPING_VOTE']);
    await service.db.query(`UPDATE role_grants SET revoked_at = NULL WHERE user_id = $1`, [person.userId]);
    expect((await token.program.query(WHO)).viewer.permissions).toEqual(['MAPPING_VOTE', 'AUDIT_READ']);
  });

  it('SE8 changes nothing of accounts, sessions and tokens, whatever its permissions', async () => {
    const owner = await signUp(service, { roles: [RoleName.ADMIN] });
    await signInAgain(service, owner);
    const permissions = ['MAPPING_PROPOSE', 'VERSION_MANAGE', 'USER_READ_PRIVATE', 'USER_SUSPEND', 'AUDIT_READ'];
    const bot = await makeBot(owner);
    const tokens = [
      await mint(service, owner, { permissions }),
      await mint(service, owner, { permissions, bot: bot.id }),
    ];
    const { viewer } = await owner.query(`{ viewer { sessions { id } } }`);
    const session = viewer.sessions[0].id as string;
    const { password } = owner;
    const calls: [string, Record<string, unknown>][] = [
      [support.CREATE, { input: support.tokenInput() }],
      [support.ROTATE, { id: tokens[0]!.id }],
      [support.CREATE_BOT, { handle: 'made-by-a-token' }],
      [`mutation { signOut { ok } }`, {}],
      [
        `mutation ($password: String!) { reauthenticate(input: { password: $password }) { viewer { permissions } } }`,
        { password },
      ],
      [
        `mutation ($password: String!) { changePassword(input: { current: $password, new: "a wholly new pass phrase" }) { viewer { permissions } } }`,
        { password },
      ],
      [`mutation ($id: ID!) { revokeSession(input: { id: $id }) { viewer { permissions } } }`, { id: session }],
      [`mutation { revokeOtherSessions { viewer { permissions } } }`, {}],
    ];
    const before = await support.stateOf(service);
    for (const { program } of tokens) {
      for (const [document, variables] of calls) {
        const { code, reason } = (await program.refused(document, variables)).extensions;
        expect([document, code, reason]).toEqual([document, 'FORBIDDEN', 'SESSION_REQUIRED']);
      }
    }
    expect(await support.stateOf(service)).toBe(before);
  });

  it('notes when it was last used, once a minute at most', async () => {
    const { token } = await personWithToken(service);
    const lastUsed = async () => {
      const [row] = await service.db.query<{ at: Date | null; version: string }>(
        `SELECT last_used_at AS at, xmin::text AS version FROM api_tokens WHERE id = $1`,
        [token.key],
      );
      return [row!.at?.getTime() ?? null, row!.version];
    };
    expect((await lastUsed())[0]).toBeNull();
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(start);
    await token.program.query(WHO);
    const first = await lastUsed();
    expect(first[0]).toBe(start);
    for (const seconds of [0, 30, 60]) {
      vi.setSystemTime(start + seconds * 1_000);
      await token.program.query(WHO);
      // Not even written anew.
      expect(await lastUsed()).toEqual(first);
    }
    vi.setSystemTime(start + 60_001);
    await token.program.query(WHO);
    expect((await lastUsed())[0]).toBe(start + 60_001);
  });

  it('costs one statement more than the same call of nobody at first, then none, and so does a session', async () => {
    const { person, token } = await personWithToken(service);
    const bot = await mint(service, person, { bot: (await makeBot(person)).id });
    const cost = async (client: TestClient, document: string) => {
      const before = service.db.statementCount;
      await client.query(document);
      return service.db.statementCount - before;
    };
    for (const client of [token.program, bot.program, await signInAgain(service, person)]) {
      expect([await cost(client, '{ __typename }'), await cost(client, '{ __typename }')]).toEqual([1, 0]);
      for (const document of [
        '{ gameVersions { nodes { name coverage { total } } } }',
        '{ user(handle: "x") { handle } }',
      ]) {
        const anonymous = await cost(service.client(), document);
        expect(await cost(client, document)).toBe(anonymous);
      }
    }
  });
});
