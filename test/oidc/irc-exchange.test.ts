import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, RoleName } from '../../src/auth/permissions.js';
import { TOKEN_EXCHANGE } from '../../src/oidc/client-metadata.js';
import { ircIdentitiesIn, linkedTo, seen } from '../modules/identities/irc-support.js';
import { makeBot, logged, type Bot } from '../modules/roles/support.js';
import { giveRole, signUp, type Person } from '../support/people.js';
import { addClient, relyingParty, startOidcService, type OidcService, type TestOAuthClient } from './support.js';
import { expectRefused, inSeconds, keyPair, permissionsOf, programWith } from './tokens.js';

type Account = ReturnType<typeof seen>;

let service: OidcService;
let owner: Person;
let alice: Person;
let bot: Bot;
let keys: Awaited<ReturnType<typeof keyPair>>;
let client: TestOAuthClient;
/** Alice's account on the network. */
let hers: Account;
beforeAll(async () => {
  service = await startOidcService();
  owner = await signUp(service);
});
afterAll(() => service.close());
beforeEach(async () => {
  alice = await signUp(service);
  hers = seen();
  await linkedTo(service, alice, hers);
  bot = await makeBot(service, owner);
  await giveRole(service, bot.userId, RoleName.IRC_BOT);
  keys = await keyPair();
  const of = { owner: owner.handle, bot: bot.handle, jwks: keys.jwks, networks: ['Snoonet', 'EsperNet'] };
  client = await addClient(service, { kind: 'BOT', trusted: true, permissions: [...ALL_PERMISSIONS], ...of });
});

/** A token for whoever has an account, as the bot asks for it. */
async function exchange({ network, account, accountId }: Account): Promise<string> {
  const said = { network, account, account_id: accountId, message_id: randomUUID() };
  const usual = { iss: client.clientId, aud: `${service.url}/oidc`, iat: inSeconds(0), jti: randomUUID() };
  const subject_token = await new SignJWT({ ...usual, ...said })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(keys.privateKey);
  const tokens = await oidc.genericGrantRequest(await relyingParty(service, client), TOKEN_EXCHANGE, {
    subject_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  });
  service.secrets.add(tokens.access_token);
  return tokens.access_token;
}

const refused = (error_description: string) => ({ error: 'invalid_grant', error_description });

/** When the link was last used, and when its row was last written. */
async function useOf({ accountId }: Account): Promise<{ at: Date | null; written: string }> {
  const [row] = await service.db.query<{ at: Date | null; written: string }>(
    `SELECT last_used_at AS at, xmin::text AS written FROM identities WHERE subject = $1`,
    [accountId],
  );
  return row!;
}

describe('IR12 A bot speaks for the networks of its client alone', () => {
  test('and is told so for others, however they are written', async () => {
    await expect(exchange(hers)).resolves.toEqual(expect.any(String));
    for (const network of ['Libera', 'espernet', 'Esper']) {
      await linkedTo(service, alice, { ...hers, network });
      await expect(exchange({ ...hers, network })).rejects.toMatchObject(
        refused('this client does not speak for this network'),
      );
    }
  });

  test('a token counts no more once the network is taken from the client', async () => {
    const program = programWith(service, await exchange(hers));
    expect(await permissionsOf(program)).toEqual([]);
    await service.db.query(`UPDATE oauth_clients SET networks = '{Snoonet,espernet}' WHERE client_id = $1`, [
      client.clientId,
    ]);
    await expectRefused(program);
  });
});

describe('IR3 A name that has changed hands', () => {
  const AGAIN = refused(
    'the account of this name is another one than was linked: its owner has to confirm or link again',
  );

  test('sets the link aside, is written down, and is nobody from then on', async () => {
    const program = programWith(service, await exchange(hers));
    const his = seen({ account: hers.account.toUpperCase() });
    await expect(exchange(his)).rejects.toMatchObject(AGAIN);
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} ${hers.account} SUSPENDED`]);
    expect((await logged(service, 'identity.suspend')).at(-1)).toEqual({
      actorId: bot.userId,
      subjectId: alice.userId,
      via: null,
      detail: 'IRC: another account has its name on EsperNet',
    });
    await expectRefused(program);
    await expect(exchange(his)).rejects.toMatchObject(refused('this account is not linked to an account here'));
    await expect(exchange(hers)).rejects.toMatchObject(refused('this account is not linked to an account here'));
  });

  test('IR11 is told by rfc1459, and only on its own network', async () => {
    const brackets = seen({ account: '[a]\\~' });
    const elsewhere = seen({ account: '[a]\\~', network: 'Snoonet' });
    await linkedTo(service, alice, brackets);
    await linkedTo(service, alice, elsewhere);
    await expect(exchange(seen({ account: '{A}|^' }))).rejects.toMatchObject(AGAIN);
    expect(await ircIdentitiesIn(service, alice)).toEqual([
      `EsperNet ${hers.accountId} ${hers.account} ACTIVE`,
      `EsperNet ${brackets.accountId} [a]\\~ SUSPENDED`,
      `Snoonet ${elsewhere.accountId} [a]\\~ ACTIVE`,
    ]);
  });

  test('sets nothing aside that only waits, or has another name', async () => {
    const waiting = seen();
    await linkedTo(service, alice, waiting, 'PENDING');
    for (const account of [waiting.account, `${hers.account}_`]) {
      await expect(exchange(seen({ account }))).rejects.toMatchObject(
        refused('this account is not linked to an account here'),
      );
    }
    expect((await ircIdentitiesIn(service, alice)).map((text) => text.split(' ')[3])).toEqual(['ACTIVE', 'PENDING']);
  });
});

describe('IR4 A linked account', () => {
  test('is followed when it is renamed', async () => {
    await exchange({ ...hers, account: 'al' });
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} al ACTIVE`]);
    // Its old name is anybody's.
    await expect(exchange(seen({ account: hers.account }))).rejects.toMatchObject(
      refused('this account is not linked to an account here'),
    );
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} al ACTIVE`]);
  });

  test('is written at most once a minute', async () => {
    expect((await useOf(hers)).at).toBeNull();
    await exchange(hers);
    const first = await useOf(hers);
    expect(first.at).not.toBeNull();
    await exchange(hers);
    expect(await useOf(hers)).toEqual(first);
    await service.db.query(`UPDATE identities SET last_used_at = now() - interval '61 seconds' WHERE subject = $1`, [
      hers.accountId,
    ]);
    const [before] = await service.db.query<{ now: Date }>(`SELECT now() - interval '30 seconds' AS now`);
    await exchange(hers);
    expect((await useOf(hers)).at!.getTime()).toBeGreaterThan(before!.now.getTime());
  });

  test.each([{ account: 'two words' }, { account: 'a\u202eb' }, { accountId: 'x'.repeat(65) }])(
    'IR7, IR8 is not called so: %j',
    async (wrong) => {
      await expect(exchange({ ...hers, ...wrong })).rejects.toMatchObject({ error: 'invalid_grant' });
      expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} ${hers.account} ACTIVE`]);
    },
  );
});
