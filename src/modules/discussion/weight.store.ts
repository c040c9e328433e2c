import { statement, type Sql } from '../../db/index.js';

/** How many classes carry an entry `m`: those that declare it, those of its method for a parameter, and a class itself. */
const CLASSES = `CASE WHEN m.kind = 'CLASS' THEN 1 ELSE (
  SELECT count(DISTINCT d.owner_id)::int FROM declarations d WHERE d.member_id = coalesce(m.method_id, m.id)) END`;

const ENTRY = `m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind`;

/** How many classes carry the entry of a change `c`; 0 where a later import lacks it. */
export const CLASSES_OF_CHANGE = `coalesce((SELECT ${CLASSES} FROM mappings m WHERE ${ENTRY}), 0)`;

/** What a change would touch. */
export interface ChangeWeightRow {
  change: number;
  classes: number;
  namedSince: Date | null;
  stableReleases: number;
}

// Where the last renaming that history knows did not give the present name, it does not say when that came. A stable release carries
// what was committed up to its end of the decisions, so that those from the last renaming on carry the present name.
const WEIGHTS = statement(
  'change_weights',
  `SELECT c.sequence AS change, ${CLASSES} AS classes, CASE WHEN named.name = m.name THEN named.at END AS "namedSince",
          CASE WHEN named.name = m.name THEN (
            SELECT count(*)::int FROM releases r
             WHERE r.version_id = c.version_id AND r.channel = 'STABLE' AND r.decision_sequence >= named.decision
          ) ELSE 0 END AS "stableReleases"
     FROM changes c JOIN mappings m ON ${ENTRY}
     LEFT JOIN LATERAL (
       SELECT r.new_name AS name, d.decided_at AS at, d.sequence AS decision FROM changes r JOIN change_decisions d ON d.sequence = r.decision
        WHERE r.srg = c.srg AND r.version_id = c.version_id AND r.kind = c.kind AND r.state = 'COMMITTED'
          AND r.new_name IS DISTINCT FROM r.old_name
        ORDER BY r.decision DESC LIMIT 1
     ) AS named ON true
    WHERE c.sequence = ANY($1::int[])`,
);

/** The weights of changes; those whose entry is gone are missing. */
export const weightsOf = (db: Sql, changes: readonly number[]): Promise<ChangeWeightRow[]> =>
  db.query(WEIGHTS, [changes]);
