import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { makeBot } from '../modules/roles/support.js';
import { freePort } from '../support/free-port.js';
import { giveRole, signUp } from '../support/people.js';
import { addClient, browse, hiddenField, startOidcService, submit, type OidcService } from './support.js';

const EXAMPLES = ['web-client.mjs', 'cli-client.mjs', 'bot.mjs'] as const;
const folder = temporaryFolders();

let service: OidcService;
beforeAll(async () => void (service = await startOidcService()));
afterAll(() => service.close());

const running: ChildProcessByStdio<null, Readable, Readable>[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Runs an example as a reader would, with what it says so far. */
function run(name: (typeof EXAMPLES)[number], settings: Record<string, string>, ...args: string[]) {
  const env = { ...process.env, ISSUER: `${service.url}/oidc`, ...settings };
  const child = spawn(process.execPath, [join('examples', name), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said, ended: once(child, 'exit').then(([code]) => code as number) };
}

const soon = (said: () => string) => expect.poll(said, { timeout: 20_000, interval: 50 });

describe('The examples', () => {
  test('are short', () => {
    for (const name of EXAMPLES)
      expect(readFileSync(join('examples', name), 'utf8').split('\n').length).toBeLessThan(100);
  });

  test('web-client: signs somebody in, asks GraphQL as them, and signs out', async () => {
    const alice = await signUp(service);
    const port = await freePort();
    const home = `http://localhost:${port}`;
    const client = await addClient(service, {
      owner: alice.handle,
      permissions: [Permission.MAPPING_PROPOSE],
      redirectUris: [`${home}/callback`],
    });
    const { said } = run('web-client.mjs', {
      CLIENT_ID: client.clientId,
      CLIENT_SECRET: client.secret,
      PORT: String(port),
    });
    await soon(said).toContain(`Open ${home}`);

    // A browser that keeps the cookie of the example.
    const first = await fetch(home);
    const cookie = first.headers.get('set-cookie')!.split(';', 1)[0]!;
    const visit = (path: string | URL) => fetch(new URL(path, home), { headers: { cookie }, redirect: 'manual' });
    expect(await first.text()).toContain('Sign in');
    const sent = await visit('/sign-in');
    const consent = await browse(service, alice, sent.headers.get('location')!);
    const back = await submit(service, alice, consent.url, { answer: 'allow' });
    expect(back.url.pathname).toBe('/callback');
    expect((await visit(back.url)).headers.get('location')).toBe('/');
    expect(await (await visit('/')).text()).toContain(`Hello, ${alice.handle}. You may: MAPPING_PROPOSE.`);

    const leave = (await visit('/sign-out')).headers.get('location')!;
    expect((await browse(service, alice, leave)).body).toContain('Sign out?');
    expect(await (await visit('/')).text()).toContain('Sign in');
  }, 60_000);

  test('cli-client: shows a code, waits for the person, and knows who it is', async () => {
    const alice = await signUp(service);
    const permissions = [Permission.MAPPING_VOTE];
    const client = await addClient(service, { owner: alice.handle, kind: 'NATIVE', permissions, redirectUris: [] });
    const { said, ended } = run('cli-client.mjs', { CLIENT_ID: client.clientId });
    await soon(said).toContain('enter ');
    const code = /enter (\S+)/.exec(said())![1]!;
    const page = await browse(service, alice, '/oidc/device');
    const xsrf = hiddenField(page.body, 'xsrf');
    const consent = await submit(service, alice, '/oidc/device', { xsrf, user_code: code, confirm: 'yes' });
    const done = await submit(service, alice, consent.url, { answer: 'allow' });
    expect(done.body).toContain('Connected');
    expect(await ended).toBe(0);
    expect(said()).toContain(`Signed in as ${alice.handle}, who may here: MAPPING_VOTE`);
  }, 60_000);

  test('bot: calls as itself, and for somebody of its network', async () => {
    const [owner, alice] = [await signUp(service), await signUp(service)];
    const bot = await makeBot(service, owner);
    await giveRole(service, bot.userId, RoleName.IRC_BOT);
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const file = join(await folder(), 'key.json');
    await writeFile(file, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k1' }));
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
    const client = await addClient(service, {
      ...{ kind: 'BOT', owner: owner.handle, bot: bot.handle, trusted: true, authentication: 'PRIVATE_KEY', jwks },
      permissions: [Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE],
      networks: ['net'],
    });
    await service.db.query(
      `INSERT INTO identities (user_id, provider, network, subject, display_name) VALUES ($1, 'IRC', 'net', 'AAAAB', 'ali')`,
      [alice.userId],
    );
    const settings = { CLIENT_ID: client.clientId, PRIVATE_KEY_FILE: file };

    const itself = run('bot.mjs', settings);
    expect(await itself.ended).toBe(0);
    expect(itself.said()).toContain(`${bot.handle} via A test client, who may: MAPPING_PROPOSE`);

    const spoken = run('bot.mjs', settings, 'speak', 'net', 'ali', 'AAAAB', 'message-1');
    expect(await spoken.ended).toBe(0);
    expect(spoken.said()).toContain(`${alice.handle} via ${bot.handle}, who may: MAPPING_PROPOSE, MAPPING_VOTE`);

    const repeated = run('bot.mjs', settings, 'speak', 'net', 'ali', 'AAAAB', 'message-1');
    expect(await repeated.ended).toBe(1);
    expect(repeated.said()).toContain('Refused');
  }, 60_000);
});
