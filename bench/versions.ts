import type { Database } from '../src/db/index.js';
import { withDatabase } from './database.js';

/** Columns that are written, in the order of the table: not what is generated. */
async function columnsOf(db: Database, table: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** Copies rows of a version within their table, with some columns computed anew. */
async function copyRows(db: Database, table: string, where: string, changed: Record<string, string>): Promise<void> {
  const columns = await columnsOf(db, table);
  await db.query(
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${columns.map((column) => changed[column] ?? column).join(', ')} FROM ${table} WHERE ${where} ORDER BY ${columns[0]}`,
  );
}

const one = async (db: Database, sql: string): Promise<number> =>
  (await db.query<{ value: number }>(`SELECT (${sql})::int AS value`))[0]!.value;

/**
 * Copies a version under other names until there are `count`, with its entries, declarations and what people changed. The copies'
 * changes are not sealed anew: a history that has them is not verified.
 * @returns the names of all, the first is `version`
 */
export async function copyVersions(url: string, version: string, count: number): Promise<string[]> {
  const nameOf = (copy: number) => (copy === 0 ? version : `${version}-copy${copy}`);
  await withDatabase(url, async (db) => {
    const from = await one(db, `SELECT id FROM game_versions WHERE name = '${version}'`);
    for (let copy = await one(db, 'SELECT count(*) FROM game_versions'); copy < count; copy += 1) {
      const to = 1 + (await one(db, 'SELECT max(id) FROM game_versions'));
      // Ids are moved by as much as there is: what refers to a row is moved alike.
      const entries = await one(db, 'SELECT max(id) FROM mappings');
      const declarations = await one(db, 'SELECT max(id) FROM declarations');
      const changes = await one(db, 'SELECT max(sequence) FROM changes');
      const ofVersion = `version_id = ${from}`;
      await copyRows(db, 'game_versions', `id = ${from}`, {
        id: String(to),
        name: `'${nameOf(copy)}'`,
        sort_key: `sort_key || '-${copy}'`,
        is_current: 'false',
      });
      const moved = { version_id: String(to), id: `id + ${entries}`, method_id: `method_id + ${entries}` };
      await copyRows(db, 'mappings', ofVersion, moved);
      await copyRows(db, 'declarations', ofVersion, {
        version_id: String(to),
        id: `id + ${declarations}`,
        owner_id: `owner_id + ${entries}`,
        member_id: `member_id + ${entries}`,
      });
      const numbered = { version_id: String(to), sequence: `sequence + ${changes}` };
      await copyRows(db, 'changes', `${ofVersion} AND author_id IS NOT NULL AND state <> 'STAGED'`, numbered);
    }
    await db.query(`SELECT setval(pg_get_serial_sequence('game_versions', 'id'), (SELECT max(id) FROM game_versions)),
      setval(pg_get_serial_sequence('mappings', 'id'), (SELECT max(id) FROM mappings)),
      setval(pg_get_serial_sequence('declarations', 'id'), (SELECT max(id) FROM declarations))`);
    await db.query('UPDATE history_head SET change_sequence = (SELECT max(sequence) FROM changes)');
    await db.query('VACUUM ANALYZE');
  });
  return Array.from({ length: count }, (_, copy) => nameOf(copy));
}
