import { expect, test } from 'vitest';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../../src/modules/imports/read-source.js';
import { openSource } from '../../../src/modules/imports/sources/index.js';
import { importVersion } from '../../../src/modules/imports/version-import.service.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { openTestDatabase } from '../../support/database.js';
import { describeReal, REAL_DATA } from '../formats/real-data.js';
import { dumpOf, restore } from './support.js';

describeReal('a dump of 1.12.2', () => {
  test('is restored to the same, with its release and a history that verifies', { timeout: 300_000 }, async () => {
    const db = await openTestDatabase();
    const other = await openTestDatabase();
    try {
      const version = '1.12.2';
      const source = await openSource(`${REAL_DATA}/versions/${version}`);
      await importVersion(db, { version, ...(await readVersion(source)) });
      await source.close();
      const names = await openSource(`${REAL_DATA}/names/1.12/1-stable_39`);
      await importNames(db, { version, files: await readNames(names) });
      await names.close();
      await publishAsService(db, { version, channel: 'STABLE', now: new Date(), via: 'shell' });

      const { bytes, report } = await dumpOf(db);
      const calls: number[] = [];
      const { problems, counts } = await restore(other, bytes, { onProgress: (done) => calls.push(done) });
      expect(problems).toEqual([]);
      expect(counts).toEqual(report.counts);
      // All rows, in steps that only grow.
      expect(calls.at(-1)).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0));
      expect(calls).toEqual([...calls].sort((a, b) => a - b));
      expect((await dumpOf(other)).report.contentSha256).toBe(report.contentSha256);
    } finally {
      await db.close();
      await other.close();
    }
  });
});
