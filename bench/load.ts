import autocannon from 'autocannon';
import { performance } from 'node:perf_hooks';
import { cpuSeconds, machineTicks } from './processes.js';

/** Requests that are under way at any time. */
export const CONNECTIONS = 32;

export interface Target {
  /** The processes that share the requests. */
  urls: readonly string[];
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
  /** Of each answer that counts, in milliseconds. */
  latencies: number[];
  /** Requests that were refused for the load; none where that ends the run. */
  refused: number;
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

export interface SliceOptions {
  connections?: number;
  /** In place of the seconds. */
  requests?: number;
  /** Whether the server may refuse what is too much for it. */
  mayRefuse?: boolean;
  /** Requests that each connection makes ready before the first, and sends in turn: to make one costs the load as much as to send it. */
  ready?: number;
}

/** Sends requests on some connections for some seconds, each the next one. @throws Error where one fails */
export async function runSlice(
  target: Target,
  seconds: number,
  next: () => NextRequest,
  { connections = CONNECTIONS, requests, mayRefuse = false, ready = 0 }: SliceOptions = {},
): Promise<Slice> {
  const latencies: number[] = [];
  const cpu = () => ({
    server: cpuSeconds(target.server),
    database: cpuSeconds(target.database),
    machine: machineTicks(),
    self: process.cpuUsage(),
  });
  const before = cpu();
  let start = 0;
  let last = 0;
  const share = target.urls.length;
  const results = await Promise.all(
    target.urls.map((url) =>
      sendTo(url, target, next, {
        connections: Math.ceil(connections / share),
        ready,
        ...(requests === undefined ? { duration: seconds } : { amount: Math.ceil(requests / share) }),
        started: () => {
          start ||= performance.now();
        },
        answered: (milliseconds) => {
          latencies.push(milliseconds);
          last = performance.now();
        },
      }),
    ),
  );
  const elapsed = (last - start) / 1_000;
  const after = cpu();
  const failed = results.reduce((sum, result) => sum + failures(result), 0);
  if (failed > 0 && !mayRefuse) throw new Error(`${failed} requests to ${target.path} failed while they were timed.`);
  if (latencies.length === 0) throw new Error(`No request to ${target.path} was answered in ${seconds} s.`);
  const difference = (a: number | null, b: number | null) => (a === null || b === null ? null : b - a);
  const serverCpu = difference(before.server, after.server);
  const databaseCpu = difference(before.database, after.database);
  const used = process.cpuUsage(before.self);
  const own = (serverCpu ?? 0) + (databaseCpu ?? 0) + (used.user + used.system) / 1e6;
  return {
    requests: latencies.length,
    seconds: elapsed,
    latencies,
    refused: failed,
    serverCpu,
    databaseCpu,
    otherLoad: otherLoad(before.machine, after.machine, own),
  };
}

interface Sending {
  connections: number;
  /** Seconds, or how many requests. */
  duration?: number;
  amount?: number;
  ready: number;
  /** Told when everything is ready, before the first request. */
  started: () => void;
  answered: (milliseconds: number) => void;
}

/** An answer of another status is one whose text is not what it should be, too. */
const failures = ({ errors, non2xx, mismatches }: autocannon.Result) => errors + Math.max(non2xx, mismatches);

function sendTo(
  url: string,
  { path, headers: common, succeeded }: Target,
  next: () => NextRequest,
  { started, answered, ready, ...extent }: Sending,
): Promise<autocannon.Result> {
  const headersOf = ({ headers }: NextRequest) => ({ 'content-type': 'application/json', ...common, ...headers });
  const request = (): autocannon.Request => {
    const one = next();
    return { method: 'POST', path, headers: headersOf(one), body: one.body };
  };
  return new Promise((resolve, reject) => {
    const run = autocannon(
      {
        url,
        ...extent,
        // The run ends at the next sample: short ones keep short slices short.
        sampleInt: 100,
        // A thousand connections wait for each other.
        timeout: 60,
        requests: [ready > 0 ? { method: 'POST', path } : { setupRequest: (made) => ({ ...made, ...request() }) }],
        ...(ready > 0 && {
          setupClient: (client) => client.setRequests(Array.from({ length: ready }, request)),
        }),
        verifyBody: (body) => succeeded(String(body)),
      },
      (error: Error | null, done) => (error ? reject(error) : resolve(done)),
    );
    started();
    run.on('response', (_client, status, _bytes, milliseconds) => {
      if (status === 200) answered(milliseconds);
    });
  });
}

type Ticks = ReturnType<typeof machineTicks>;

function otherLoad(before: Ticks, after: Ticks, ownSeconds: number): number | null {
  if (before === null || after === null) return null;
  // A tick is a hundredth of a second on every Linux that counts.
  const busy = (after.busy - before.busy) / 100 - ownSeconds;
  return Math.max(0, busy / ((after.all - before.all) / 100));
}
