import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, Permission, RoleName } from '../../src/auth/permissions.js';
import { TOKEN_EXCHANGE } from '../../src/oidc/client-metadata.js';
import { makeBot, type Bot } from '../modules/roles/support.js';
import type { TestClient } from '../support/client.js';
import { giveRole, signUp, type Person } from '../support/people.js';
import { addClient, relyingParty, startOidcService, type OidcService, type TestOAuthClient } from './support.js';

const NETWORK = 'irc.example.net';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

let service: OidcService;
let owner: Person;
let alice: Person;
/** The entity id of alice's account on the network. */
let entity: string;
let bot: Bot;
let key: CryptoKey;
let client: TestOAuthClient;

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] } };
}

beforeAll(async () => {
  service = await startOidcService();
  owner = await signUp(service);
});
afterAll(() => service.close());

beforeEach(async () => {
  alice = await signUp(service);
  entity = randomUUID().slice(0, 9);
  await link(alice, entity);
  bot = await makeBot(service, owner);
  await giveRole(service, bot.userId, RoleName.IRC_BOT);
  const made = await newKey();
  key = made.privateKey;
  const permissions = [...ALL_PERMISSIONS];
  client = await addClient(service, {
    kind: 'BOT',
    owner: owner.handle,
    bot: bot.handle,
    trusted: true,
    permissions,
    networks: [NETWORK],
    jwks: made.jwks,
  });
});

const link = (person: Person, subject: string, state = 'ACTIVE') =>
  service.db.query(
    `INSERT INTO identities (user_id, provider, network, subject, display_name, state)
     VALUES ($1, 'IRC', $2, $3, 'alice', $4::identity_state)`,
    [person.userId, NETWORK, subject, state],
  );

const allow = (permissions: Permission[]) =>
  service.db.query(`UPDATE identities SET acting_permissions = $2 WHERE subject = $1`, [entity, permissions]);

interface Said extends JWTPayload {
  network?: string;
  account?: string;
  account_id?: string;
  message_id?: string;
}

/** What the bot signs; a claim that is undefined is left out. */
function assertion(claims: Said = {}, signedBy: CryptoKey = key): Promise<string> {
  const usual = {
    iss: client.clientId,
    aud: `${service.url}/oidc`,
    iat: Math.floor(Date.now() / 1_000),
    jti: randomUUID(),
    network: NETWORK,
    account: 'alice',
    account_id: entity,
    message_id: randomUUID(),
  };
  const payload = Object.fromEntries(
    Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(signedBy);
}

async function exchange(subject_token: string, more: Record<string, string> = {}, as = client) {
  const party = await relyingParty(service, as);
  const tokens = await oidc.genericGrantRequest(party, TOKEN_EXCHANGE, {
    subject_token,
    subject_token_type: JWT,
    ...more,
  });
  service.secrets.add(tokens.access_token);
  return tokens;
}

/** Alice, as the bot speaks for her. */
async function spokenFor(more: Record<string, string> = {}): Promise<TestClient> {
  const program = service.client();
  program.token = (await exchange(await assertion(), more)).access_token;
  return program;
}

const INVALID = { error: 'invalid_grant' };

describe('Token exchange is refused', () => {
  const cases: [string, () => Promise<string>][] = [
    ['IR13: with the key of somebody else', async () => assertion({}, (await newKey()).privateKey)],
    ['IR13: in the name of another bot', () => assertion({ iss: 'another' })],
    ['for another service', () => assertion({ aud: 'https://example.com' })],
    ['older than a minute', () => assertion({ iat: Math.floor(Date.now() / 1_000) - 70 })],
    ['from the future', () => assertion({ iat: Math.floor(Date.now() / 1_000) + 60 })],
    ['without the id of a message', () => assertion({ message_id: undefined })],
    ['without an id of its own', () => assertion({ jti: undefined })],
    ['without the entity id', () => assertion({ account_id: undefined })],
    ['IR3: for the same name under another entity id', () => assertion({ account_id: 'AAAAAAAAZ' })],
    ['for another network', () => assertion({ network: 'irc.elsewhere.net' })],
    [
      'unsigned',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await assertion()).split('.')[1]!}.`,
    ],
    ['that is no JWT', async () => 'hello'],
  ];
  test.each(cases)('%s', async (_name, subject) => {
    await expect(exchange(await subject())).rejects.toMatchObject(INVALID);
  });

  test('for a link that is set aside, or waits to be confirmed', async () => {
    for (const state of ['SUSPENDED', 'PENDING']) {
      await service.db.query(`UPDATE identities SET state = $2::identity_state WHERE subject = $1`, [entity, state]);
      await expect(exchange(await assertion())).rejects.toMatchObject(INVALID);
    }
  });

  test('for somebody who is suspended', async () => {
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [alice.userId]);
    await expect(exchange(await assertion())).rejects.toMatchObject(INVALID);
  });

  test('to a bot without the role, one that is not trusted, and a client that is no bot', async () => {
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [bot.userId]);
    await expect(exchange(await assertion())).rejects.toMatchObject({ error: 'unauthorized_client' });
    await giveRole(service, bot.userId, RoleName.IRC_BOT);
    await service.db.query(`UPDATE oauth_clients SET trusted = false WHERE client_id = $1`, [client.clientId]);
    await expect(exchange(await assertion())).rejects.toMatchObject({ error: 'invalid_request' });
    const web = await addClient(service, { owner: owner.handle, trusted: true });
    await expect(exchange(await assertion(), {}, web)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  test('IR13: a second time, by its id or by the message; of two at once one wins', async () => {
    const once = await assertion({ message_id: 'message-1' });
    await exchange(once);
    await expect(exchange(once)).rejects.toMatchObject(INVALID);
    await expect(exchange(await assertion({ message_id: 'message-1' }))).rejects.toMatchObject(INVALID);
    const raced = await assertion();
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => exchange(raced)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('Token exchange', () => {
  test('gives five minutes as the person, and says who acts', async () => {
    const tokens = await exchange(await assertion());
    expect(tokens).toMatchObject({ expires_in: 300, scope: 'mapping:propose mapping:vote' });
    expect(tokens.refresh_token).toBeUndefined();
    const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1]!, 'base64url').toString()) as object;
    expect(claims).toMatchObject({ sub: alice.id, act: { sub: client.clientId }, client_id: client.clientId });
    const program = await spokenFor();
    expect(await program.query('{ viewer { user { handle } permissions credential { kind actingClient } } }')).toEqual({
      viewer: {
        user: { handle: alice.handle },
        permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
        credential: { kind: 'ACCESS_TOKEN', actingClient: bot.handle },
      },
    });
  });

  test('IR12: is cut by what the person may, what the client may, what was allowed and what was asked', async () => {
    const rights = async (more: Record<string, string> = {}) => {
      const { viewer } = await (await spokenFor(more)).query('{ viewer { permissions } }');
      return viewer.permissions as string[];
    };
    await allow([...ALL_PERMISSIONS]);
    expect(await rights()).toEqual(['MAPPING_PROPOSE', 'MAPPING_VOTE']);
    await giveRole(service, alice.userId, RoleName.ADMIN);
    const all = await rights();
    expect(all).toContain('MAPPING_COMMIT');
    for (const never of [
      'RELEASE_PUBLISH',
      'ROLE_GRANT',
      'IDENTITY_MANAGE',
      'CLIENT_MANAGE',
      'ACT_FOR_USERS',
      'IRC_VERIFY',
    ]) {
      expect(all).not.toContain(never);
    }
    expect(await rights({ scope: 'mapping:commit release:publish' })).toEqual(['MAPPING_COMMIT']);
    await allow([Permission.MAPPING_COMMIT]);
    expect(await rights()).toEqual(['MAPPING_COMMIT']);
    await service.db.query(`UPDATE oauth_clients SET permissions = '{MAPPING_VOTE}' WHERE client_id = $1`, [
      client.clientId,
    ]);
    expect(await rights()).toEqual([]);
    await expect(exchange(await assertion(), { scope: 'everything' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
  });

  test('history and log say "alice via the bot"', async () => {
    const program = await spokenFor();
    const { proposeChanges } = await program.query(
      `mutation ($input: ProposeChangesInput!) { proposeChanges(input: $input) {
         changes { author { handle } via } userErrors { code message } } }`,
      { input: { changes: [{ srg: 'func_2006_f', name: 'spokenName' }] } },
    );
    expect(proposeChanges).toEqual({
      changes: [{ author: { handle: alice.handle }, via: bot.handle }],
      userErrors: [],
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the link is removed', () => service.db.query(`DELETE FROM identities WHERE subject = $1`, [entity])],
    [
      "the bot's role is revoked",
      () => service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [bot.userId]),
    ],
    [
      'the client is deleted',
      () => service.db.query(`DELETE FROM oauth_clients WHERE client_id = $1`, [client.clientId]),
    ],
    [
      'the client is trusted no more',
      () => service.db.query(`UPDATE oauth_clients SET trusted = false WHERE client_id = $1`, [client.clientId]),
    ],
    [
      'the bot is suspended',
      () => service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [bot.userId]),
    ],
    [
      'the person is suspended',
      () => service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [alice.userId]),
    ],
  ])('a token counts no more once %s', async (_name, end) => {
    const program = await spokenFor();
    await program.query('{ viewer { user { handle } } }');
    await end();
    expect((await program.send('{ viewer { user { handle } } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
