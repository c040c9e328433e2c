import { bodyFor, pathFor, type BenchCase, type Side } from './bench-case.js';
import { runSlice, type NextRequest, type Slice, type Target } from './load.js';
import { figuresOf, type Figures } from './measure.js';
import type { ServiceInput } from './one-service.js';
import { canPin, startServer, type Server } from './processes.js';
import { readCases, type Subjects } from './read-cases.js';
import { inMemory, startService } from './servers.js';
import { copyVersions } from './versions.js';

export const SCALE_VERSIONS = [1, 5, 20] as const;
export const SCALE_CONNECTIONS = [10, 1_000] as const;
export const SCALE_CASES = ['lookup', 'search', 'class'] as const;

/** One line of the drawing: who is asked, by how many. */
export interface Setup {
  side: Extract<Side, 'ours' | 'bare'>;
  processes: number;
  connections: number;
}

export interface ScaleFigure extends Setup {
  versions: number;
  name: (typeof SCALE_CASES)[number];
  figures: Figures;
  /** Share of the requests that were refused. */
  refused: number;
}

export interface ScaleInput extends ServiceInput {
  version: string;
  subjects: Subjects;
  seconds: number;
  rounds: number;
}

/** There are many cells. */
const MOST_ROUNDS = 2;

/** So much that all versions have room, of 30 MB each. */
export const READ_MODEL_MB = 1_024;

/** The second process shares its core with the load and the database: there are two. */
const CORES = ['0', '1'];

interface Started {
  setup: Omit<Setup, 'connections'>;
  servers: Server[];
}

async function startAll({ benchServer, database, entry, dataDir }: ScaleInput): Promise<Started[]> {
  const started: Started[] = [];
  try {
    for (const processes of [1, 2]) {
      const databaseUrl = benchServer.url(database, `ours${processes}`);
      const servers: Server[] = [];
      started.push({ setup: { side: 'ours', processes }, servers });
      for (const core of CORES.slice(0, processes)) {
        servers.push(
          await startService({ entry, databaseUrl, dataDir, readModelMb: READ_MODEL_MB, ...(canPin && { core }) }),
        );
      }
    }
    const env = { NODE_ENV: 'production', DATABASE_URL: benchServer.url(database, 'bare1') };
    const bare = await startServer(['--import', 'tsx', 'bench/bare-server.ts'], env, '/');
    started.push({ setup: { side: 'bare', processes: 1 }, servers: [bare] });
    return started;
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(started: readonly Started[]): Promise<void> {
  await Promise.all(started.flatMap(({ servers }) => servers.map((server) => server.stop())));
}

/** The same questions over more and more versions, asked of each in turn. */
export async function measureScale(input: ScaleInput): Promise<ScaleFigure[]> {
  const found: ScaleFigure[] = [];
  for (const count of SCALE_VERSIONS) {
    const versions = await copyVersions(input.benchServer.url(input.database), input.version, count);
    const started = await startAll(input);
    try {
      for (const name of SCALE_CASES) {
        const figures = await measureName(name, versions, started, input);
        found.push(...figures.map((figure) => ({ ...figure, versions: count, name })));
      }
    } finally {
      await stopAll(started);
    }
  }
  return found;
}

/** Asks every process of every version, so that what is made at first use is made. */
async function useAll(bench: BenchCase, versions: readonly string[], started: readonly Started[]): Promise<void> {
  for (const { setup, servers } of started) {
    for (const server of servers) {
      const ask = async () => {
        for (let i = 0; i < 2 * versions.length; i += 1) {
          const headers = { 'content-type': 'application/json' };
          const body = bodyFor(setup.side, bench.exchange(i));
          await (await fetch(server.url + pathFor(setup.side, bench), { method: 'POST', headers, body })).text();
        }
      };
      await ask();
      if (setup.side === 'bare') continue;
      await inMemory(server, versions.length);
      await ask();
    }
  }
}

async function measureName(
  name: string,
  versions: readonly string[],
  started: readonly Started[],
  { benchServer, subjects, seconds, rounds }: ScaleInput,
): Promise<Omit<ScaleFigure, 'versions' | 'name'>[]> {
  const bench = readCases(subjects, versions, 0).find((each) => each.name === name)!;
  const setups = started.flatMap(({ setup, servers }) =>
    SCALE_CONNECTIONS.filter((connections) => setup.side === 'ours' || connections === SCALE_CONNECTIONS[0]).map(
      (connections) => ({ setup: { ...setup, connections }, servers, slices: [] as Slice[] }),
    ),
  );
  await useAll(bench, versions, started);
  let asked = 0;
  const load = async ({ setup, servers }: (typeof setups)[number], requests?: number): Promise<Slice> => {
    const { side, processes, connections } = setup;
    const next = (): NextRequest => ({ body: bodyFor(side, bench.exchange(asked++)) });
    const target: Target = {
      urls: servers.map(({ url }) => url),
      path: pathFor(side, bench),
      headers: {},
      succeeded: (body) => body.startsWith('{"data":{'),
      server: servers.map(({ pid }) => pid),
      database: await benchServer.backends(`${side}${processes}`),
    };
    return runSlice(target, seconds, next, { connections, requests, mayRefuse: requests !== undefined });
  };
  const few = setups.filter(({ setup }) => setup.connections === SCALE_CONNECTIONS[0]);
  for (const setup of few) await load(setup);
  for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round += 1) {
    let perSecond = 0;
    for (const setup of setups) {
      const { connections } = setup.setup;
      // As many as a slice has, at least two a connection: none is broken off, to be worked on within the next slice.
      const requests = few.includes(setup) ? undefined : Math.ceil(Math.max(2 * connections, perSecond * seconds));
      const slice = await load(setup, requests);
      perSecond = slice.requests / slice.seconds;
      setup.slices.push(slice);
    }
  }
  return setups.map(({ setup, slices }) => {
    const figures = figuresOf(slices);
    const { side, processes, connections } = setup;
    const who = `${side}, ${processes} processes, ${connections} connections`;
    console.log(`${name}, ${versions.length} versions, ${who}: ${Math.round(figures.serverCpu ?? 0)} us`);
    const refused = slices.reduce((sum, slice) => sum + slice.refused, 0);
    return { ...setup, figures, refused: refused / (refused + figures.requests) };
  });
}
