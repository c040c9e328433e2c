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

  /** Who would collide with whom, of all names of a version: `getName of func_1_a and func_2_b in net/minecraft/Alpha`. */
  async function collisions(version: string): Promise<string[]> {
    const names = await db.query<WantedName & { name: string; srg: string; versionId: number }>(
      `SELECT m.id AS "mappingId", m.name, m.srg, m.version_id AS "versionId"
         FROM mappings m JOIN game_versions v ON v.id = m.version_id AND v.name = $1
        WHERE m.name IS NOT NULL AND NOT m.fixed AND m.kind <> 'CLASS' ORDER BY m.id`,
      [version],
    );
    expect(names.length).toBeGreaterThan(30_000);
    const start = performance.now();
    const uses = await nameUses(db, names[0]!.versionId, names, 'COMMITTED');
    console.info(`${version}: ${names.length} names in ${Math.round(performance.now() - start)} ms`);
    // Softer rules are broken by real names: they are warnings.
    expect(uses.some(({ use }) => use === 'FIELD')).toBe(true);
    const byId = new Map(names.map((name) => [name.mappingId, name]));
    const lines = uses.flatMap(({ use, mappingId, other, owner }) => {
      const { name, srg } = byId.get(mappingId)!;
      return use === 'SAME_SCOPE' ? [`${name} of ${[srg, other.srg].sort().join(' and ')} in ${owner}`] : [];
    });
    return [...new Set(lines)].sort();
  }

  test('1.12.2 with each of its name sets', async () => {
    await importFolder(db, '1.12.2');
    for (const names of ['1.12/1-stable_39', '1.12/2-2018-08-03', '1.12/3-2020-08-28']) {
      await importNameSet(db, '1.12.2', names);
      expect(await collisions('1.12.2')).toEqual([]);
    }
  });

  test('1.16.5 with the names of 1.15, but for seven enums that got a second getName() in between', async () => {
    await importFolder(db, '1.16.5');
    await importNameSet(db, '1.16.5', '1.15/snapshot_20200415');
    const found = await collisions('1.16.5');
    // Of 1.16 on they implement the interface of func_176610_l, beside a method of their own: with these names they do not compile.
    expect(found).toEqual([
      'getName of func_176610_l and func_214714_a in net/minecraft/world/gen/feature/structure/MineshaftStructure$Type',
      'getName of func_176610_l and func_214936_a in net/minecraft/world/gen/feature/jigsaw/JigsawPattern$PlacementBehaviour',
      'getName of func_176610_l and func_215135_a in net/minecraft/world/gen/feature/structure/OceanRuinStructure$Type',
      'getName of func_176610_l and func_220363_a in net/minecraft/entity/EntityClassification',
      'getName of func_176610_l and func_222352_a in net/minecraft/world/biome/Biome$Category',
      'getName of func_176610_l and func_222361_a in net/minecraft/world/biome/Biome$RainType',
      'getName of func_176610_l and func_222671_a in net/minecraft/world/gen/GenerationStage$Carving',
    ]);
  });
});
