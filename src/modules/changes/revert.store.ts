import type { Sql } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import { joinStaged } from './change.js';
import { changeConditions, type ChangeFilter } from './changes.store.js';

/** A committed change of an entry that a revert concerns, newest first. */
export interface CommittedOfEntry {
  sequence: number;
  /** Whether it is one of those to take back. */
  selected: boolean;
  mappingId: number | null;
  versionId: number;
  kind: MappingKind;
  srg: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  currentName: string | null;
  currentDocumentation: string | null;
  locked: boolean;
  /** The proposal that stands for the entry. */
  staged: number | null;
}

// Not prepared: which index serves depends on what is selected by.
const selection = (filter: ChangeFilter) => {
  const { where, values } = changeConditions(filter);
  return { selected: `SELECT c.* FROM changes c WHERE ${where}`, values };
};

/**
 * Every committed change of the entries of which a filter selects one, newest first, with what the entries are now.
 * @param now locks that have ended by then do not count
 */
export function committedOfEntries(db: Sql, filter: ChangeFilter, now: Date): Promise<CommittedOfEntry[]> {
  const { selected, values } = selection({ ...filter, states: ['COMMITTED'] });
  return db.query<CommittedOfEntry>(
    `WITH selected AS MATERIALIZED (${selected}),
          entries AS (SELECT DISTINCT version_id, srg, kind FROM selected)
     SELECT c.sequence, s.sequence IS NOT NULL AS selected, m.id AS "mappingId", c.version_id AS "versionId", c.kind, c.srg,
            c.old_name AS "oldName", c.new_name AS "newName", c.old_documentation AS "oldDocumentation",
            c.new_documentation AS "newDocumentation", m.name AS "currentName", m.documentation AS "currentDocumentation",
            l.mapping_id IS NOT NULL AS locked, p.sequence AS staged
       FROM entries e
       JOIN changes c ON c.srg = e.srg AND c.version_id = e.version_id AND c.kind = e.kind AND c.state = 'COMMITTED'
       LEFT JOIN selected s ON s.sequence = c.sequence
       LEFT JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
       LEFT JOIN mapping_locks l ON l.mapping_id = m.id AND (l.until IS NULL OR l.until > $${values.push(now)}::timestamptz)
       ${joinStaged('c', 'p')}
      ORDER BY c.version_id, c.kind, c.srg, c.decision DESC, c.sequence DESC`,
    values,
  );
}

/** A proposal to take back, and the one that it, or those before it that go too, took the place of. */
export interface StagedToUndo {
  sequence: number;
  versionId: number;
  /** Null where there is none, or where the entry is called otherwise by now. */
  before: { sequence: number; mappingId: number; name: string | null; currentName: string | null } | null;
}

/** The staged changes that a filter selects, by sequence. */
export async function stagedToUndo(db: Sql, filter: ChangeFilter): Promise<StagedToUndo[]> {
  const { selected, values } = selection(filter);
  const rows = await db.query<{
    sequence: number;
    versionId: number;
    before: number | null;
    mappingId: number;
    name: string | null;
    currentName: string | null;
  }>(
    `WITH RECURSIVE selected AS MATERIALIZED (${selected}),
          walk AS (
            SELECT s.sequence AS root, s.supersedes AS before FROM selected s WHERE s.state = 'STAGED'
            UNION ALL
            SELECT w.root, s.supersedes FROM walk w JOIN selected s ON s.sequence = w.before
          )
     SELECT s.sequence, s.version_id AS "versionId", b.sequence AS before, m.id AS "mappingId", b.new_name AS name,
            m.name AS "currentName"
       FROM selected s
       LEFT JOIN walk w ON w.root = s.sequence AND w.before IS NOT NULL AND NOT EXISTS (SELECT FROM selected o WHERE o.sequence = w.before)
       LEFT JOIN mappings m ON m.version_id = s.version_id AND m.srg = s.srg AND m.kind = s.kind
       LEFT JOIN changes b ON b.sequence = w.before AND b.state = 'SUPERSEDED'
        AND (b.old_name, b.old_documentation) IS NOT DISTINCT FROM (m.name, m.documentation) AND m.id IS NOT NULL
      WHERE s.state = 'STAGED' ORDER BY s.sequence`,
    values,
  );
  return rows.map(({ sequence, versionId, before, mappingId, name, currentName }) => ({
    sequence,
    versionId,
    before: before === null ? null : { sequence: before, mappingId, name, currentName },
  }));
}
