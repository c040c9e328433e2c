import type { Database } from '../db/index.js';

/** The channel on which the database names accounts and clients that changed: see the migration `tell_actors`. */
const CHANNEL = 'actors';

/** So many are told apart; where more have changed, all have. */
const MAX_NAMED = 10_000;

/** What was read of accounts and clients, and when. */
export interface Reading {
  /** See {@link ActorChanges.mark}. */
  mark: number;
  /** By the names that the channel gives them. */
  readonly concerned: readonly string[];
}

/** The name of an account on the channel. */
export const accountName = (userId: number): string => String(userId);

/** The name of a client on the channel. */
export const clientName = (clientId: string): string => `client ${clientId}`;

/**
 * Knows what has changed of those who call, so that what was read of them can be kept: by whichever process, through whatever
 * door, a change of this process before it is answered. While nobody hears of changes nothing holds.
 */
export class ActorChanges {
  private listening: Promise<() => Promise<void>> | null = null;
  private isUp = false;
  /** Changes so far. */
  private count = 0;
  /** The last change that concerned everybody. */
  private ofAll = 0;
  /** The last change of each, since then. */
  private readonly ofOne = new Map<string, number>();

  constructor(private readonly db: Database) {}

  /** To be asked for before something is read: what changes from here on is told apart. Null where it would not be heard of. */
  mark(): number | null {
    this.listening ??= this.listen();
    return this.isUp ? this.count : null;
  }

  /** Whether none of those whom it concerns has changed since it was read. */
  holds(reading: Reading): boolean {
    if (reading.mark === this.count) return this.isUp;
    if (!this.isUp || reading.mark < this.ofAll) return false;
    for (const name of reading.concerned) if ((this.ofOne.get(name) ?? 0) > reading.mark) return false;
    reading.mark = this.count;
    return true;
  }

  async close(): Promise<void> {
    const stop = await this.listening?.catch(() => null);
    this.isUp = false;
    await stop?.();
  }

  private listen(): Promise<() => Promise<void>> {
    const listening = this.db.listen(
      CHANNEL,
      (name) => this.changed(name),
      (isUp) => {
        this.isUp = isUp;
        this.changed('');
      },
    );
    // The next one tries again.
    listening.catch(() => (this.listening = null));
    return listening;
  }

  /** @param name empty for everybody */
  private changed(name: string): void {
    this.count += 1;
    if (name !== '' && this.ofOne.size < MAX_NAMED) {
      this.ofOne.set(name, this.count);
    } else {
      this.ofAll = this.count;
      this.ofOne.clear();
    }
  }
}
