import { copyLine } from '../../db/copy.js';
import type { Tx } from '../../db/database.js';
import { joinStaged } from '../changes/change.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { NameEdit } from './names-import.store.js';
import type { PlannedDeclaration, PlannedEntry } from './version-plan.js';

/** An entry that is not in the new version, with what is lost with it. */
export interface GoneEntry {
  kind: MappingKind;
  srg: string;
  name: string | null;
  documentation: string | null;
}

export interface EntryCount {
  kind: MappingKind;
  count: number;
}

/** Entries of one version against those of another; what is readable by itself (`fixed`) is left out. */
export interface EntryComparison {
  kept: EntryCount[];
  new: EntryCount[];
  gone: GoneEntry[];
}

const STAGING = `
  CREATE TEMP TABLE import_entries (
    kind mapping_kind, srg text COLLATE "C", srg_index int, name text COLLATE "C", fixed bool, is_static bool,
    is_constructor bool, obf text COLLATE "C", method text COLLATE "C", slot smallint
  ) ON COMMIT DROP`;

const STAGING_DECLARATIONS = `
  CREATE TEMP TABLE import_declarations (
    position int, owner text COLLATE "C", kind mapping_kind, member text COLLATE "C", obf text COLLATE "C",
    obf_descriptor text COLLATE "C", srg_descriptor text COLLATE "C", exceptions text[]
  ) ON COMMIT DROP`;

function* entryLines(entries: PlannedEntry[]): Generator<string> {
  for (const e of entries) {
    yield copyLine([
      e.kind, e.srg, e.srgIndex, e.name, e.fixed, e.isStatic, e.isConstructor, e.obf, e.method, e.slot,
    ]); // prettier-ignore
  }
}

function* declarationLines(declarations: PlannedDeclaration[]): Generator<string> {
  let position = 0;
  for (const d of declarations) {
    yield copyLine([
      position++, d.owner, d.kind, d.member, d.obf, d.obfDescriptor, d.srgDescriptor, d.exceptions,
    ]); // prettier-ignore
  }
}

/** "MCPI" in ASCII: the advisory lock under which one import at a time writes. */
const IMPORT_LOCK = 0x4d435049;

/** Waits until no other import is under way, and holds the others off until the transaction ends. */
export async function lockImports(tx: Tx): Promise<void> {
  // Waiting counts as time of a statement, and an import's own statements are long.
  await tx.query(`SET LOCAL statement_timeout = 0`);
  await tx.query(`SELECT pg_advisory_xact_lock(${IMPORT_LOCK})`);
}

/** Puts a plan beside the tables, for the statements that follow in the same transaction. */
export async function stageEntries(tx: Tx, entries: PlannedEntry[], declarations: PlannedDeclaration[]): Promise<void> {
  await tx.query(STAGING);
  await tx.query(STAGING_DECLARATIONS);
  await tx.copyFrom('import_entries', entryLines(entries));
  await tx.copyFrom('import_declarations', declarationLines(declarations));
  await tx.query(`CREATE UNIQUE INDEX ON import_entries (srg, kind)`);
  await tx.query(`ANALYZE import_entries`);
  await tx.query(`ANALYZE import_declarations`);
}

/** The staged entries against those that a version has now. */
export async function compareStaged(tx: Tx, versionId: number): Promise<EntryComparison> {
  const counts = await tx.query<{ kind: MappingKind; known: boolean; count: number }>(
    `SELECT e.kind, m.id IS NOT NULL AS known, count(*)::int AS count
       FROM import_entries e LEFT JOIN mappings m ON m.version_id = $1 AND m.srg = e.srg AND m.kind = e.kind
      WHERE NOT e.fixed GROUP BY 1, 2 ORDER BY 1`,
    [versionId],
  );
  const gone = await tx.query<GoneEntry>(
    `SELECT m.kind, m.srg, m.name, m.documentation
       FROM mappings m LEFT JOIN import_entries e ON e.srg = m.srg AND e.kind = m.kind
      WHERE m.version_id = $1 AND e.srg IS NULL AND NOT m.fixed ORDER BY m.kind, m.srg`,
    [versionId],
  );
  const of = (known: boolean) =>
    counts.filter((row) => row.known === known).map(({ kind, count }) => ({ kind, count }));
  return { kept: of(true), new: of(false), gone };
}

/** Which methods an earlier import knew to be static or not. Where versions disagree, the last one is believed. */
export async function knownStatics(tx: Tx, versionIds: number[]): Promise<Map<string, boolean>> {
  const rows = await tx.query<{ srg: string; isStatic: boolean }>(
    `SELECT srg, is_static AS "isStatic" FROM mappings
      WHERE version_id = ANY($1::int[]) AND kind = 'METHOD' AND is_static IS NOT NULL AND NOT fixed
      ORDER BY array_position($1::int[], version_id)`,
    [versionIds],
  );
  return new Map(rows.map(({ srg, isStatic }) => [srg, isStatic]));
}

const NAME_NOW = `CASE WHEN excluded.fixed THEN excluded.name ELSE coalesce(m.name, excluded.name) END`;
// The server's name and the side belong to the name, and come with it or not at all.
const SERVER_NAME_NOW = `CASE WHEN m.name IS NULL THEN excluded.server_name ELSE m.server_name END`;
const SIDE_NOW = `CASE WHEN m.name IS NULL AND excluded.name IS NOT NULL THEN excluded.side ELSE m.side END`;

// What the version has keeps its name and documentation; what is new in it takes those of the version carried from.
const mergeEntries = (kinds: string, method: string) => `
  INSERT INTO mappings AS m (version_id, kind, srg, srg_index, name, server_name, documentation, side, fixed, is_static,
                             is_constructor, obf, method_id, slot)
  SELECT $1, e.kind, e.srg, e.srg_index,
         CASE WHEN e.fixed THEN e.name ELSE coalesce(c.name, e.name) END,
         c.server_name, c.documentation, coalesce(c.side, 'BOTH'),
         e.fixed, e.is_static, e.is_constructor, e.obf, ${method}, e.slot
    FROM import_entries e
    LEFT JOIN mappings c ON c.version_id = $2 AND c.srg = e.srg AND c.kind = e.kind AND NOT c.fixed
    ${method === 'NULL' ? '' : `LEFT JOIN mappings owner ON owner.version_id = $1 AND owner.srg = e.method AND owner.kind = 'METHOD'`}
   WHERE e.kind ${kinds}
  ON CONFLICT (version_id, srg, kind) DO UPDATE SET
     srg_index = excluded.srg_index,
     name = ${NAME_NOW},
     documentation = coalesce(m.documentation, excluded.documentation),
     server_name = ${SERVER_NAME_NOW},
     side = ${SIDE_NOW},
     fixed = excluded.fixed, is_static = coalesce(excluded.is_static, m.is_static),
     is_constructor = excluded.is_constructor, obf = excluded.obf, method_id = excluded.method_id, slot = excluded.slot
   WHERE (m.srg_index, m.name, m.documentation, m.server_name, m.side, m.fixed, m.is_static, m.is_constructor, m.obf,
          m.method_id, m.slot)
         IS DISTINCT FROM
         (excluded.srg_index, ${NAME_NOW}, coalesce(m.documentation, excluded.documentation), ${SERVER_NAME_NOW}, ${SIDE_NOW},
          excluded.fixed, coalesce(excluded.is_static, m.is_static), excluded.is_constructor, excluded.obf,
          excluded.method_id, excluded.slot)`;

/**
 * Makes a version hold the staged entries and nothing else. Rows that stay keep their id, name and documentation.
 * @param carryFrom the version whose names and documentation go to entries that have none; null for none
 */
export async function mergeStaged(tx: Tx, versionId: number, carryFrom: number | null): Promise<void> {
  await tx.query(`DELETE FROM declarations WHERE version_id = $1`, [versionId]);
  // A parameter whose method goes may itself stay, at another method.
  await tx.query(
    `UPDATE mappings p SET method_id = NULL FROM import_entries e
      WHERE p.version_id = $1 AND p.kind = 'PARAMETER' AND e.kind = p.kind AND e.srg = p.srg
        AND NOT EXISTS (SELECT FROM import_entries o JOIN mappings m ON m.srg = o.srg AND m.kind = o.kind
                         WHERE m.id = p.method_id)`,
    [versionId],
  );
  await tx.query(
    `DELETE FROM mappings m WHERE m.version_id = $1
        AND NOT EXISTS (SELECT FROM import_entries e WHERE e.srg = m.srg AND e.kind = m.kind)`,
    [versionId],
  );
  await tx.query(mergeEntries(`<> 'PARAMETER'`, 'NULL'), [versionId, carryFrom]);
  await tx.query(mergeEntries(`= 'PARAMETER'`, 'owner.id'), [versionId, carryFrom]);
  await tx.query(
    `INSERT INTO declarations (version_id, owner_id, member_id, obf, obf_descriptor, srg_descriptor, exceptions)
     SELECT $1, o.id, m.id, d.obf, d.obf_descriptor, d.srg_descriptor, d.exceptions
       FROM import_declarations d
       JOIN mappings o ON o.version_id = $1 AND o.srg = d.owner AND o.kind = 'CLASS'
       JOIN mappings m ON m.version_id = $1 AND m.srg = d.member AND m.kind = d.kind
      ORDER BY d.position`,
    [versionId],
  );
}

/** How many names and documentations the staged entries will take over from another version, by kind. */
export function countCarried(tx: Tx, versionId: number, from: number): Promise<CarriedCount[]> {
  // A class that is called by its SRG name has none to give.
  return tx.query<CarriedCount>(
    `SELECT kind, (count(*) FILTER (WHERE name))::int AS names, (count(*) FILTER (WHERE documentation))::int AS documentation
       FROM (
         SELECT e.kind, c.name <> c.srg AND m.name IS NULL AS name,
                c.documentation IS NOT NULL AND m.documentation IS NULL AS documentation
           FROM import_entries e
           JOIN mappings c ON c.version_id = $2 AND c.srg = e.srg AND c.kind = e.kind AND NOT c.fixed
           LEFT JOIN mappings m ON m.version_id = $1 AND m.srg = e.srg AND m.kind = e.kind
          WHERE NOT e.fixed
       ) AS rows
      WHERE name OR documentation GROUP BY kind ORDER BY kind`,
    [versionId, from],
  );
}

/** The names and documentation that the staged entries will take over from another version. Asked before they are merged. */
export function carriedEdits(tx: Tx, versionId: number, from: number): Promise<NameEdit[]> {
  return tx.query<NameEdit>(
    `SELECT edit.*, s.sequence AS supersedes
       FROM (
         SELECT e.kind, e.srg, CASE WHEN m.id IS NULL THEN e.name ELSE m.name END AS "oldName",
                coalesce(m.name, c.name, e.name) AS "newName", m.documentation AS "oldDocumentation",
                coalesce(m.documentation, c.documentation) AS "newDocumentation"
           FROM import_entries e
           JOIN mappings c ON c.version_id = $2 AND c.srg = e.srg AND c.kind = e.kind AND NOT c.fixed
           LEFT JOIN mappings m ON m.version_id = $1 AND m.srg = e.srg AND m.kind = e.kind
          WHERE NOT e.fixed
       ) AS edit
       ${joinStaged('edit', 's', '$1')}
      WHERE ("oldName", "oldDocumentation") IS DISTINCT FROM ("newName", "newDocumentation")
      ORDER BY edit.kind, edit.srg`,
    [versionId, from],
  );
}

/** Gives entries that an import lacked once and has again what they were called by the history of the version. */
export async function restoreNames(tx: Tx, versionId: number): Promise<void> {
  await tx.query(
    `UPDATE mappings m SET name = last.new_name, documentation = last.new_documentation
       FROM (
         SELECT DISTINCT ON (srg, kind) srg, kind, new_name, new_documentation FROM changes
          WHERE version_id = $1 AND state = 'COMMITTED' ORDER BY srg, kind, decision DESC, sequence DESC
       ) AS last
      WHERE m.version_id = $1 AND m.srg = last.srg AND m.kind = last.kind AND NOT m.fixed
        AND (m.name, m.documentation) IS DISTINCT FROM (last.new_name, last.new_documentation)`,
    [versionId],
  );
}

/** Staged changes of entries that a version has no more. */
export async function goneProposals(tx: Tx, versionId: number): Promise<number[]> {
  const rows = await tx.query<{ sequence: number }>(
    `SELECT c.sequence FROM changes c
      WHERE c.version_id = $1 AND c.state = 'STAGED'
        AND NOT EXISTS (SELECT FROM mappings m WHERE m.version_id = $1 AND m.srg = c.srg AND m.kind = c.kind)
      ORDER BY 1`,
    [versionId],
  );
  return rows.map(({ sequence }) => sequence);
}

export interface CarriedCount {
  kind: MappingKind;
  names: number;
  documentation: number;
}

/** New rows are seen by the planner at once, and by similarity search through its index rather than through a list beside it. */
export async function analyseMappings(tx: Tx): Promise<void> {
  await tx.query(`SELECT gin_clean_pending_list('mappings_similar')`);
  await tx.query(`ANALYZE mappings`);
  await tx.query(`ANALYZE declarations`);
}
