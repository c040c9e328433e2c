import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';
import { UserErrors } from '../../shared/user-errors.js';
import { publishAsService } from './publish.service.js';
import { snapshotNumber } from './release-names.js';
import { versionsWithoutSnapshot } from './snapshots.store.js';

/**
 * Publishes a snapshot of each game version that has changed since its last one; frozen ones and the sample have none. One that fails
 * does not keep the others from theirs.
 * @returns the names of what was published
 * @throws Error for the first version that failed, once all were tried
 */
export async function publishSnapshots(db: Database, log: Logger, now: Date): Promise<string[]> {
  const published: string[] = [];
  const faults: unknown[] = [];
  for (const version of await versionsWithoutSnapshot(db, snapshotNumber(now))) {
    try {
      const { name } = await publishAsService(db, { version, channel: 'SNAPSHOT', now, via: 'schedule' });
      published.push(name);
      log.info({ release: name }, 'snapshot');
    } catch (error) {
      if (error instanceof UserErrors) {
        // Nothing to release, or somebody was faster.
        log.info({ version, why: error.message }, 'no snapshot');
      } else {
        log.error({ err: error, version }, 'snapshot');
        faults.push(error);
      }
    }
  }
  if (faults.length > 0) throw faults[0];
  return published;
}
