import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';

/** The user and the group `nobody` of Debian. */
export const NOBODY = 65534;

/** How long a daemon has to end by itself, in milliseconds. */
const GRACE = 5_000;

/** How long it has to come to something, in milliseconds. */
const PATIENCE = 20_000;

const isRoot = process.getuid!() === 0;

/** Who daemons run as: both refuse root. */
export const daemonUser: { uid?: number; gid?: number } = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** A program that runs beside the tests, one process at a time, and ends with the process that started it, however that ends. */
export class Daemon {
  private child: ChildProcess | null = null;
  private output = '';

  /** @param command a program that stays in the foreground and starts none of its own */
  constructor(private readonly command: readonly string[]) {}

  start(): void {
    if (this.running) throw new Error(`${this.command[0]} is running.`);
    this.output = '';
    this.child = spawn('/usr/bin/setpriv', ['--pdeathsig', 'KILL', '--', ...this.command], { ...daemonUser, env: {} });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (piece: Buffer) => (this.output += piece.toString()));
    }
  }

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Waits for something that a running daemon comes to.
   * @param what for the message of the error
   * @param check fails as long as it has not
   */
  async until(what: string, check: () => Promise<unknown>): Promise<void> {
    await vi.waitFor(check, { timeout: PATIENCE, interval: 50 }).catch((cause: unknown) => {
      const state = this.running ? 'runs' : 'has ended';
      throw new Error(`Not so: ${this.command[0]} ${what}. It ${state}, and said:\n${this.output}`, { cause });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Has it end, and waits until it has; nothing where it does not run. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    const ended = once(this.child!, 'exit');
    this.signal(signal);
    const impatience = setTimeout(() => this.signal('SIGKILL'), GRACE);
    await ended;
    clearTimeout(impatience);
  }
}
