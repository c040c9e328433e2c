import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { makeCertificate, type Certificate } from './certificate.js';
import { HOST } from './daemon-settings.js';
import { INSPIRCD, makeServer, makeSplit, startServer, type Server, type Split } from './server.js';
import { ATHEME, makeServices, type Services } from './services.js';

export interface IrcNetworkOptions {
  /** Whether messages say whose account they came from; they do unless said otherwise. */
  accountTag?: boolean;
  /** Whether NickServ tells the ids of accounts; it does unless said otherwise. */
  showEntityId?: boolean;
  /** With a second server, for netsplits. */
  second?: boolean;
  /** With a port for TLS. */
  tls?: boolean;
}

/** InspIRCd with the services of Atheme, on ports of their own. */
export interface IrcNetwork {
  host: string;
  port: number;
  /** Null where it was not asked for. */
  tls: Tls | null;
  services: Services;
  /** Null where there is no second server. */
  split: Split | null;
  /** Ends the first server at once, so that everybody on it is cut off. */
  kill(): Promise<void>;
  /** Starts the first server again, on its port, and waits until the services have come back to it. */
  restart(): Promise<void>;
  /** Ends everything and takes its files away. */
  stop(): Promise<void>;
}

export interface Tls {
  port: number;
  /** The server's, as PEM; it is signed by itself. */
  certificate: string;
  /** Makes one for a client, signed by itself. */
  makeClientCertificate(name: string): Promise<Certificate>;
}

/** `describe` for what needs an IRC network: skipped where its programs are not installed, which CI takes for a failure. */
export function describeIrc(name: string, suite: () => void): void {
  if (existsSync(INSPIRCD) && existsSync(ATHEME)) return void describe(name, suite);
  const remedy = 'apt-get install inspircd atheme-services';
  if (process.env.CI !== undefined) throw new Error(`CI must have an IRC network: ${remedy}.`);
  console.warn(`Skipped for want of an IRC network (${remedy}): ${name}`);
  describe.skip(name, suite);
}

async function makeServers(root: string, { accountTag = true, second = false, tls = false }: IrcNetworkOptions) {
  const ends = [
    { name: 'first.test.local', linkPort: await freePort() },
    { name: 'second.test.local', linkPort: await freePort() },
  ] as const;
  const make = async (own: 0 | 1): Promise<Server> =>
    makeServer({
      ...ends[own],
      id: `${own + 1}AA`,
      folder: join(root, ends[own].name),
      port: await freePort(),
      tlsPort: tls && own === 0 ? await freePort() : null,
      peer: second ? ends[own === 0 ? 1 : 0] : null,
      accountTag,
    });
  return { first: await make(0), second: second ? await make(1) : null };
}

async function tlsOf({ folder, tlsPort }: Server): Promise<Tls | null> {
  if (tlsPort === null) return null;
  return {
    port: tlsPort,
    certificate: await readFile(join(folder, 'server.crt'), 'utf8'),
    makeClientCertificate: (name) => makeCertificate(folder, name),
  };
}

/** Starts a network and waits until NickServ answers on it. */
export async function startIrcNetwork(options: IrcNetworkOptions = {}): Promise<IrcNetwork> {
  const root = await mkdtemp(join(tmpdir(), 'mcp-irc-'));
  await chmod(root, 0o755);
  const { first, second } = await makeServers(root, options);
  const services = await makeServices(join(root, 'services'), {
    uplink: first,
    showEntityId: options.showEntityId ?? true,
  });
  const split = second && makeSplit(first, second);
  async function stop(): Promise<void> {
    await Promise.all([services.stop(), first.daemon.end('SIGTERM'), second?.daemon.end('SIGTERM')]);
    await rm(root, { recursive: true, force: true });
  }
  try {
    await startServer(first);
    if (second !== null) await startServer(second);
    await services.start();
    await split?.relink();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: HOST,
    port: first.port,
    tls: await tlsOf(first),
    services,
    split,
    kill: () => first.daemon.end('SIGKILL'),
    async restart() {
      await startServer(first);
      await services.ready();
    },
    stop,
  };
}
