import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFromZip } from '../../../src/modules/exports/zip.js';
import { verifyReleases } from '../../../src/modules/releases/verify-releases.service.js';
import { describeReal } from '../formats/real-data.js';
import { startRealService } from '../../support/real-versions.js';
import type { TestService } from '../../support/service.js';
import { fileOf, publishAt } from './support.js';

describeReal('a release of 1.12.2', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startRealService();
  }, 300_000);
  afterAll(() => service.close());

  test(
    'has the names that are exported, byte for byte, and a digest that anyone can check',
    { timeout: 300_000 },
    async () => {
      const now = new Date('2020-10-28T12:00:00Z');
      const stable = await publishAt(service.db, '1.12.2', now, 'STABLE');
      const snapshot = await publishAt(service.db, '1.12.2', now);
      expect(stable.name).toBe('stable_1-1.12.2');
      expect(snapshot.name).toBe('snapshot_20201028-1.12.2');
      // Nothing is staged: both say the same.
      expect(Buffer.from(snapshot.digest)).toEqual(Buffer.from(stable.digest));
      expect(stable.changeCount).toBe(stable.entryCount);
      for (const [fileName, query] of [
        ['mcp_stable-1-1.12.2.zip', ''],
        ['mcp_stable_nodoc-1-1.12.2.zip', '?nodoc'],
      ] as const) {
        const zip = await fileOf(service.db, stable.name, fileName);
        for (const name of ['methods.csv', 'fields.csv', 'params.csv']) {
          const { rawPayload } = await service.http.inject(`/exports/1.12.2/${name}${query}`);
          expect((await readFromZip(zip, name)).equals(rawPayload), `${name}${query}`).toBe(true);
        }
      }
      const { rawPayload } = await service.http.inject(`/exports/${stable.name}/names.jsonl`);
      expect(createHash('sha256').update(rawPayload).digest()).toEqual(Buffer.from(stable.digest));
      expect(await verifyReleases(service.db)).toEqual({ count: 2, problem: null });
    },
  );
});
