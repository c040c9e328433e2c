import { statement, type Sql } from '../../db/index.js';

// By id, so that processes that add at once wait for each other in one order; entries that are just being deleted are not waited
// for, so that an import never has to give way.
const ADD = statement(
  'demand_add',
  `INSERT INTO mapping_demand (mapping_id, version_id, count)
   SELECT m.id, m.version_id, asked.count FROM unnest($1::int[], $2::int[]) AS asked(id, count) JOIN mappings m ON m.id = asked.id
    WHERE m.name IS NULL ORDER BY m.id FOR KEY SHARE OF m SKIP LOCKED
   ON CONFLICT (mapping_id) DO UPDATE SET count = least(mapping_demand.count::bigint + excluded.count, 2147483647)::int`,
);

/** Adds to how often entries were asked for; those that are gone or named by now are passed over. */
export async function addDemand(db: Sql, counts: ReadonlyMap<number, number>): Promise<void> {
  await db.query(ADD, [[...counts.keys()], [...counts.values()]]);
}

const REMOVE_NAMED = `
  DELETE FROM mapping_demand WHERE mapping_id IN (
    SELECT d.mapping_id FROM mapping_demand d JOIN mappings m ON m.id = d.mapping_id
     WHERE m.name IS NOT NULL FOR UPDATE OF d SKIP LOCKED)`;

/** Forgets how often entries were asked for that are named by now. */
export async function removeMetDemand(db: Sql): Promise<void> {
  await db.query(REMOVE_NAMED);
}
