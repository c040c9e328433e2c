import type { Sql, Tx } from '../../db/index.js';
import type { DumpHeader } from './dump-format.js';
import { SECTIONS } from './sections.js';

/** What stands in the way of a restore. */
export interface Occupants {
  users: number;
  /** Those of the sample apart. */
  versions: number;
  changes: number;
  releases: number;
}

/** Keeps everybody from making the first account and the first version until the transaction ends, and tells what there is. */
export async function holdEmpty(tx: Tx): Promise<Occupants> {
  await tx.query(`LOCK TABLE users, game_versions IN SHARE ROW EXCLUSIVE MODE`);
  const [occupants] = await tx.query<Occupants>(
    `SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM game_versions WHERE NOT is_sample) AS versions,
            (SELECT count(*)::int FROM changes) AS changes, (SELECT count(*)::int FROM releases) AS releases`,
  );
  return occupants!;
}

const splitEnd = (end: string) => {
  const [sequence, hash] = end.split(':') as [string, string];
  return [Number(sequence), Buffer.from(hash, 'hex')] as const;
};

/** Sets where both chains of the history end. */
export async function setHistoryEnds(tx: Tx, { changes, decisions }: DumpHeader['history']): Promise<void> {
  await tx.query(
    `UPDATE history_head SET change_sequence = $1, change_hash = $2, decision_sequence = $3, decision_hash = $4`,
    [...splitEnd(changes), ...splitEnd(decisions)],
  );
}

/** Sets which ids come next: those that the dump says, and none that is taken. */
export async function setNextIds(tx: Tx, nextIds: DumpHeader['nextIds']): Promise<void> {
  for (const { name, table, numbered } of SECTIONS) {
    if (!numbered) continue;
    await tx.query(
      `SELECT setval('${table}_id_seq', greatest($1::bigint, (SELECT coalesce(max(id), 0) + 1 FROM ${table})), false)`,
      [nextIds[name]],
    );
  }
}

/** New rows are seen by the planner at once. */
export async function analyseRestored(tx: Tx): Promise<void> {
  await tx.query(`SELECT gin_clean_pending_list('mappings_similar')`);
  await tx.query(`ANALYZE ${SECTIONS.map(({ table }) => table).join(', ')}`);
}

/** A release whose changes are not as many as it says. */
export interface ReleaseApart {
  name: string;
  changeCount: number;
  found: number;
}

export const releasesApart = (db: Sql): Promise<ReleaseApart[]> =>
  db.query(
    `SELECT r.name, r.change_count AS "changeCount", count(c.change)::int AS found
       FROM releases r LEFT JOIN release_changes c ON c.release_id = r.id
      GROUP BY r.id HAVING count(c.change) <> r.change_count ORDER BY r.id`,
  );
