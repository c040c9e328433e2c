import type { BenchCase } from './cases.js';
import type { BenchServer } from './database.js';
import { runSlice, type Slice, type Target } from './load.js';
import { pinBackends, type Server } from './processes.js';

export const SIDES = ['ours', 'bare'] as const;
export type Side = (typeof SIDES)[number];

/** What one server came to over all slices of one case. */
export interface Figures {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Microseconds a request; null where it can't be read. */
  serverCpu: number | null;
  databaseCpu: number | null;
  /** Share of its core that the server used. */
  serverBusy: number | null;
}

export interface CaseResult {
  bench: BenchCase;
  ours: Figures;
  bare: Figures;
  statements: Record<Side, number>;
  /** Requests a second, ours / bare, of each pair of slices that followed each other. */
  pairs: number[];
  otherLoad: number | null;
}

export interface MeasureInput {
  benchServer: BenchServer;
  servers: Record<Side, Server>;
  seconds: number;
  rounds: number;
}

/** Whether the database's connections could be held to their cores as well. */
export let backendsPinned = true;

function sumOf(values: (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

function figuresOf(slices: Slice[]): Figures {
  const requests = slices.reduce((sum, slice) => sum + slice.requests, 0);
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0);
  const latencies = Float64Array.from(slices.flatMap((slice) => slice.latencies)).sort();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!;
  const server = sumOf(slices.map(({ serverCpu }) => serverCpu));
  const database = sumOf(slices.map(({ databaseCpu }) => databaseCpu));
  return {
    requests,
    perSecond: requests / seconds,
    p50: at(0.5),
    p99: at(0.99),
    serverCpu: server && (server / requests) * 1e6,
    databaseCpu: database && (database / requests) * 1e6,
    serverBusy: server && server / seconds,
  };
}

/** Measures one case: a slice of ours, one of bare, and so on, so that noise meets both. */
export async function measureCase(
  bench: BenchCase,
  { benchServer, servers, seconds, rounds }: MeasureInput,
): Promise<Omit<CaseResult, 'statements'>> {
  // Each server goes through the exchanges from one slice to the next: no document comes back before all were asked.
  const index = { ours: bench.compared, bare: bench.compared };
  const next = (side: Side) => () => {
    const { [side]: body, headers } = bench.exchange(index[side]++);
    return { body, headers };
  };
  const headersOf = async (side: Side) => (side === 'ours' ? ((await bench.credential?.()) ?? {}) : {});
  const target = async (side: Side): Promise<Target> => {
    // What a credential costs is measured beside the service itself.
    const asked = bench.credential === undefined ? side : 'ours';
    return {
      url: servers[asked].url,
      path: side === 'ours' ? '/graphql' : bench.barePath,
      headers: await headersOf(side),
      succeeded: (body) =>
        body.startsWith('{"data":{') && (bench.writes === undefined || body.includes('"userErrors":[]')),
      server: [servers[asked].pid],
      database: await benchServer.backends(asked),
    };
  };
  const targets = {} as Record<Side, Target>;
  for (const side of SIDES) {
    await runSlice(await target(side), Math.max(0.5, seconds / 2), next(side));
    // By now the pool is as large as it gets.
    targets[side] = await target(side);
    if (!pinBackends(targets[side].database)) backendsPinned = false;
  }
  const slices: Record<Side, Slice[]> = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of SIDES) {
      const asked = { ...targets[side], headers: await headersOf(side) };
      slices[side].push(await runSlice(asked, seconds, next(side)));
    }
  }
  const rate = ({ requests, seconds: time }: Slice) => requests / time;
  const others = sumOf([...slices.ours, ...slices.bare].map(({ otherLoad }) => otherLoad));
  return {
    bench,
    ours: figuresOf(slices.ours),
    bare: figuresOf(slices.bare),
    pairs: slices.ours.map((slice, i) => rate(slice) / rate(slices.bare[i]!)),
    otherLoad: others && others / (2 * rounds),
  };
}
