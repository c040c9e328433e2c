import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameUses, type WantedName } from '../../../src/modules/changes/name-uses.store.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { describeReal } from '../formats/real-data.js';
import { importFolder, importNameSet } from '../imports/real-support.js';

describeReal('the scope of a collision: real versions and name sets give none', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  test.each([
    ['1.12.2', '1.12/1-stable_39', 32_000],
    ['1.16.5', '1.15/snapshot_20200415', 35_000],
  ])('%s with %s', async (version, names, least) => {
    await importFolder(db, version);
    await importNameSet(db, version, names);
    const [{ id }] = (await db.query<{ id: number }>(`SELECT id FROM game_versions WHERE name = $1`, [version])) as [
      { id: number },
    ];
    const wanted = await db.query<WantedName>(
      `SELECT id AS "mappingId", name FROM mappings WHERE version_id = $1 AND name IS NOT NULL AND NOT fixed ORDER BY id`,
      [id],
    );
    expect(wanted.length).toBeGreaterThan(least);
    const start = performance.now();
    const uses = await nameUses(db, id, wanted, 'COMMITTED');
    console.info(`${version}: ${wanted.length} names in ${Math.round(performance.now() - start)} ms`);
    const collisions = uses.filter(({ use }) => use === 'SAME_SCOPE');
    const words = collisions.map(({ mappingId, other, owner }) => {
      const { name } = wanted.find((each) => each.mappingId === mappingId)!;
      return `${name}: ${mappingId} and ${other.srg} in ${owner}`;
    });
    expect(words).toEqual([]);
    // Softer rules are broken by real names: they are warnings.
    expect(uses.some(({ use }) => use === 'FIELD')).toBe(true);
  });
});
