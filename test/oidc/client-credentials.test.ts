import { exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { hashSecret } from '../../src/auth/secrets.js';
import { makeBot, type Bot } from '../modules/roles/support.js';
import { signUp, type Person } from '../support/people.js';
import { addClient, relyingParty, startOidcService, type OidcService, type TestOAuthClient } from './support.js';

const WHO = '{ viewer { user { handle isBot } permissions credential { kind actingClient } } }';
/** By the header that asks for credentials; a private key is answered in the body. */
const REFUSED = { status: 401 };

let service: OidcService;
let owner: Person;
let bot: Bot;
let client: TestOAuthClient;
beforeAll(async () => void (service = await startOidcService()));
afterAll(() => service.close());
beforeEach(async () => {
  owner = await signUp(service);
  bot = await makeBot(service, owner);
  const permissions = [Permission.MAPPING_PROPOSE, Permission.MAPPING_LOCK];
  client = await addClient(service, { kind: 'BOT', owner: owner.handle, bot: bot.handle, permissions });
});

async function credentials(as = client, authentication?: oidc.ClientAuth, scope = 'mapping:propose mapping:lock') {
  const tokens = await oidc.clientCredentialsGrant(await relyingParty(service, as, authentication), { scope });
  service.secrets.add(tokens.access_token);
  const program = service.client();
  program.token = tokens.access_token;
  return program;
}

describe('Client credentials', () => {
  test('are refused with a wrong secret, for another kind of client, and for a client that is gone', async () => {
    await expect(credentials({ ...client, secret: 'mcp_client_wrong' })).rejects.toMatchObject(REFUSED);
    const web = await addClient(service, { owner: owner.handle, permissions: [Permission.MAPPING_PROPOSE] });
    await expect(credentials(web)).rejects.toMatchObject({ error: 'invalid_request' });
    await service.db.query(`DELETE FROM oauth_clients WHERE client_id = $1`, [client.clientId]);
    await expect(credentials()).rejects.toMatchObject(REFUSED);
  });

  test("let a bot call with its owner's rights, cut by what the client may and asked for", async () => {
    expect(await (await credentials()).query(WHO)).toEqual({
      viewer: {
        user: { handle: bot.handle, isBot: true },
        permissions: ['MAPPING_PROPOSE'],
        credential: { kind: 'ACCESS_TOKEN', actingClient: 'A test client' },
      },
    });
    const { viewer } = await (await credentials(client, undefined, 'mapping:lock')).query(WHO);
    expect(viewer.permissions).toEqual([]);
  });

  test('SE14: the secret before counts for a while beside the new one', async () => {
    const fresh = 'mcp_client_fresh-and-long-enough';
    service.secrets.add(fresh);
    const rotate = (until: string) =>
      service.db.query(
        `UPDATE oauth_clients SET previous_secret_hash = $2, previous_secret_until = ${until}, secret_hash = $3 WHERE client_id = $1`,
        [client.clientId, hashSecret(client.secret), hashSecret(fresh)],
      );
    await rotate(`now() + interval '1 minute'`);
    await credentials();
    await credentials({ ...client, secret: fresh });
    await rotate(`now() - interval '1 second'`);
    await expect(credentials()).rejects.toMatchObject(REFUSED);
    await credentials({ ...client, secret: fresh });
  });

  test('by a private key, and not by that of somebody else', async () => {
    const [{ privateKey, publicKey }, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] };
    const keyed = await addClient(service, {
      ...{ kind: 'BOT', owner: owner.handle, bot: bot.handle, jwks, authentication: 'PRIVATE_KEY' },
      permissions: [Permission.MAPPING_PROPOSE],
    });
    const by = (key: CryptoKey) => oidc.PrivateKeyJwt({ key, kid: 'k1' });
    expect(await (await credentials(keyed, by(privateKey))).query(WHO)).toMatchObject({
      viewer: { user: { handle: bot.handle } },
    });
    await expect(credentials(keyed, by(other.privateKey))).rejects.toMatchObject(REFUSED);
  });

  test('PH2: a change of the password of its owner ends the token and the secret', async () => {
    const program = await credentials();
    await program.query(WHO);
    const input = { current: owner.password, new: 'twenty green paper boats' };
    await owner.query(
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }',
      {
        input,
      },
    );
    expect((await program.send(WHO)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await expect(credentials()).rejects.toMatchObject(REFUSED);
  });

  test('count no more while bot or owner is suspended', async () => {
    for (const userId of [bot.userId, owner.userId]) {
      const program = await credentials();
      await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [userId]);
      expect((await program.send(WHO)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      await service.db.query(`UPDATE users SET suspended_until = NULL WHERE id = $1`, [userId]);
    }
  });
});
