import { answering, bodyFor, pathFor, READY, type BenchCase, type Side } from './bench-case.js';
import type { BenchServer } from './database.js';
import { runSlice, type Slice, type Target } from './load.js';
import { pinBackends } from './processes.js';
import type { Servers } from './servers.js';

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
  /** Of each server that was asked. */
  figures: Partial<Record<Side, Figures>>;
  statements: Partial<Record<Side, number>>;
  /** Requests a second, ours / theirs, of each pair of slices of one round. */
  pairs: Partial<Record<Side, number[]>>;
  otherLoad: number | null;
}

export interface MeasureInput {
  benchServer: BenchServer;
  servers: Servers;
  /** Who is asked. */
  sides: readonly Side[];
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

export function figuresOf(slices: Slice[]): Figures {
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

/** Measures one case: a slice of ours, one of bare, and so on, so that noise meets all. */
export async function measureCase(
  bench: BenchCase,
  { benchServer, servers, sides, seconds, rounds }: MeasureInput,
): Promise<Omit<CaseResult, 'statements'>> {
  // Each server goes through the exchanges from one slice to the next: no document comes back before all were asked.
  const index = new Map(sides.map((side) => [side, bench.compared]));
  const next = (side: Side) => () => {
    const at = index.get(side)!;
    index.set(side, at + 1);
    const exchange = bench.exchange(at);
    return { body: bodyFor(side, exchange), headers: exchange.headers };
  };
  const headersOf = async (side: Side) => (side === 'ours' ? ((await bench.credential?.()) ?? {}) : {});
  const target = async (side: Side): Promise<Target> => {
    const asked = answering(side, bench);
    return {
      urls: [servers[asked].url],
      path: pathFor(side, bench),
      headers: await headersOf(side),
      succeeded: (body) =>
        body.startsWith('{"data":{') && (bench.writes === undefined || body.includes('"userErrors":[]')),
      server: [servers[asked].pid],
      database: await benchServer.backends(asked),
    };
  };
  const options = { ready: bench.ready ? READY : 0 };
  const targets = new Map<Side, Target>();
  for (const side of sides) {
    await runSlice(await target(side), Math.max(1, seconds / 2), next(side), options);
    // By now the pool is as large as it gets.
    const warm = await target(side);
    targets.set(side, warm);
    if (!pinBackends(warm.database)) backendsPinned = false;
  }
  const slices = new Map<Side, Slice[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const asked = { ...targets.get(side)!, headers: await headersOf(side) };
      slices.get(side)!.push(await runSlice(asked, seconds, next(side), options));
    }
  }
  const rate = ({ requests, seconds: time }: Slice) => requests / time;
  const ours = slices.get('ours')!;
  const others = sumOf([...slices.values()].flat().map(({ otherLoad }) => otherLoad));
  const ofSides = <Value>(value: (theirs: Slice[]) => Value) =>
    Object.fromEntries(sides.map((side) => [side, value(slices.get(side)!)])) as Partial<Record<Side, Value>>;
  return {
    bench,
    figures: ofSides(figuresOf),
    pairs: ofSides((theirs) => ours.map((slice, i) => rate(slice) / rate(theirs[i]!))),
    otherLoad: others && others / (sides.length * rounds),
  };
}
