import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';

/** The server under test has this core to itself; the load and the database share the rest. */
const SERVER_CORE = '0';
const OTHER_CORES = `1-${Math.max(1, availableParallelism() - 1)}`;

/** Whether processes can be held to cores: Linux with taskset and two cores. */
export const canPin: boolean = availableParallelism() >= 2 && attempt(() => taskset('-p', String(process.pid)));

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function taskset(...args: string[]): void {
  execFileSync('taskset', args, { stdio: 'ignore' });
}

/** Keeps this process, which makes the load, away from the server's core. */
export const pinSelf = (): boolean => canPin && attempt(() => taskset('-acp', OTHER_CORES, String(process.pid)));

/** The same for the connections of the database, where this user may. */
export const pinBackends = (pids: readonly number[]): boolean =>
  canPin && pids.every((pid) => attempt(() => taskset('-acp', OTHER_CORES, String(pid))));

function schedNanoseconds(pid: number): number | null {
  try {
    // The first number: time on a core in nanoseconds. A thread that ends takes its time along; servers' threads stay.
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
      .reduce((sum, time) => sum + time, 0);
  } catch {
    return null;
  }
}

/** CPU time that the processes have used so far, user and system, in seconds; null where it can't be read. */
export function cpuSeconds(pids: readonly number[]): number | null {
  let sum = 0;
  for (const pid of pids) {
    const time = schedNanoseconds(pid);
    if (time === null) return null;
    sum += time;
  }
  return sum / 1e9;
}

/** Memory that a process holds, in MB; null where it can't be read. */
export function residentMegabytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
    return (Number(kilobytes) * 1_024) / 1e6;
  } catch {
    return null;
  }
}

/** Busy and whole time of all cores since the machine started, in ticks; null where it can't be read. */
export function machineTicks(): { busy: number; all: number } | null {
  try {
    const [user, nice, system, idle, wait, ...rest] = readFileSync('/proc/stat', 'utf8')
      .split('\n')[0]!
      .split(/\s+/)
      .slice(1, 9)
      .map(Number) as [number, number, number, number, number, ...number[]];
    const busy = user + nice + system + rest.reduce((sum, ticks) => sum + ticks, 0);
    return { busy, all: busy + idle + wait };
  } catch {
    return null;
  }
}

export interface Server {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts `node <args>` as a server on its core (0), and waits until it answers at `ready`. */
export async function startServer(
  args: string[],
  env: Record<string, string>,
  ready: string,
  core = SERVER_CORE,
): Promise<Server> {
  const port = await freePort();
  const command = [process.execPath, ...args];
  if (canPin) command.unshift('taskset', '-c', core);
  const child = spawn(command[0]!, command.slice(1), {
    env: { PATH: process.env.PATH, ...env, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  let said = '';
  let stopping = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (status, signal) => {
      if (!stopping) console.error(`The server ${args.at(-1)} ended by itself (${signal ?? status}). ${said}`);
      resolve();
    });
  });
  // taskset becomes the program that it starts, so the child's id is the server's.
  const server = {
    pid: child.pid!,
    url,
    stop: () => {
      stopping = true;
      return stop(child, exited);
    },
  };
  try {
    await untilReady(child, `${url}${ready}`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The server ended before it answered.');
    const response = await fetch(url).catch(() => null);
    await response?.text();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The server did not answer at ${url} within a minute.`);
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
}
