import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** How long requests that are under way may take to finish, in milliseconds. */
const PATIENCE = 15_000;

export interface DrainInput {
  log: Logger;
  /** Seconds of serving on while the process says that it is not ready. */
  delaySeconds: number;
  startDraining(): void;
  /** Stops in order: requests, then what they use. */
  close(): Promise<void>;
  /** Process signals come from it. */
  signals?: EventEmitter;
  exit?: (code: number) => void;
  patience?: number;
}

/**
 * On SIGTERM or SIGINT: not ready any more, then no new requests, those under way finish, the database closes, exit
 * status 0. A second signal, or a request that does not end, exits at once with status 1.
 */
export function drainOnSignals(input: DrainInput): void {
  const { log, delaySeconds, signals = process, exit = (code) => process.exit(code), patience = PATIENCE } = input;
  let draining = false;

  const drain = async () => {
    input.startDraining();
    await sleep(delaySeconds * 1_000);
    const late = setTimeout(() => {
      log.error('Requests did not end in time; exiting without them.');
      exit(1);
    }, patience);
    try {
      await input.close();
      log.info('Stopped.');
      exit(0);
    } catch (error) {
      log.error({ err: error }, 'Stopping failed.');
      exit(1);
    } finally {
      clearTimeout(late);
    }
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    signals.on(signal, () => {
      if (draining) {
        log.warn(`${signal} again: exiting at once.`);
        return exit(1);
      }
      draining = true;
      log.info(`${signal}: finishing the requests under way.`);
      void drain();
    });
  }
}
