import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';
import { Tail } from '../live/tail.js';
import { lastReleaseId, releasesAfter, type ReleaseRow } from './releases.store.js';

/** Every process hears on it of each release, and of each that is yanked. */
export const RELEASES_CHANNEL = 'releases';

/** Rows that are read at once. */
const PAGE = 100;

/** Tells of releases as they are published, whichever process publishes them. */
export class ReleaseTail extends Tail<(release: ReleaseRow) => void> {
  private seen: number | null = null;

  constructor(db: Database, log: Logger) {
    super(db, log, RELEASES_CHANNEL);
  }

  protected begin(): void {
    this.seen = null;
  }

  protected async readOn(): Promise<void> {
    if (this.seen === null) {
      this.seen = await lastReleaseId(this.db);
      return;
    }
    for (;;) {
      const releases: ReleaseRow[] = await releasesAfter(this.db, this.seen, PAGE);
      for (const release of releases) this.tell((listener) => listener(release));
      this.seen = releases.at(-1)?.id ?? this.seen;
      if (releases.length < PAGE) break;
    }
  }
}
