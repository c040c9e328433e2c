import autocannon from 'autocannon';
import { performance } from 'node:perf_hooks';
import { cpuSeconds, machineTicks } from './processes.js';

/** Requests that are under way at any time. */
export const CONNECTIONS = 16;

export interface Target {
  url: string;
  path: string;
  headers: Record<string, string>;
  /** Whether an answer, of status 200, is one that counts. */
  succeeded: (body: string) => boolean;
  /** The processes of the server, and those of its connections to the database. */
  server: readonly number[];
  database: readonly number[];
}

/** What one slice came to. */
export interface Slice {
  requests: number;
  seconds: number;
  /** Of each answer, in milliseconds. */
  latencies: number[];
  /** Seconds of CPU; null where it can't be read. */
  serverCpu: number | null;
  databaseCpu: number | null;
  /** Share of all cores that neither server, database nor load had; null where it can't be read. */
  otherLoad: number | null;
}

/** One request; its headers go with those of the target. */
export interface NextRequest {
  body: string;
  headers?: Record<string, string>;
}

/** Sends requests on 16 connections for some seconds, each the next one. */
export async function runSlice(target: Target, seconds: number, next: () => NextRequest): Promise<Slice> {
  const latencies: number[] = [];
  const cpu = () => ({
    server: cpuSeconds(target.server),
    database: cpuSeconds(target.database),
    machine: machineTicks(),
    self: process.cpuUsage(),
  });
  const before = cpu();
  const start = performance.now();
  let last = start;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: target.url,
        connections: CONNECTIONS,
        duration: seconds,
        // The run ends at the next sample: short ones keep short slices short.
        sampleInt: 100,
        requests: [
          {
            method: 'POST',
            path: target.path,
            headers: { 'content-type': 'application/json', ...target.headers },
            setupRequest: (request) => {
              const { body, headers } = next();
              return { ...request, body, headers: { ...request.headers, ...headers } };
            },
          },
        ],
        verifyBody: (body) => target.succeeded(String(body)),
      },
      (error: Error | null, done) => (error ? reject(error) : resolve(done)),
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => {
      latencies.push(milliseconds);
      last = performance.now();
    });
  });
  const elapsed = (last - start) / 1_000;
  const after = cpu();
  const failed = result.errors + result.timeouts + result.non2xx + result.mismatches;
  if (failed > 0 || latencies.length === 0) {
    throw new Error(`${failed} of ${latencies.length} requests to ${target.path} failed while they were timed.`);
  }
  const difference = (a: number | null, b: number | null) => (a === null || b === null ? null : b - a);
  const serverCpu = difference(before.server, after.server);
  const databaseCpu = difference(before.database, after.database);
  const used = process.cpuUsage(before.self);
  const own = (serverCpu ?? 0) + (databaseCpu ?? 0) + (used.user + used.system) / 1e6;
  return {
    requests: latencies.length,
    seconds: elapsed,
    latencies,
    serverCpu,
    databaseCpu,
    otherLoad: otherLoad(before.machine, after.machine, own),
  };
}

type Ticks = ReturnType<typeof machineTicks>;

function otherLoad(before: Ticks, after: Ticks, ownSeconds: number): number | null {
  if (before === null || after === null) return null;
  // A tick is a hundredth of a second on every Linux that counts.
  const busy = (after.busy - before.busy) / 100 - ownSeconds;
  return Math.max(0, busy / ((after.all - before.all) / 100));
}
