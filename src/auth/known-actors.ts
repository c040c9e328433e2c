import { hash } from 'node:crypto';
import { Lru } from '../shared/lru.js';
import type { ActorChanges, Reading } from './actor-changes.js';

/** Credentials that are known at once, of each kind. */
const CAPACITY = 10_000;

/** Everything is read anew after this long, in milliseconds, whatever was heard. */
const MAX_AGE = 30_000;

interface Known<Value> extends Reading {
  value: Value;
  since: number;
  until: number;
}

/** What is known by: the SHA-256 of what was sent, never that itself. */
export const credentialKey = (sent: string): string => hash('sha256', sent, 'base64');

/** How reading ended: what to keep, if anything, whom it concerns, and the instants at which it may be another. */
export interface Proven<Value> {
  value: Value;
  concerned: readonly string[];
  until: readonly (Date | null)[];
}

/**
 * What credentials of a kind proved, in memory for as long as it holds. Those that proved nothing are not kept: they would drive out
 * those that did.
 */
export class KnownActors<Value> {
  private readonly entries = new Lru<Known<Value>>(CAPACITY);

  constructor(private readonly changes: ActorChanges) {}

  /** What a credential proves at an instant; undefined where that is to be read. */
  get(key: string, now: number): Value | undefined {
    const known = this.entries.get(key);
    if (known === undefined) return undefined;
    if (known.since <= now && now < known.until && this.changes.holds(known)) return known.value;
    this.entries.delete(key);
    return undefined;
  }

  /** Reads what a credential proves, and keeps it. @param read null where it proves nothing */
  async read(key: string, now: Date, read: () => Promise<Proven<Value> | null>): Promise<Value | null> {
    const mark = this.changes.mark();
    const proven = await read();
    if (proven === null) return null;
    const { value, concerned } = proven;
    const since = now.getTime();
    const until = Math.min(since + MAX_AGE, ...proven.until.map((at) => at?.getTime() ?? Infinity));
    if (mark !== null) this.entries.set(key, { value, mark, concerned, since, until });
    return value;
  }
}
