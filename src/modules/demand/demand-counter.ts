import type { Logger } from 'pino';
import { callerNetwork } from '../../auth/limits/address.js';
import type { Sql } from '../../db/index.js';
import type { Demand } from './demand.js';
import { addDemand } from './demand.store.js';

const INTERVAL = 10_000;

export interface DemandCounterInput {
  db: Sql;
  log: Logger;
  /** How many entries, and how many pairs of a caller and an entry, are kept between two flushes; more are not counted. */
  capacity?: number;
  /** How many entries of one caller count between two flushes: who translates whole sets asks for none in particular. */
  capacityOfCaller?: number;
}

/**
 * Keeps counts in memory and adds them to the database from time to time, in one statement. Between two flushes an entry counts once
 * for each network that asks; which one that was is forgotten with the flush, and written nowhere.
 */
export class DemandCounter implements Demand {
  private counts = new Map<number, number>();
  /** Entries that each network has asked for since the last flush. */
  private seen = new Map<string, Set<number>>();
  private pairs = 0;
  private flushed: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  private readonly db: Sql;
  private readonly log: Logger;
  private readonly capacity: number;
  private readonly capacityOfCaller: number;

  constructor({ db, log, capacity = 50_000, capacityOfCaller = 1_000 }: DemandCounterInput) {
    this.db = db;
    this.log = log;
    this.capacity = capacity;
    this.capacityOfCaller = capacityOfCaller;
  }

  /** Flushes every ten seconds from now on; keeps no process alive. */
  start(): void {
    this.timer = setInterval(() => void this.flush(), INTERVAL).unref();
  }

  note(address: string | null, entryIds: readonly number[]): void {
    if (entryIds.length === 0 || this.pairs >= this.capacity) return;
    const network = callerNetwork(address ?? '');
    let seen = this.seen.get(network);
    if (seen === undefined) this.seen.set(network, (seen = new Set()));
    for (const id of entryIds) {
      if (this.pairs >= this.capacity || seen.size >= this.capacityOfCaller) return;
      if (seen.has(id)) continue;
      seen.add(id);
      this.pairs += 1;
      this.add(id, 1);
    }
  }

  private add(id: number, count: number): void {
    const known = this.counts.get(id);
    if (known !== undefined || this.counts.size < this.capacity) this.counts.set(id, (known ?? 0) + count);
  }

  /** Writes what was counted so far. What can not be written is logged, and kept for the next time. */
  flush(): Promise<void> {
    this.flushed = this.flushed.then(() => this.write());
    return this.flushed;
  }

  private async write(): Promise<void> {
    const { counts } = this;
    this.counts = new Map();
    this.seen = new Map();
    this.pairs = 0;
    if (counts.size === 0) return;
    try {
      await addDemand(this.db, counts);
    } catch (error) {
      this.log.error({ err: error }, 'demand');
      for (const [id, count] of counts) this.add(id, count);
    }
  }

  /** Writes the rest. The database stays open. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
