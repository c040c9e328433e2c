import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { hashSecret } from '../../../src/auth/secrets.js';
import { clientByClientId } from '../../../src/modules/clients/clients.store.js';
import { outcomeOf } from '../../support/client.js';
import { MINE, REGISTER } from '../../support/documents/clients.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged, makeBot } from '../roles/support.js';
import { clientInput, expectDenied, problemOf, register } from './support.js';

let service: TestService;
let person: Person;
let admin: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  person = await signUp(service);
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
});
afterAll(() => service.close());

const problem = (given: object, by: Person = person) => problemOf(by.send(REGISTER, { input: clientInput(given) }));

/** Tries each of some inputs. @returns those that were not refused so */
async function notRefused(expected: string, inputs: readonly object[]): Promise<object[]> {
  const passed = [];
  for (const input of inputs) {
    const found = await problem(input);
    if (found !== expected) passed.push({ input, found });
  }
  return passed;
}

const publicJwk = (type: 'ec' | 'rsa' | 'ed25519', options: object = {}) =>
  generateKeyPairSync(type as 'rsa', options as { modulusLength: number }).publicKey.export({ format: 'jwk' });
const P256 = publicJwk('ec', { namedCurve: 'P-256' });
const ED25519 = publicJwk('ed25519');

describe('registerClient', () => {
  it('OP5 is denied to everyone but a person with a session and fresh presence', async () => {
    await expectDenied(
      service,
      {
        nobody: 'UNAUTHENTICATED',
        stale: 'FORBIDDEN',
        staleAdmin: 'FORBIDDEN',
        program: 'FORBIDDEN',
        adminProgram: 'FORBIDDEN',
        bot: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
      },
      (client) => client.send(REGISTER, { input: clientInput() }),
    );
  });

  it('OP3 a trusted one is denied to everyone without CLIENT_MANAGE', async () => {
    await expectDenied(
      service,
      { other: 'FORBIDDEN', moderator: 'FORBIDDEN', adminProgram: 'FORBIDDEN', bot: 'FORBIDDEN' },
      (client) => client.send(REGISTER, { input: clientInput({ trusted: true }) }),
    );
    const { extensions } = await person.refused(REGISTER, { input: clientInput({ trusted: true }) });
    expect(extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'CLIENT_MANAGE' });
  });

  it('gives a secret once, keeps its hash, and writes it down', async () => {
    const owner = await signUp(service);
    const given = {
      name: '  Mapping Viewer 🔍 ',
      redirectUris: ['https://viewer.example.com/cb?a=1', 'http://localhost:3000/cb', 'http://localhost:3000/cb'],
      postLogoutRedirectUris: ['https://viewer.example.com/'],
      backchannelLogoutUri: 'https://viewer.example.com/logout',
      homepage: 'https://viewer.example.com/',
      permissions: ['MAPPING_VOTE', 'MAPPING_PROPOSE', 'MAPPING_VOTE'],
      dpopBound: true,
    };
    const { registerClient } = await owner.query(REGISTER, { input: clientInput(given) });
    const { client, secret } = registerClient as { client: Record<string, unknown>; secret: string };
    expect(registerClient.userErrors).toEqual([]);
    expect(secret).toMatch(/^mcp_client_[A-Za-z0-9_-]{43}$/);
    expect(client).toEqual({
      id: expect.any(String),
      clientId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      name: 'Mapping Viewer 🔍',
      kind: 'WEB',
      authentication: 'SECRET_BASIC',
      owner: { id: owner.id, handle: owner.handle },
      bot: null,
      trusted: false,
      homepage: 'https://viewer.example.com/',
      redirectUris: ['https://viewer.example.com/cb?a=1', 'http://localhost:3000/cb'],
      postLogoutRedirectUris: ['https://viewer.example.com/'],
      backchannelLogoutUri: 'https://viewer.example.com/logout',
      networks: [],
      permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
      publicKeys: [],
      dpopBound: true,
      createdAt: expect.any(String),
    });
    const kept = (await clientByClientId(service.db, client['clientId'] as string))!;
    expect(Buffer.from(kept.secretHash!)).toEqual(hashSecret(secret));
    expect(kept).toMatchObject({ ownerId: owner.userId, previousSecretHash: null, previousSecretUntil: null });
    expect(kept.subjectSalt).toHaveLength(32);
    expect((await logged(service, 'client.register')).at(-1)).toEqual({
      actorId: owner.userId,
      subjectId: owner.userId,
      via: null,
      detail: `client ${kept.id}: WEB`,
    });
  });

  it('gives no secret to what proves itself otherwise or not at all', async () => {
    const bot = await makeBot(service, person);
    const native = { kind: 'NATIVE', authentication: 'NONE', redirectUris: [] };
    for (const given of [
      { authentication: 'NONE' },
      native,
      { authentication: 'PRIVATE_KEY', publicKeys: [P256] },
      { kind: 'BOT', authentication: 'PRIVATE_KEY', redirectUris: [], publicKeys: [ED25519], bot: bot.id },
    ]) {
      expect((await register(person, given)).secret).toBeNull();
    }
    // Each makes subjects of its own.
    const salts = await service.db.query<{ salts: number; clients: number }>(
      `SELECT count(DISTINCT subject_salt)::int AS salts, count(*)::int AS clients FROM oauth_clients`,
    );
    expect(salts[0]!.salts).toBe(salts[0]!.clients);
  });

  it('OP1 takes addresses of WEB clients that are exact, absolute and https, or http on this machine', async () => {
    const at = (uri: string) => ({ redirectUris: ['https://viewer.example.com/', uri] });
    const refused = [
      'http://viewer.example.com/',
      'http://localhost.example.com/',
      'http://127.0.0.1.example.com/',
      'https://viewer.example.com/#top',
      'https://viewer.example.com/#',
      'https://user@viewer.example.com/',
      'https://user:word@viewer.example.com/',
      'https://*.example.com/',
      'https://viewer.example.com/*',
      'https://good.example.com\\@evil.example.com/',
      'https:viewer.example.com/',
      'https:///viewer.example.com/',
      'https://',
      '//viewer.example.com/',
      '/callback',
      'javascript:alert(1)',
      'data:text/html,hello',
      'com.example.app:/callback',
      ' https://viewer.example.com/',
      'https://viewer.example.com/\u202egpj',
      'https://viewer.example.com/\r\nLocation:x',
      'https://vіewer.example.com/',
      `https://viewer.example.com/${'a'.repeat(2000)}`,
      '',
    ];
    expect(await notRefused('INVALID_INPUT redirectUris.1', refused.map(at))).toEqual([]);
    expect(await problem({ redirectUris: [] })).toBe('INVALID_INPUT redirectUris');
    const eleven = Array.from({ length: 11 }, (_, i) => `https://viewer.example.com/${i}`);
    expect(await problem({ redirectUris: eleven })).toBe('INVALID_INPUT redirectUris');
    expect(await problem({ postLogoutRedirectUris: ['http://viewer.example.com/'] })).toBe(
      'INVALID_INPUT postLogoutRedirectUris.0',
    );
    await register(person, {
      redirectUris: ['http://localhost:3000/', 'http://127.0.0.1/', 'http://[::1]:8080/cb', 'https://a.example.com'],
    });
  });

  it('OP1 takes addresses of NATIVE clients on loopback numbers, schemes of their own, and claimed https', async () => {
    const native = { kind: 'NATIVE', authentication: 'NONE' };
    const refused = [
      'http://localhost/cb',
      'http://192.0.2.1/cb',
      'http://127.0.0.1.example.com/cb',
      'https://localhost/cb',
      'https://127.0.0.1/cb',
      'javascript:alert(1)',
      'data:text/html,hello',
      'vbscript:x',
      'file:///etc/passwd',
      'myapp:/cb',
      'myapp://cb',
      'com.example.app:/cb#x',
      'com.example.app://user:word@cb',
    ];
    expect(
      await notRefused(
        'INVALID_INPUT redirectUris.0',
        refused.map((uri) => ({ ...native, redirectUris: [uri] })),
      ),
    ).toEqual([]);
    await register(person, {
      ...native,
      redirectUris: ['http://127.0.0.1/cb', 'http://[::1]:0/cb', 'com.example.app:/cb', 'https://app.example.com/cb'],
      postLogoutRedirectUris: ['com.example.app:/bye'],
    });
  });

  it('OP5 calls no logout address but a public one of a WEB client', async () => {
    const at = (backchannelLogoutUri: string) => ({ backchannelLogoutUri });
    const refused = [
      'http://viewer.example.com/',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://169.254.169.254/latest',
      'https://2130706433/',
      'https://user:word@viewer.example.com/',
      'https://viewer.example.com/#top',
    ];
    expect(await notRefused('INVALID_INPUT backchannelLogoutUri', refused.map(at))).toEqual([]);
    const native = { kind: 'NATIVE', authentication: 'NONE', redirectUris: [] };
    expect(await problem({ ...native, ...at('https://viewer.example.com/') })).toBe(
      'INVALID_INPUT backchannelLogoutUri',
    );
    expect(await problem({ homepage: 'javascript:alert(1)' })).toBe('BAD_USER_INPUT');
  });

  it('OP3 takes names that people can read, and that are not those of the service', async () => {
    const refused = [
      '',
      '   ',
      'a'.repeat(61),
      'a\nb',
      'Viewer\u202e',
      'View\u200ber',
      'a\u0000b',
      'MCP WebService',
      'the mcp-webservice sign-in',
      'ＭＣＰ ＷｅｂＳｅｒｖｉｃｅ',
      'MCP WebServ1ce',
      'MCP Wéb Service',
      'MCP WebServiсe',
    ];
    expect(
      await notRefused(
        'INVALID_INPUT name',
        refused.map((name) => ({ name })),
      ),
    ).toEqual([]);
    await register(admin, { name: 'MCP WebService' });
    await register(person, { name: 'Форж Viewer' });
  });

  it('holds kinds, ways to authenticate and public keys together', async () => {
    const native = { kind: 'NATIVE', authentication: 'NONE', redirectUris: [] };
    const keys = (...publicKeys: object[]) => ({ authentication: 'PRIVATE_KEY', publicKeys });
    const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    for (const [given, expected] of [
      [{ ...native, authentication: 'SECRET_POST' }, 'authentication'],
      [{ ...native, authentication: 'PRIVATE_KEY', publicKeys: [P256] }, 'authentication'],
      [{ kind: 'BOT', authentication: 'NONE', redirectUris: [] }, 'authentication'],
      [keys(), 'publicKeys'],
      [{ publicKeys: [P256] }, 'publicKeys'],
      [keys(privateKey), 'publicKeys.0'],
      [keys(P256, { kty: 'oct', k: 'c2VjcmV0' }), 'publicKeys.1'],
      [keys({}), 'publicKeys.0'],
      [keys({ ...P256, x: P256.y }), 'publicKeys.0'],
      [keys({ ...P256, kid: 'with blank' }), 'publicKeys.0'],
      [keys({ ...P256, kid: 7 }), 'publicKeys.0'],
      [keys(publicJwk('ec', { namedCurve: 'P-384' })), 'publicKeys.0'],
      [keys(publicJwk('rsa', { modulusLength: 1024 })), 'publicKeys.0'],
      [keys({ ...publicJwk('rsa', { modulusLength: 2048 }), e: 'AQ' }), 'publicKeys.0'],
      [keys(P256, P256), 'publicKeys.1'],
      [keys(...Array.from({ length: 6 }, () => publicJwk('ed25519'))), 'publicKeys'],
    ] as const) {
      expect(await problem(given), JSON.stringify(given)).toBe(`INVALID_INPUT ${expected}`);
    }
    const { registerClient } = await person.query(REGISTER, {
      input: clientInput(
        keys({ ...P256, alg: 'none', use: 'enc', x5u: 'https://evil.example/' }, { ...ED25519, kid: 'b' }),
      ),
    });
    expect(registerClient.client.publicKeys).toEqual([
      { ...P256, kid: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), use: 'sig' },
      { ...ED25519, kid: 'b', use: 'sig' },
    ]);
  });

  it('SE9 holds permissions that such a client can have alone', async () => {
    for (const permission of ['ROLE_GRANT', 'IDENTITY_MANAGE', 'CLIENT_MANAGE', 'IRC_VERIFY', 'ACT_FOR_USERS']) {
      expect(await problem({ permissions: ['MAPPING_VOTE', permission] }, admin)).toBe('INVALID_INPUT permissions');
    }
    const bot = { kind: 'BOT', redirectUris: [], bot: (await makeBot(service, person)).id };
    expect(await problem({ ...bot, permissions: ['ROLE_GRANT'] })).toBe('INVALID_INPUT permissions');
    await register(person, { ...bot, permissions: ['IRC_VERIFY', 'ACT_FOR_USERS'] });
  });

  it("IR12 lets a BOT client call as one of the owner's own bots alone", async () => {
    const [own, foreign] = [await makeBot(service, person), await makeBot(service, admin)];
    const bot = { kind: 'BOT', redirectUris: [] };
    expect(await problem(bot)).toBe('INVALID_INPUT bot');
    expect(await problem({ ...bot, bot: foreign.id })).toBe('NOT_FOUND bot');
    expect(await problem({ ...bot, bot: person.id })).toBe('NOT_FOUND bot');
    expect(await problem({ bot: own.id })).toBe('INVALID_INPUT bot');
    expect(await problem({ ...bot, bot: own.id, redirectUris: ['https://a.example.com/'] })).toBe(
      'INVALID_INPUT redirectUris',
    );
    // Nor with CLIENT_MANAGE.
    expect(await problem({ ...bot, bot: own.id }, admin)).toBe('NOT_FOUND bot');
    const { registerClient } = await person.query(REGISTER, { input: clientInput({ ...bot, bot: own.id }) });
    expect(registerClient.client).toMatchObject({ kind: 'BOT', bot: { id: own.id, handle: own.handle } });
  });

  it('registers twenty for a person, also at once', async () => {
    const owner = await signUp(service);
    for (let i = 0; i < 18; i++) await register(owner);
    const input = clientInput();
    const answers = await Promise.all(Array.from({ length: 4 }, () => owner.send(REGISTER, { input })));
    expect(answers.map(outcomeOf).sort()).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'OK', 'OK']);
    expect((await owner.query(MINE)).viewer.clients).toHaveLength(20);
  });
});
