import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';

/**
 * Follows tables whose rows become visible in the order of their numbers, whichever process writes them: woken by NOTIFY, it reads what
 * came behind the last row it saw, so that it misses none. Reads nothing while nobody listens.
 */
export abstract class Tail<Listener> {
  private readonly listeners = new Set<Listener>();
  private unlisten: Promise<() => Promise<void>> | null = null;
  private reading: Promise<void> | null = null;
  private again = false;
  private isClosed = false;

  /** @param channel on which each process hears that there is more */
  constructor(
    protected readonly db: Database,
    private readonly log: Logger,
    private readonly channel: string,
  ) {}

  /** Forgets what was seen: the next reading begins at the end. */
  protected abstract begin(): void;

  /** Reads what there is by now behind what was seen, and tells it; after `begin` only looks where the end is. */
  protected abstract readOn(): Promise<void>;

  /** Tells the listener of everything that is written from the moment on at which this resolves. @returns the way to stop */
  async follow(listener: Listener): Promise<() => void> {
    this.unlisten ??= this.db.listen(this.channel, () => this.wake());
    await this.unlisten;
    if (this.listeners.size === 0) this.begin();
    this.listeners.add(listener);
    try {
      await this.read();
    } catch (error) {
      this.listeners.delete(listener);
      throw error;
    }
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.listeners.clear();
    await this.reading?.catch(() => undefined);
    await (
      await this.unlisten
    )?.();
  }

  protected tell(what: (listener: Listener) => void): void {
    for (const listener of [...this.listeners]) what(listener);
  }

  private wake(): void {
    if (this.listeners.size === 0 || this.isClosed) return;
    // What could not be read now is read at the next wake.
    this.read().catch((error: unknown) => this.log.error({ err: error }, `reading ${this.channel}`));
  }

  /** Reads what there is by now; a call while another reads lets that one read once more. */
  private read(): Promise<void> {
    this.again = true;
    this.reading ??= (async () => {
      try {
        while (this.again && !this.isClosed) {
          this.again = false;
          await this.readOn();
        }
      } finally {
        this.reading = null;
      }
    })();
    return this.reading;
  }
}
