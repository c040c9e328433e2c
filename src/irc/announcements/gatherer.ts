import type { ChangedForIrcFragment, MappingKind } from '../generated/documents.js';

/** What somebody did in a game version, as far as it was heard of: how many changes there are is kept, not the changes. */
export interface Deed {
  topic: 'staged' | 'commits';
  version: string;
  /** The handle of who did it; null for an import. */
  by: string | null;
  /** The bot or client that did it for them. */
  via: string | null;
  /** Whether names are changed, documentation alone, or either. */
  what: 'names' | 'comments' | 'changes';
  /** How many changes there are of each kind. */
  counts: ReadonlyMap<MappingKind, number>;
  /** One of them. */
  example: ChangedForIrcFragment;
}

/** How long after one deed there may come another of the same, and how long after the first, in milliseconds. */
const QUIET = 3_000;
const LONGEST = 15_000;

interface Gathered {
  deed: Deed;
  /** When the first was heard of, in milliseconds of the epoch. */
  since: number;
  timer: NodeJS.Timeout;
}

/** Makes one deed of those that belong together and come shortly after one another. */
export class Gatherer {
  private readonly gathered = new Map<string, Gathered>();

  constructor(private readonly tell: (deed: Deed) => void) {}

  /** @param key what belongs together has the same */
  add(key: string, deed: Deed): void {
    const before = this.gathered.get(key);
    clearTimeout(before?.timer);
    const now = Date.now();
    const since = before?.since ?? now;
    this.gathered.set(key, {
      deed: before === undefined ? deed : together(before.deed, deed),
      since,
      timer: setTimeout(() => this.end(key), Math.min(QUIET, since + LONGEST - now)),
    });
  }

  /** Forgets what is not told yet. */
  stop(): void {
    for (const { timer } of this.gathered.values()) clearTimeout(timer);
    this.gathered.clear();
  }

  private end(key: string): void {
    const { deed } = this.gathered.get(key)!;
    this.gathered.delete(key);
    this.tell(deed);
  }
}

function together(first: Deed, second: Deed): Deed {
  const counts = new Map(first.counts);
  for (const [kind, n] of second.counts) counts.set(kind, (counts.get(kind) ?? 0) + n);
  return { ...first, counts, what: first.what === second.what ? first.what : 'changes' };
}
