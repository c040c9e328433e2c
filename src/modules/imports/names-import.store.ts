import { copyLine } from '../../db/copy.js';
import type { Tx } from '../../db/database.js';
import { joinStaged } from '../changes/change.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { NamesPlan } from './names-plan.js';
import type { NamesCount, UnknownName } from './report.js';

/** Puts a name set beside the tables, for the statements that follow in the same transaction. */
export async function stageNames(tx: Tx, { names, packages }: NamesPlan): Promise<void> {
  await tx.query(
    `CREATE TEMP TABLE import_names (
       kind mapping_kind, id text COLLATE "C", name text COLLATE "C", server_name text COLLATE "C", side side,
       documentation text, documents bool, file text, line int
     ) ON COMMIT DROP`,
  );
  await tx.query(
    `CREATE TEMP TABLE import_packages (
       class text COLLATE "C", package text COLLATE "C", file text, line int
     ) ON COMMIT DROP`,
  );
  const nameLines = names.map((n) =>
    copyLine([n.kind, n.id, n.name, n.serverName, n.side, n.documentation, n.documents, n.file, n.line]),
  );
  await tx.copyFrom('import_names', nameLines);
  await tx.copyFrom(
    'import_packages',
    packages.map((p) => copyLine([p.class, p.package, p.file, p.line])),
  );
  await tx.query(`ANALYZE import_names`);
}

/**
 * Marks methods static of which nobody said so far, where their first parameter was numbered as an instance method's, and
 * renumbers the parameters from slot 0. An id that both numberings have stays with its row and name; of each run of
 * neighbouring slots only the last id is none of a static method, and that row becomes the one before the run (if no other
 * method of the same number has it).
 * @returns how many methods it were
 */
export async function markStatic(tx: Tx, versionId: number, methodNumbers: number[]): Promise<number> {
  const methods = await tx.query<{ id: number }>(
    `UPDATE mappings m SET is_static = true
      WHERE version_id = $1 AND srg_index = ANY($2::int[]) AND kind = 'METHOD' AND is_static IS NULL AND NOT fixed
        AND EXISTS (SELECT FROM mappings p WHERE p.method_id = m.id AND p.srg = 'p_' || m.srg_index || '_1_')
        AND NOT EXISTS (SELECT FROM mappings p WHERE p.version_id = $1 AND p.kind = 'PARAMETER'
                                                 AND p.srg = 'p_' || m.srg_index || '_0_')
      RETURNING id`,
    [versionId, methodNumbers],
  );
  await tx.query(
    `UPDATE mappings p SET slot = run.first - 1, srg = 'p_' || run.number || '_' || run.first - 1 || '_'
       FROM (
         SELECT method_id, number, min(slot) AS first, max(slot) AS last
           FROM (
             SELECT p.method_id, p.slot, m.srg_index AS number,
                    p.slot - row_number() OVER (PARTITION BY p.method_id ORDER BY p.slot) AS island
               FROM mappings p JOIN mappings m ON m.id = p.method_id
              WHERE p.method_id = ANY($1::int[]) AND p.srg = 'p_' || m.srg_index || '_' || p.slot || '_'
           ) AS slots
          GROUP BY method_id, number, island
       ) AS run
      WHERE p.method_id = run.method_id AND p.srg = 'p_' || run.number || '_' || run.last || '_'
        AND NOT EXISTS (SELECT FROM mappings taken WHERE taken.version_id = p.version_id AND taken.kind = p.kind
                           AND taken.srg = 'p_' || run.number || '_' || run.first - 1 || '_')`,
    [methods.map(({ id }) => id)],
  );
  return methods.length;
}

/** The class whose short name packages.csv gives, and the name it comes to. */
const PACKAGED = `
  import_packages p JOIN mappings m ON m.version_id = $1 AND m.kind = 'CLASS' AND short_name(m.srg) = p.class`;

/** Staged rows that name nothing in the version. */
export function unknownNames(tx: Tx, versionId: number): Promise<UnknownName[]> {
  return tx.query<UnknownName>(
    `SELECT n.file, n.line, n.id, coalesce(n.name, n.id) AS name FROM import_names n
      WHERE NOT EXISTS (SELECT FROM mappings m WHERE m.version_id = $1 AND m.srg = n.id AND m.kind = n.kind)
     UNION ALL
     SELECT p.file, p.line, p.class, p.package FROM import_packages p
      WHERE NOT EXISTS (SELECT FROM mappings m
                         WHERE m.version_id = $1 AND m.kind = 'CLASS' AND short_name(m.srg) = p.class)
     ORDER BY 1, 2`,
    [versionId],
  );
}

/** What applying the staged names will do. */
export function countChanges(tx: Tx, versionId: number): Promise<NamesCount[]> {
  return tx.query<NamesCount>(
    `SELECT kind, count(*)::int AS matched, (count(*) FILTER (WHERE renamed))::int AS renamed,
            (count(*) FILTER (WHERE redocumented))::int AS redocumented
       FROM (
         SELECT m.kind, n.name IS NOT NULL AND (m.name, m.server_name) IS DISTINCT FROM (n.name, n.server_name) AS renamed,
                n.documents AND m.documentation IS DISTINCT FROM n.documentation AS redocumented
           FROM import_names n JOIN mappings m ON m.version_id = $1 AND m.srg = n.id AND m.kind = n.kind
         UNION ALL
         SELECT m.kind, m.name IS DISTINCT FROM p.package || '/' || p.class, false FROM ${PACKAGED}
       ) AS rows
      GROUP BY kind ORDER BY kind`,
    [versionId],
  );
}

/** An entry whose name or documentation an import gives, and the proposal that stood for it. */
export interface NameEdit {
  kind: MappingKind;
  srg: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  /** The staged change whose place it takes. */
  supersedes: number | null;
}

const NEW_DOCUMENTATION = `CASE WHEN n.documents THEN n.documentation ELSE m.documentation END`;

/**
 * What a name set changes of the committed names and documentation, by kind and id.
 * @param asProposals leaves out what is proposed already
 */
export function nameEdits(tx: Tx, versionId: number, asProposals: boolean): Promise<NameEdit[]> {
  return tx.query<NameEdit>(
    `SELECT edit.*, s.sequence AS supersedes
       FROM (
         SELECT m.kind, m.srg, m.name AS "oldName", coalesce(n.name, m.name) AS "newName",
                m.documentation AS "oldDocumentation", ${NEW_DOCUMENTATION} AS "newDocumentation"
           FROM import_names n JOIN mappings m ON m.version_id = $1 AND m.srg = n.id AND m.kind = n.kind
         UNION ALL
         SELECT m.kind, m.srg, m.name, p.package || '/' || p.class, m.documentation, m.documentation FROM ${PACKAGED}
       ) AS edit
       ${joinStaged('edit', 's', '$1')}
      WHERE ("oldName", "oldDocumentation") IS DISTINCT FROM ("newName", "newDocumentation")
        AND NOT ($2 AND s.sequence IS NOT NULL
                 AND (s.new_name, s.new_documentation) IS NOT DISTINCT FROM ("newName", "newDocumentation"))
      ORDER BY edit.kind, edit.srg`,
    [versionId, asProposals],
  );
}

/** Writes the sides that the staged names tell: facts, which nobody decides on. */
export async function applySides(tx: Tx, versionId: number): Promise<void> {
  await tx.query(
    `UPDATE mappings m SET side = n.side FROM import_names n
      WHERE m.version_id = $1 AND m.srg = n.id AND m.kind = n.kind AND m.side <> n.side`,
    [versionId],
  );
}

/** Writes the staged names. A row without a name leaves the name as it is; a file without documentation, the documentation. */
export async function applyNames(tx: Tx, versionId: number): Promise<void> {
  await tx.query(
    `UPDATE mappings m SET
        name = coalesce(n.name, m.name),
        server_name = CASE WHEN n.name IS NULL THEN m.server_name ELSE n.server_name END,
        side = coalesce(n.side, m.side),
        documentation = ${NEW_DOCUMENTATION}
       FROM import_names n
      WHERE m.version_id = $1 AND m.srg = n.id AND m.kind = n.kind
        AND (m.name, m.server_name, m.side, m.documentation) IS DISTINCT FROM
            (coalesce(n.name, m.name), CASE WHEN n.name IS NULL THEN m.server_name ELSE n.server_name END,
             coalesce(n.side, m.side), ${NEW_DOCUMENTATION})`,
    [versionId],
  );
  await tx.query(
    `UPDATE mappings c SET name = p.package || '/' || p.class FROM ${PACKAGED}
      WHERE c.id = m.id AND c.name IS DISTINCT FROM p.package || '/' || p.class`,
    [versionId],
  );
}
