import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { vi } from 'vitest';
import { createLogger } from '../../../src/app/logger.js';
import { ALL_PERMISSIONS, RoleName, type Permission } from '../../../src/auth/permissions.js';
import { startBridge, type Bridge } from '../../../src/irc/bridge.js';
import type { ClientKey } from '../../../src/irc/service/tokens.js';
import type { NetworkSettings } from '../../../src/irc/settings.js';
import { makeBot } from '../../modules/roles/support.js';
import { addClient, startOidcService, type OidcService } from '../../oidc/support.js';
import { giveRole, signUp, type Person as Account } from '../../support/people.js';
import type { TestService } from '../../support/service.js';
import { connectPerson, type Person } from './person.js';
import { startIrcNetwork, type IrcNetwork, type IrcNetworkOptions } from './network.js';

/** What the service calls the network of the tests. */
export const NETWORK = 'TestNet';

/** The channel that the bot is in. */
export const CHANNEL = '#mcp';

const PASSWORD = 'secret-of-irc';

/** Somebody on IRC who has an account here. */
export interface Modder {
  irc: Person;
  /** The nick, which is the name of the account with the services too. */
  nick: string;
  entityId: string;
  /** The account here, signed in in a browser. */
  account: Account;
}

export interface ModderOptions {
  roles?: readonly RoleName[];
  /** What bots may do for them; all that can be allowed where nothing is said. */
  acting?: readonly Permission[];
  /** Whether the account on IRC is linked to the one here; it is unless said otherwise. */
  linked?: boolean;
  /** Of the account here; another one for each where it is not said. */
  handle?: string;
}

/** A real IRC network with the bot on it, and the service behind. */
export interface Evening {
  service: OidcService;
  network: IrcNetwork;
  bridge: Bridge;
  /** The bot's nick and handle. */
  bot: string;
  /** Everything that the bridge logged. */
  log(): string;
  /** Somebody new from a host of their own, identified with the services, in the channel. */
  modder(nick: string, options?: ModderOptions): Promise<Modder>;
  /** Somebody new from a host of their own with no account anywhere, in the channel. */
  stranger(nick: string): Promise<Person>;
  close(): Promise<void>;
}

export interface EveningOptions {
  network?: IrcNetworkOptions;
  settings?: Partial<NetworkSettings>;
  /** By what other names, each with a nick, the bot is on the same network too. */
  also?: Pick<NetworkSettings, 'name' | 'nick'>[];
  /** The handle of the bot. */
  bot?: string;
}

/** A bot that speaks for the network, as a client of the service. */
export async function addIrcBot(service: TestService, handle?: string): Promise<{ bot: string; client: ClientKey }> {
  const owner = await signUp(service);
  const made = await makeBot(service, owner);
  const { userId } = made;
  const bot = handle ?? made.handle;
  await service.db.query(`UPDATE users SET handle = $2, handle_key = $2 WHERE id = $1`, [userId, bot]);
  await giveRole(service, userId, RoleName.IRC_BOT);
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const { clientId } = await addClient(service, {
    kind: 'BOT',
    authentication: 'PRIVATE_KEY',
    owner: owner.handle,
    bot,
    trusted: true,
    networks: [NETWORK],
    permissions: [...ALL_PERMISSIONS],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] },
  });
  return { bot, client: { clientId, key: { ...(await exportJWK(privateKey)), kid: 'k1' } } };
}

/** Starts the service, the network and the bridge, and waits until the bot is in the channel. */
export async function startEvening(options: EveningOptions = {}): Promise<Evening> {
  const [service, network] = await Promise.all([startOidcService(), startIrcNetwork(options.network)]);
  const { bot, client } = await addIrcBot(service, options.bot);
  let logged = '';
  const log = createLogger({ level: 'debug', stream: { write: (line: string) => void (logged += line) } });
  const settings: NetworkSettings = {
    name: NETWORK,
    host: network.host,
    port: network.port,
    tls: false,
    nick: null,
    password: null,
    channels: [CHANNEL],
    services: null,
    pace: 50,
    ...options.settings,
  };
  const channelsFile = join(tmpdir(), `irc-channels-${randomUUID()}.json`);
  const bridge = await startBridge({
    networks: [settings, ...(options.also ?? []).map((other) => ({ ...settings, ...other }))],
    client,
    certificate: null,
    serviceUrl: service.url,
    channelsFile,
    log,
  });
  await vi.waitFor(() => {
    if (!logged.includes('On the IRC network.')) throw new Error(`The bot is not on the network: ${logged}`);
  }, 20_000);

  const people: Person[] = [];
  async function stranger(nick: string): Promise<Person> {
    const person = await connectPerson(network, nick, { from: `127.0.2.${people.length + 1}` });
    people.push(person);
    await person.join(CHANNEL);
    return person;
  }
  return {
    service,
    network,
    bridge,
    bot,
    log: () => logged,
    stranger,
    async modder(nick, { roles = [], acting = ALL_PERMISSIONS, linked = true, handle } = {}) {
      const irc = await stranger(nick);
      await irc.register(PASSWORD);
      const entityId = await irc.entityId();
      const account = await signUp(service, { roles, handle });
      if (linked) {
        await service.db.query(
          `INSERT INTO identities (user_id, provider, network, subject, display_name, acting_permissions)
           VALUES ($1, 'IRC', $2, $3, $4, $5)`,
          [account.userId, NETWORK, entityId, nick, acting],
        );
      }
      return { irc, nick, entityId, account };
    },
    async close() {
      for (const person of people) person.cut();
      bridge.stop();
      await network.stop();
      await service.close();
      await rm(channelsFile, { force: true });
    },
  };
}
