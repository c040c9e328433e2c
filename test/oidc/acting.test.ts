import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, isForTokens, Permission, RoleName } from '../../src/auth/permissions.js';
import { TOKEN_EXCHANGE } from '../../src/oidc/client-metadata.js';
import { CREATE, tokenInput } from '../modules/tokens/support.js';
import { logged, makeBot, type Bot } from '../modules/roles/support.js';
import { giveRole, signUp, type Person } from '../support/people.js';
import { addClient, relyingParty, startOidcService, type OidcService, type TestOAuthClient } from './support.js';
import { claimsOf, expectRefused, forge, inSeconds, keyPair, permissionsOf, programWith } from './tokens.js';

const NETWORK = 'irc.example.net';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const INVALID = { error: 'invalid_grant' };
/** How openid-client tells that a client did not prove itself. */
const UNPROVEN = { status: 401, code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' };

/** A bot that speaks for people, with its client. */
interface Speaker {
  owner: Person;
  bot: Bot;
  client: TestOAuthClient;
  keys: Awaited<ReturnType<typeof keyPair>>;
}

let service: OidcService;
let alice: Person;
/** What alice's account on the network is known by. */
let entity: string;
let speaker: Speaker;
beforeAll(async () => void (service = await startOidcService()));
afterAll(() => service.close());
beforeEach(async () => {
  alice = await signUp(service);
  entity = randomUUID();
  await link(alice.userId);
  speaker = await newSpeaker();
});

const link = (userId: number) =>
  service.db.query(
    `INSERT INTO identities (user_id, provider, network, subject, display_name) VALUES ($1, 'IRC', $2, $3, 'alice')`,
    [userId, NETWORK, entity],
  );

const allow = (...permissions: Permission[]) =>
  service.db.query(`UPDATE identities SET acting_permissions = $2 WHERE subject = $1`, [entity, permissions]);

async function newSpeaker(): Promise<Speaker> {
  const [owner, keys] = [await signUp(service), await keyPair()];
  const bot = await makeBot(service, owner);
  await giveRole(service, bot.userId, RoleName.IRC_BOT);
  const permissions = ALL_PERMISSIONS.filter((each) => isForTokens(each, true));
  const of = { owner: owner.handle, bot: bot.handle, jwks: keys.jwks, networks: [NETWORK] };
  return { owner, bot, keys, client: await addClient(service, { kind: 'BOT', trusted: true, permissions, ...of }) };
}

function assertion(
  claims: JWTPayload = {},
  by = speaker,
  key: KeyObject | Uint8Array = by.keys.privateKey,
  alg = 'ES256',
) {
  const usual = { iss: by.client.clientId, aud: `${service.url}/oidc`, iat: inSeconds(0), jti: randomUUID() };
  const seen = { network: NETWORK, account: 'alice', account_id: entity, message_id: randomUUID() };
  return new SignJWT({ ...usual, ...seen, ...claims }).setProtectedHeader({ alg }).sign(key);
}

async function exchange(subject_token: string, more: Record<string, string> = {}, client = speaker.client) {
  const party = await relyingParty(service, client);
  return oidc.genericGrantRequest(party, TOKEN_EXCHANGE, { subject_token, subject_token_type: JWT, ...more });
}
const spokenFor = async () => programWith(service, (await exchange(await assertion())).access_token);

describe('Token exchange is refused', () => {
  test('JW1 for an assertion of another making: a secret in place of a key, an access token, its own token', async () => {
    const der = createPublicKey(speaker.keys.privateKey).export({ format: 'der', type: 'spki' });
    const jwk = Buffer.from(JSON.stringify(speaker.keys.publicJwk));
    const tokens: string[] = [
      await assertion({}, speaker, der, 'HS256'),
      await assertion({}, speaker, jwk, 'HS256'),
      await assertion({}, speaker, Buffer.from(speaker.client.secret), 'HS256'),
      (await exchange(await assertion())).access_token,
      // Not even by the service's own key.
      await forge(service, claimsOf(await assertion())),
    ];
    for (const token of tokens) await expect(exchange(token)).rejects.toMatchObject(INVALID);
  });

  test('IR13 for claims that are of another kind, and for ones without end', async () => {
    const others: JWTPayload[] = [
      { account_id: ['a', entity] },
      { account_id: { $ne: '' } },
      { account_id: '' },
      { account_id: "' OR 1=1 --" },
      { network: NETWORK.toUpperCase() },
      { network: 'n'.repeat(5_000) },
      { jti: 'short' },
      { jti: 'j'.repeat(5_000) },
      { message_id: '' },
      { message_id: 7 },
      { iat: 'now' as never },
      { aud: ['https://elsewhere.example', 'https://other.example'] },
      { exp: inSeconds(-60) },
      { nbf: inSeconds(60) },
    ];
    for (const claims of others) {
      await expect(exchange(await assertion(claims)), JSON.stringify(claims).slice(0, 60)).rejects.toMatchObject(
        INVALID,
      );
    }
    expect(service.log()).not.toContain('provider fault');
  });

  test('for a bot as the person, and for the bot itself', async () => {
    for (const userId of [(await makeBot(service, alice)).userId, speaker.bot.userId]) {
      await service.db.query(`UPDATE identities SET user_id = $2 WHERE subject = $1`, [entity, userId]);
      await expect(exchange(await assertion())).rejects.toMatchObject(INVALID);
    }
  });

  test('to a client that can not prove itself, or has no key, and for another type of token', async () => {
    const { client, owner, bot } = speaker;
    const stranger = { ...client, secret: 'mcp_client_of-nobody-in-particular' };
    await expect(exchange(await assertion(), {}, stranger)).rejects.toMatchObject(UNPROVEN);
    await expect(
      exchange(await assertion(), { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
    ).rejects.toMatchObject({ error: 'invalid_request' });
    const keyless = await addClient(service, { kind: 'BOT', trusted: true, owner: owner.handle, bot: bot.handle });
    await expect(exchange(await assertion({ iss: keyless.clientId }), {}, keyless)).rejects.toMatchObject(INVALID);
    expect(service.log()).not.toContain('provider fault');
  });

  test('IR13 of two assertions for one message at once one wins', async () => {
    const message_id = randomUUID();
    const assertions = await Promise.all(Array.from({ length: 6 }, () => assertion({ message_id })));
    const outcomes = await Promise.allSettled(assertions.map((each) => exchange(each)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of outcomes) if (each.status === 'rejected') expect(each.reason).toMatchObject(INVALID);
  });

  test("one bot's assertions are nothing to another, and do not use up the other's", async () => {
    const [other, jti] = [await newSpeaker(), randomUUID()];
    await exchange(await assertion({ jti }));
    await expect(exchange(await assertion({}, other))).rejects.toMatchObject(INVALID);
    await exchange(await assertion({ jti }, other), {}, other.client);
  });
});

describe('Speaking for somebody', () => {
  test('PH2 SE7 shows nothing personal, and takes the place of no session', async () => {
    await giveRole(service, alice.userId, RoleName.ADMIN);
    await allow(...ALL_PERMISSIONS);
    const program = await spokenFor();
    for (const field of ['sessions { id }', 'identities { id }', 'apiTokens { id }']) {
      const { errors } = await program.send(`{ viewer { ${field} } }`);
      expect(errors?.[0]?.extensions, field).toMatchObject({ code: 'FORBIDDEN', reason: 'PERSONAL' });
    }
    const { errors } = await program.send(CREATE, { input: tokenInput() });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'SESSION_REQUIRED' });
  });

  test('the log says who did it, and by which bot', async () => {
    await giveRole(service, alice.userId, RoleName.MAINTAINER);
    await allow(Permission.MAPPING_LOCK);
    const { lockMapping } = await (
      await spokenFor()
    ).query(`mutation ($input: LockMappingInput!) { lockMapping(input: $input) { userErrors { code message } } }`, {
      input: { srg: 'func_2001_b', reason: 'a test' },
    });
    expect(lockMapping.userErrors).toEqual([]);
    expect((await logged(service, 'mapping.lock')).at(-1)).toMatchObject({
      actorId: alice.userId,
      via: speaker.bot.handle,
    });
  });

  test('IR12 is cut at once by what the person allows, and by rights that are lost', async () => {
    await giveRole(service, alice.userId, RoleName.MAINTAINER);
    await allow(Permission.MAPPING_LOCK, Permission.MAPPING_VOTE);
    const program = await spokenFor();
    expect(await permissionsOf(program)).toEqual(['MAPPING_VOTE', 'MAPPING_LOCK']);
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [alice.userId]);
    expect(await permissionsOf(program)).toEqual(['MAPPING_VOTE']);
    await allow();
    expect(await permissionsOf(program)).toEqual([]);
    // What is allowed later is not in a token that was made before.
    await allow(Permission.MAPPING_VOTE, Permission.MAPPING_PROPOSE);
    expect(await permissionsOf(program)).toEqual(['MAPPING_VOTE']);
  });

  const ENDS: Record<string, () => Promise<unknown>> = {
    'the link moved to another account': async () =>
      service.db.query(`UPDATE identities SET user_id = $2 WHERE subject = $1`, [
        entity,
        (await signUp(service)).userId,
      ]),
    'the link is suspended': () =>
      service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE subject = $1`, [entity]),
    "the bot's owner is suspended": () =>
      service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [speaker.owner.userId]),
    'the bot is deleted by its owner': () =>
      speaker.owner.query(`mutation ($id: ID!) { deleteBot(input: { id: $id }) { userErrors { code } } }`, {
        id: speaker.bot.id,
      }),
    'the person signs out everywhere else': () =>
      alice.query('mutation { revokeOtherSessions { userErrors { code } } }'),
    'the role of the bot runs out': () =>
      service.db.query(`UPDATE role_grants SET valid_until = now() WHERE user_id = $1`, [speaker.bot.userId]),
  };
  test.each(Object.keys(ENDS))('IR12 ends once %s', async (name) => {
    const program = await spokenFor();
    await permissionsOf(program);
    await ENDS[name]!();
    await expectRefused(program);
  });
});

test("a deleted bot's client gets nothing, and what it has counts no more", async () => {
  const { owner, bot, client } = speaker;
  const party = await relyingParty(service, client);
  const { access_token: token } = await oidc.clientCredentialsGrant(party, { scope: 'mapping:vote' });
  const program = programWith(service, token);
  expect(await permissionsOf(program)).toEqual(['MAPPING_VOTE']);
  await owner.query(`mutation ($id: ID!) { deleteBot(input: { id: $id }) { userErrors { code } } }`, { id: bot.id });
  await expectRefused(program);
  await expect(oidc.clientCredentialsGrant(party, { scope: 'mapping:vote' })).rejects.toMatchObject(UNPROVEN);
});
