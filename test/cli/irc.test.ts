import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TOKEN_EXCHANGE } from '../../src/oidc/client-metadata.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { CLAIM, codeOf, linkedTo, seen } from '../modules/identities/irc-support.js';
import { makeBot } from '../modules/roles/support.js';
import { outcomeOf } from '../support/client.js';
import { signUp, type Person } from '../support/people.js';
import { startOidcService, type OidcService } from '../oidc/support.js';
import { permissionsOf, programWith } from '../oidc/tokens.js';
import { shellOn, type Outcome } from './support.js';

interface SetUp {
  bot: string;
  networks: string[];
  clientId: string;
  keyFile: string;
}

const folder = temporaryFolders();
let service: OidcService;
let owner: Person;
/** Where the shell keeps its data. */
let dataDir: string;
beforeAll(async () => {
  service = await startOidcService({ sample: false });
});
afterAll(() => service.close());
beforeEach(async () => {
  owner = await signUp(service);
  dataDir = await folder({});
});

const mcp = (...args: string[]): Promise<Outcome> => shellOn(service.db, { dataDir })('irc', 'setup', ...args);

async function setUp(...args: string[]): Promise<SetUp> {
  const { status, stdout, stderr } = await mcp(...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as SetUp;
}

/** Everything that a setup writes. */
const rowsOf = async () =>
  JSON.stringify([
    await service.db.query(`SELECT id, handle FROM users ORDER BY id`),
    await service.db.query(`SELECT id FROM role_grants ORDER BY id`),
    await service.db.query(`SELECT id FROM oauth_clients ORDER BY id`),
    await service.db.query(`SELECT count(*)::int AS events FROM audit_events`),
  ]);

async function relyingParty({ clientId, keyFile }: SetUp) {
  const jwk = JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
  service.secrets.add(jwk.d);
  const key = (await importJWK(jwk, 'ES256')) as CryptoKey;
  const authentication = oidc.PrivateKeyJwt({ key, kid: jwk.kid! });
  const party = await oidc.discovery(new URL(`${service.url}/oidc`), clientId, undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
  });
  return { party, key, kid: jwk.kid! };
}

describe('irc setup', () => {
  test('makes all that the bridge is run with, and says how', async () => {
    const { status, stdout } = await mcp(owner.handle, '--network', 'EsperNet', '--network', 'Libera');
    const keyFile = join(dataDir, 'irc-key.json');
    const [, clientId] = /^IRC_CLIENT_ID=(\S{22})$/m.exec(stdout)!;
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `mcpbot speaks for EsperNet, Libera. Run it with:\nIRC_CLIENT_ID=${clientId}\nIRC_KEY_FILE=${keyFile}\n`,
    });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const key = JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
    expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', kid: expect.any(String), d: expect.any(String) });
    service.secrets.add(key.d);
    const events = await service.db.query(
      `SELECT action, via FROM audit_events WHERE via = 'shell' AND action IN ('bot.create', 'role.grant', 'client.register') ORDER BY id`,
    );
    expect(events).toEqual(['bot.create', 'role.grant', 'client.register'].map((action) => ({ action, via: 'shell' })));
  });

  test('what it wrote gets tokens of the bot, and of those for whom it speaks', async () => {
    const made = await setUp(owner.handle, '--network', 'EsperNet', '--handle', 'spokesbot');
    expect(made).toEqual({ ...made, bot: 'spokesbot', networks: ['EsperNet'], keyFile: join(dataDir, 'irc-key.json') });
    const { party, key, kid } = await relyingParty(made);
    const own = await oidc.clientCredentialsGrant(party, { scope: 'irc:verify' });
    const alice = await signUp(service);
    const input = seen({ code: await codeOf(alice) });
    expect(outcomeOf(await programWith(service, own.access_token).send(CLAIM, { input }))).toBe('OK');

    const hers = seen();
    await linkedTo(service, alice, hers);
    await service.db.query(`UPDATE identities SET acting_permissions = '{MAPPING_PROPOSE}' WHERE subject = $1`, [
      hers.accountId,
    ]);
    const said = { network: 'EsperNet', account: hers.account, account_id: hers.accountId, message_id: randomUUID() };
    const assertion = await new SignJWT(said)
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(made.clientId)
      .setAudience(`${service.url}/oidc`)
      .setJti(randomUUID())
      .setIssuedAt()
      .sign(key);
    const spoken = await oidc.genericGrantRequest(party, TOKEN_EXCHANGE, {
      subject_token: assertion,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
    const program = programWith(service, spoken.access_token);
    expect(await permissionsOf(program)).toEqual(['MAPPING_PROPOSE']);
    expect((await program.query('{ viewer { user { handle } credential { actingClient } } }')).viewer).toEqual({
      user: { handle: alice.handle },
      credential: { actingClient: 'spokesbot' },
    });
  });

  test("takes the owner's bot where there is one, without a second role", async () => {
    const bot = await makeBot(service, owner);
    const first = await setUp(owner.handle, '--network', 'EsperNet', '--handle', bot.handle);
    const second = await setUp(
      owner.handle,
      '--network',
      'Libera',
      '--handle',
      bot.handle,
      '--key',
      join(dataDir, 'k'),
    );
    expect(second.clientId).not.toBe(first.clientId);
    expect([first.bot, second.bot]).toEqual([bot.handle, bot.handle]);
    expect(await service.db.query(`SELECT role FROM role_grants WHERE user_id = $1`, [bot.userId])).toEqual([
      { role: 'IRC_BOT' },
    ]);
    const clients = await service.db.query(
      `SELECT kind, trusted, networks, owner_id AS "ownerId" FROM oauth_clients WHERE bot_id = $1 ORDER BY id`,
      [bot.userId],
    );
    const client = { kind: 'BOT', trusted: true, ownerId: owner.userId };
    expect(clients).toEqual([
      { ...client, networks: ['EsperNet'] },
      { ...client, networks: ['Libera'] },
    ]);
  });

  test('leaves nothing half-made where it is refused, no key either', async () => {
    const [other, bot] = [await signUp(service), await makeBot(service, owner)];
    const before = await rowsOf();
    const cases: [string[], RegExp][] = [
      [['nobody-here', '--network', 'EsperNet'], /There is no account nobody-here/],
      [[bot.handle, '--network', 'EsperNet'], /Bots are owned by people/],
      [[owner.handle, '--network', 'Esper Net', '--handle', 'newbot'], /The name of a network/],
      [[owner.handle, '--network', 'EsperNet', 'espernet', '--handle', 'newbot'], /twice/],
      [[owner.handle, '--network', 'EsperNet', '--handle', 'x'], /A handle has/],
      // Somebody else's bot, and a person.
      [[other.handle, '--network', 'EsperNet', '--handle', bot.handle], /is taken/],
      [[owner.handle, '--network', 'EsperNet', '--handle', other.handle], /is taken/],
    ];
    for (const [args, why] of cases) {
      expect(await mcp(...args)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(why) });
    }
    expect(await rowsOf()).toBe(before);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('replaces no key', async () => {
    const file = join(dataDir, 'irc-key.json');
    await writeFile(file, 'the key so far');
    const before = await rowsOf();
    const { status, stderr } = await mcp(owner.handle, '--network', 'EsperNet', '--handle', 'keyless');
    expect([status, stderr]).toEqual([1, `${file} is there already: remove it, or name another file with --key.\n`]);
    expect(await readFile(file, 'utf8')).toBe('the key so far');
    expect(await rowsOf()).toBe(before);
  });

  test('prints the private key nowhere', async () => {
    const bot = await makeBot(service, owner);
    const { stdout, stderr } = await mcp(owner.handle, '--network', 'EsperNet', '--handle', bot.handle);
    const { d } = JSON.parse(await readFile(join(dataDir, 'irc-key.json'), 'utf8')) as JWK;
    service.secrets.add(d);
    expect(stdout + stderr).not.toContain(d);
  });
});
