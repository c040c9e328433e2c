import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Times between tries, in milliseconds; each is half as long again as it says at most. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

export interface FollowInput<Event> {
  /** Opens the stream; it ends when the signal says so, and by itself whenever it likes. */
  open: (signal: AbortSignal) => AsyncIterable<Event>;
  onEvent: (event: Event) => void;
  signal: AbortSignal;
  log: Logger;
}

/**
 * Follows a stream of events until the signal says to stop: one that ends or fails is opened again. What happens in between is not
 * heard of.
 */
export async function follow<Event>({ open, onEvent, signal, log }: FollowInput<Event>): Promise<void> {
  let wait = 0;
  while (!signal.aborted) {
    const since = performance.now();
    try {
      for await (const event of open(signal)) onEvent(event);
    } catch (error) {
      if (!signal.aborted) log.info({ err: error as Error }, 'A stream of events ended');
    }
    // One that stood long has mostly outlived its token: the next has another, and is opened at once.
    const stood = performance.now() - since > LONGEST_WAIT;
    wait = stood ? 0 : Math.min(Math.max(wait * 2, FIRST_WAIT), LONGEST_WAIT);
    await sleep(wait * (1 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}
