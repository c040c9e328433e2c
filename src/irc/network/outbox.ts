import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';

/** Over how many seconds the pace is kept: a short answer goes out at once. */
const SECONDS = 4;

/** How many lines may wait: what answers a flood is dropped, not told minutes later. */
const MAX_WAITING = 60;

/** The lines to one network, sent at the pace that servers bear. */
export class Outbox {
  private readonly queue: RateLimiterQueue;

  /** @param pace lines a second: servers disconnect who sends more than they bear */
  constructor(pace: number) {
    const limiter = new RateLimiterMemory({ points: Math.round(pace * SECONDS), duration: SECONDS });
    this.queue = new RateLimiterQueue(limiter, { maxQueueSize: MAX_WAITING });
  }

  /** Sends a line in its turn. Where too many wait, it is dropped. */
  async post(send: () => void): Promise<void> {
    try {
      await this.queue.removeTokens(1);
    } catch {
      return;
    }
    send();
  }
}
