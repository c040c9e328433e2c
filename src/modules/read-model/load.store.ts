import { statement, type Sql } from '../../db/database.js';
import type { MappingKind } from '../mappings/mapping.js';
import { mappingColumns } from '../mappings/mappings.rows.js';
import { VERSION_COLUMNS, type GameVersionRow } from '../versions/versions.store.js';
import type { LoadedDeclaration } from './declarations.js';
import type { LoadedEntry } from './entries.js';
import type { Marks, Renamed } from './version-model.js';

/** A version with what a model of it is compared by. */
export type VersionState = GameVersionRow & Omit<Marks, 'head'>;

// The same name may come back with another content under an id that was free: in a restored dump.
const MARKS = `v.imports || ' ' || extract(epoch FROM v.imported_at) || ' ' || v.name AS origin, h.change_sequence AS "changeSequence", h.decision_sequence AS "decisionSequence"`;

const STATES = statement(
  'model_states',
  `SELECT ${VERSION_COLUMNS.replace('id,', 'v.id,')}, ${MARKS} FROM game_versions v CROSS JOIN history_head h ORDER BY sort_key DESC`,
);

/** All versions, newest first. */
export const versionStates = (db: Sql): Promise<VersionState[]> => db.query(STATES);

const COUNT = statement('model_count', `SELECT count(*)::int AS count FROM mappings WHERE version_id = $1`);

export async function countEntries(db: Sql, versionId: number): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, [versionId]);
  return rows[0]!.count;
}

const ENTRIES = statement(
  'model_entries',
  `SELECT ${mappingColumns('m')}, m.srg_index AS "srgIndex" FROM mappings m
    WHERE m.version_id = $1 AND (m.srg, m.kind) > ($2, $3::mapping_kind) ORDER BY m.srg, m.kind LIMIT $4`,
);

/** Entries behind an SRG id and kind, in that order. */
export const entriesBehind = (
  db: Sql,
  versionId: number,
  last: { srg: string; kind: MappingKind },
  limit: number,
): Promise<LoadedEntry[]> => db.query(ENTRIES, [versionId, last.srg, last.kind, limit]);

const DECLARATIONS = statement(
  'model_declarations',
  `SELECT id, owner_id AS "ownerId", member_id AS "memberId", obf, obf_descriptor AS "obfDescriptor",
          srg_descriptor AS "srgDescriptor", exceptions
     FROM declarations WHERE owner_id = ANY($1::int[]) ORDER BY owner_id, id`,
);

/** What classes declare, in the order of the source. */
export const declarationsOfClasses = (db: Sql, classes: readonly number[]): Promise<LoadedDeclaration[]> =>
  db.query(DECLARATIONS, [classes]);

const CALLED = statement(
  'model_called',
  `SELECT m.id, c.sequence, CASE c.state WHEN 'STAGED' THEN c.new_name WHEN 'COMMITTED' THEN c.old_name END AS name,
          c.state = 'STAGED' AS staged
     FROM changes c JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
    WHERE c.version_id = $1 AND c.sequence > $2 ORDER BY c.sequence LIMIT $3`,
);

/** A change of an entry: what that was called before a committed one, or is to be called by a staged one; null by others. */
export interface CalledRow {
  id: number;
  sequence: number;
  name: string | null;
  staged: boolean;
}

/** Changes behind a sequence, in their order. */
export const calledBehind = (db: Sql, versionId: number, sequence: number, limit: number): Promise<CalledRow[]> =>
  db.query(CALLED, [versionId, sequence, limit]);

// $1 version, $2 and $3 the last change and decision that were seen. One statement, and so one view of the database.
const RENAMED = statement(
  'model_renamed',
  `SELECT v.head, ${MARKS}, entries.*
     FROM game_versions v CROSS JOIN history_head h
     LEFT JOIN LATERAL (
       SELECT m.id, m.name, m.server_name AS "serverName", m.documentation,
              ARRAY(SELECT c.old_name FROM changes c WHERE c.srg = m.srg AND c.version_id = $1 AND c.kind = m.kind
                       AND c.state = 'COMMITTED' AND c.old_name IS NOT NULL) AS once,
              (SELECT c.new_name FROM changes c WHERE c.srg = m.srg AND c.version_id = $1 AND c.kind = m.kind
                  AND c.state = 'STAGED') AS staged,
              ARRAY(SELECT c.sequence FROM changes c WHERE c.srg = m.srg AND c.version_id = $1 AND c.kind = m.kind
                     ORDER BY c.sequence DESC) AS changes
         FROM (
           SELECT c.srg, c.kind FROM changes c WHERE c.version_id = $1 AND c.sequence > $2
           UNION
           SELECT c.srg, c.kind FROM change_decisions d CROSS JOIN unnest(d.changes) AS decided(sequence)
             JOIN changes c ON c.sequence = decided.sequence
            WHERE d.sequence > $3 AND c.version_id = $1
           LIMIT $4
         ) AS touched
         JOIN mappings m ON m.version_id = $1 AND m.srg = touched.srg AND m.kind = touched.kind
     ) AS entries ON true
    WHERE v.id = $1`,
);

const DECIDED = statement(
  'model_decided',
  `SELECT unnest(changes) AS sequence FROM change_decisions WHERE sequence > $1 LIMIT $2`,
);

/** The numbers of the changes that decisions behind one are about; as many as `limit` mean that there are more. */
export async function decidedSince(db: Sql, decisionSequence: number, limit: number): Promise<number[]> {
  const rows = await db.query<{ sequence: number }>(DECIDED, [decisionSequence, limit]);
  return rows.map(({ sequence }) => sequence);
}

/** What changes have done to a version behind what a model has seen. */
export interface Renaming {
  marks: Marks;
  renamed: Renamed[];
}

/** @param limit of entries; as many mean that there are more. @returns null where the version is gone */
export async function renamedSince(
  db: Sql,
  versionId: number,
  { changeSequence, decisionSequence }: Marks,
  limit: number,
): Promise<Renaming | null> {
  const rows = await db.query<Marks & { [Column in keyof Renamed]: Renamed[Column] | null }>(RENAMED, [
    versionId,
    changeSequence,
    decisionSequence,
    limit,
  ]);
  const [first] = rows;
  if (first === undefined) return null;
  return { marks: marksOf(first), renamed: rows.filter((row): row is Marks & Renamed => row.id !== null) };
}

/** The marks among other columns. */
export const marksOf = ({ head, origin, changeSequence, decisionSequence }: Marks): Marks => ({
  head,
  origin,
  changeSequence,
  decisionSequence,
});
