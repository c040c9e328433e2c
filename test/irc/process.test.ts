import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mcp, start } from '../cli/support.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { startOidcService } from '../oidc/support.js';
import { freePort } from '../support/free-port.js';
import { addIrcBot, CHANNEL, NETWORK } from './support/bridge.js';
import { describeIrc, startIrcNetwork, type IrcNetwork } from './support/network.js';
import { connectPerson, type Person } from './support/person.js';

// The bridge as operators start it. Each process takes seconds.

const PATIENCE = 60_000;
const PASSWORD = 'secret of the bot'.replaceAll(' ', '-');

const folder = temporaryFolders();
const children: ReturnType<typeof start>[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

function run(entry: 'main.ts' | 'irc/main.ts', settings: Record<string, string>) {
  const child = start(entry, [], { LOG_LEVEL: 'info', ...settings });
  children.push(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (log += piece.toString()));
  return {
    child,
    log: () => log,
    async stop(): Promise<number> {
      const ended = once(child, 'exit') as Promise<[number]>;
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}

describeIrc('The bridge as a process', () => {
  let network: IrcNetwork;
  let reader: Person;
  beforeAll(async () => {
    network = await startIrcNetwork({ tls: true });
    reader = await connectPerson(network, 'reader');
    await reader.join(CHANNEL);
  }, PATIENCE);
  afterAll(() => network?.stop());

  /** Waits until somebody comes into the channel. @returns by whose account, `*` for none */
  async function arrivalOf(nick: string): Promise<string> {
    const { params } = await reader.waitFor(({ command, nick: who }) => command === 'JOIN' && who === nick, PATIENCE);
    return params[1]!;
  }

  test('of its own, over TLS, known to the services by password and by certificate; it leaves on SIGTERM', async () => {
    const at = await folder({});
    const files = { ca: join(at, 'ca.pem'), key: join(at, 'key.json'), certificate: join(at, 'bot.pem') };
    const service = await startOidcService();
    try {
      const { bot, client } = await addIrcBot(service);
      const certificate = await network.tls!.makeClientCertificate('bot');
      await writeFile(files.ca, network.tls!.certificate);
      await writeFile(files.key, JSON.stringify(client.key));
      await writeFile(files.certificate, `${certificate.cert}${certificate.key}`);
      const registrant = await connectPerson(network, bot, { tls: certificate });
      await registrant.register(PASSWORD);
      await registrant.ask('NickServ', 'CERT ADD', /Added fingerprint/);
      registrant.quit();

      const settings = {
        IRC_CLIENT_ID: client.clientId,
        IRC_KEY_FILE: files.key,
        IRC_SERVICE_URL: service.url,
        NODE_EXTRA_CA_CERTS: files.ca,
      };
      const address = `${network.host}:${network.tls!.port}/${CHANNEL}`;
      const ways: Record<string, string>[] = [
        { IRC_SERVERS: `${NETWORK}=ircs://${bot}:${PASSWORD}@${address}` },
        { IRC_SERVERS: `${NETWORK}=ircs://${address}`, IRC_CERT_FILE: files.certificate },
      ];
      for (const way of ways) {
        const bridge = run('irc/main.ts', { ...settings, ...way });
        expect(await arrivalOf(bot)).toBe(bot);
        await reader.ask(bot, 'about', /readable names/);
        expect(await bridge.stop()).toBe(0);
        expect(bridge.log()).not.toContain(PASSWORD);
        await reader.waitFor(({ command, nick }) => command === 'QUIT' && nick === bot);
      }
    } finally {
      await service.close();
    }
  }, 180_000);

  test('within the service, as `mcp irc setup` prepares it', async () => {
    const at = await folder({});
    const DATA_DIR = join(at, 'data');
    await mcp(['user', 'create', 'olga', '--role', 'ADMIN'], { DATA_DIR });
    const setup = await mcp(['irc', 'setup', 'olga', '--network', NETWORK, '--json'], { DATA_DIR });
    expect(setup.stderr).toBe('');
    const { clientId } = JSON.parse(setup.stdout) as { clientId: string };
    const service = run('main.ts', {
      DATA_DIR,
      PORT: String(await freePort()),
      IRC_SERVERS: `${NETWORK}=irc://${network.host}:${network.port}/${CHANNEL}`,
      IRC_CLIENT_ID: clientId,
    });
    expect(await arrivalOf('mcpbot')).toBe('*');
    await reader.ask('mcpbot', 'about', /readable names/);
    expect(await service.stop()).toBe(0);
    await reader.waitFor(({ command, nick }) => command === 'QUIT' && nick === 'mcpbot');
  }, 180_000);

  test('with a file that is no key, or a key that the service does not know, ends and says so', async () => {
    const at = await folder({ 'key.json': '{"kty":"EC"}' });
    const IRC_SERVERS = `${NETWORK}=irc://${network.host}:${network.port}`;
    const settings = { IRC_SERVERS, IRC_CLIENT_ID: 'nobody', IRC_KEY_FILE: join(at, 'key.json') };
    const keyless = run('irc/main.ts', settings);
    expect((await once(keyless.child, 'exit'))[0]).toBe(1);
    expect(keyless.log()).toBe(
      `${settings.IRC_KEY_FILE} holds no private JWK (ES256) with a kid: npm run mcp -- irc setup makes one.\n`,
    );
    const service = await startOidcService();
    try {
      const { client } = await addIrcBot(service);
      await writeFile(settings.IRC_KEY_FILE, JSON.stringify(client.key));
      const unknown = run('irc/main.ts', { ...settings, IRC_SERVICE_URL: service.url });
      expect((await once(unknown.child, 'exit'))[0]).toBe(1);
      expect(unknown.log()).toMatch(new RegExp(`^The service at ${service.url} refuses the bot: .*\n$`));
    } finally {
      await service.close();
    }
    const none = run('irc/main.ts', {});
    expect((await once(none.child, 'exit'))[0]).toBe(2);
    expect(none.log()).toContain('IRC_SERVERS: names the networks to be on');
  }, 120_000);
});
