import { setTimeout as sleep } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PUBLIC_URL, SECRET_KEYS } from './access-token.js';
import { PEERS, type Side } from './bench-case.js';
import type { BenchServer } from './database.js';
import { startServer, type Server } from './processes.js';

/** Builds the service where it is older than its sources. */
export function buildService(): void {
  const { status } = spawnSync(process.execPath, ['scripts/ensure-built.mjs'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The service could not be built.');
}

/** Installs the servers of others where they are not: they are no dependencies of the service. */
export function installPeers(): void {
  if (existsSync('bench/peers/node_modules')) return;
  const { status } = spawnSync('npm', ['ci', '--prefix', 'bench/peers', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new Error('npm ci --prefix bench/peers failed; --only with cases and --no-peers goes without.');
}

export interface ServiceOptions {
  /** Its entry. */
  entry: string;
  databaseUrl: string;
  dataDir: string;
  /** Of node itself. */
  nodeOptions?: readonly string[];
  core?: string;
  /** What versions in memory may take, where it is not the default. */
  readModelMb?: number;
}

/** Starts the service as in production. */
export const startService = ({
  entry,
  databaseUrl,
  dataDir,
  nodeOptions = [],
  core,
  readModelMb,
}: ServiceOptions): Promise<Server> =>
  startServer(
    [...nodeOptions, entry],
    {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      PUBLIC_URL,
      SECRET_KEYS,
      // Nothing is done once a day while something is measured.
      SNAPSHOT_AT: 'off',
      DUMP_AT: 'off',
      ...(readModelMb && { READ_MODEL_MB: String(readModelMb) }),
    },
    '/readyz',
    core,
  );

/** Milliseconds that a process may take to read all versions into memory. */
const LOADING = 120_000;

/** Waits until a service has so many versions in memory. */
export async function inMemory({ url }: Server, versions: number): Promise<void> {
  const held = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^read_model_versions (\d+)$/m.exec(text)?.[1]);
  };
  for (const end = Date.now() + LOADING; (await held()) < versions; await sleep(200)) {
    if (Date.now() > end) throw new Error(`Only ${await held()} of ${versions} versions came into memory.`);
  }
}

/** What is started for each side, and where it answers once it is ready. */
const PROGRAMS: Record<Exclude<Side, 'ours'>, { file: string; ready: string }> = {
  bare: { file: 'bench/bare-server.ts', ready: '/' },
  mercurius: { file: 'bench/peers/mercurius.mjs', ready: '/' },
  postgraphile: { file: 'bench/peers/postgraphile.mjs', ready: '/graphql?query=%7B__typename%7D' },
};

/** The servers that run; those of others may be left out. */
export type Servers = Readonly<Record<Side, Server>>;

export interface Running {
  servers: Servers;
  sides: readonly Side[];
  stop: () => Promise<void>;
}

export interface RunningOptions {
  entry: string;
  peers: boolean;
  /** The address of the database for each; by application, so that their connections can be told apart. */
  url: (side: Side) => string;
  dataDir: string;
}

/** All servers over one database. They run at once; only one is asked at a time. */
export async function startServers({ entry, peers, url, dataDir }: RunningOptions): Promise<Running> {
  const sides: Side[] = ['ours', 'bare', ...(peers ? PEERS : [])];
  const servers: Partial<Record<Side, Server>> = {};
  const stop = async () => void (await Promise.all(Object.values(servers).map((server) => server.stop())));
  try {
    for (const side of sides) {
      servers[side] =
        side === 'ours'
          ? await startService({ entry, databaseUrl: url(side), dataDir })
          : await startServer(
              ['--import', 'tsx', PROGRAMS[side].file],
              { NODE_ENV: 'production', GRAPHILE_ENV: 'production', DATABASE_URL: url(side) },
              PROGRAMS[side].ready,
            );
    }
    return { servers: servers as Servers, sides, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The addresses of a database by which the connections of each server are told apart. */
export const ownConnections =
  (server: BenchServer, database: string) =>
  (side: Side): string =>
    server.url(database, side);
