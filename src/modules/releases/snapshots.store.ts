import { statement, type Sql } from '../../db/index.js';

// An import that only takes entries away leaves no change. It is noted when it begins, which may be before the snapshot that missed it;
// no import takes an hour.
const DUE = statement(
  'snapshots_due',
  `SELECT v.name FROM game_versions v LEFT JOIN LATERAL (
     SELECT * FROM releases r WHERE r.version_id = v.id AND r.channel = 'SNAPSHOT' ORDER BY r.id DESC LIMIT 1
   ) last ON true
    WHERE NOT v.frozen AND NOT v.is_sample
      AND (last.id IS NULL
           OR (last.number < $1 AND (v.imported_at > last.published_at - interval '1 hour' OR EXISTS (
             SELECT FROM changes c
              WHERE c.version_id = v.id AND (c.sequence > last.change_sequence OR c.decision > last.decision_sequence)))))
    ORDER BY v.sort_key`,
);

/**
 * The names of the game versions of which something may have changed since their last snapshot, oldest first.
 * @param number of today's snapshots: which versions have one of it, or a later one, are not among them
 */
export async function versionsWithoutSnapshot(db: Sql, number: number): Promise<string[]> {
  const rows = await db.query<{ name: string }>(DUE, [number]);
  return rows.map(({ name }) => name);
}
