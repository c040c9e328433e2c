import { statement, type Sql, type Tx } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import { changeColumns, DECISION, type ChangeRow } from './change.js';

/** A change with what its entry is now. */
export interface ChangeOfEntry extends ChangeRow {
  /** Null where a later import lacks the entry; then the rest is null too. */
  mappingId: number | null;
  currentName: string | null;
  currentDocumentation: string | null;
  locked: boolean;
  /** Why, until when and by whom; null where nobody said, until it is unlocked, and for the shell. */
  lockReason: string | null;
  lockUntil: Date | null;
  lockBy: string | null;
}

const WITH_ENTRY = (where: string, order = 'c.sequence') => `
  SELECT ${changeColumns()}, m.id AS "mappingId", m.name AS "currentName", m.documentation AS "currentDocumentation",
         l.mapping_id IS NOT NULL AS locked, l.reason AS "lockReason", l.until AS "lockUntil", k.handle AS "lockBy"
    FROM changes c ${DECISION}
    LEFT JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
    LEFT JOIN mapping_locks l ON l.mapping_id = m.id AND (l.until IS NULL OR l.until > $1::timestamptz)
    LEFT JOIN users k ON k.id = l.by_id
   WHERE ${where} ORDER BY ${order}`;

const NAMED = statement('changes_to_decide', WITH_ENTRY(`c.sequence = ANY($2::int[])`));

/** Changes with their entries, by sequence. @param now locks that have ended by then do not count */
export const changesWithEntries = (db: Sql, sequences: readonly number[], now: Date): Promise<ChangeOfEntry[]> =>
  db.query(NAMED, [now, sequences]);

const STAGED = statement(
  'changes_staged_of_version',
  WITH_ENTRY(`c.version_id = $2 AND c.state = 'STAGED' AND ($3::text[] IS NULL OR c.kind::text = ANY($3::text[]))`),
);

/** Everything that is staged in a version. */
export const stagedOfVersion = (
  db: Sql,
  versionId: number,
  kinds: readonly MappingKind[] | null,
  now: Date,
): Promise<ChangeOfEntry[]> => db.query(STAGED, [now, versionId, kinds]);

const OF_ENTRY = statement(
  'changes_to_undo',
  WITH_ENTRY('m.id = $2 AND c.state::text = $3', 'c.decision DESC NULLS LAST LIMIT 1'),
);

/** The change of an entry that came last into a state; null for none. */
export async function lastInState(
  db: Sql,
  mappingId: number,
  state: 'STAGED' | 'UNDONE',
  now: Date,
): Promise<ChangeOfEntry | null> {
  const rows = await db.query<ChangeOfEntry>(OF_ENTRY, [now, mappingId, state]);
  return rows[0] ?? null;
}

const APPLY = statement(
  'changes_apply',
  `UPDATE mappings m SET name = c.new_name, documentation = c.new_documentation,
          server_name = CASE WHEN m.name IS NOT DISTINCT FROM c.new_name THEN m.server_name END
     FROM changes c
    WHERE c.sequence = ANY($1::int[]) AND m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
      AND (m.name, m.documentation) IS DISTINCT FROM (c.new_name, c.new_documentation)`,
);

/** Gives entries the names and documentation of changes. Both sides have one name from then on. */
export async function applyChanges(tx: Tx, sequences: readonly number[]): Promise<void> {
  await tx.query(APPLY, [sequences]);
}
