import { statement, type Sql, type Tx } from '../../db/database.js';
import type { MappingKind } from '../mappings/mapping.js';

export interface GameVersionRow {
  id: number;
  name: string;
  sortKey: string;
  isCurrent: boolean;
  frozen: boolean;
  isSample: boolean;
  importedAt: Date;
  head: number;
  /** When the head last grew. */
  changedAt: Date;
}

export interface CoverageRow {
  kind: MappingKind;
  total: number;
  named: number;
}

/** The columns of a {@link GameVersionRow}, of `game_versions`. */
export const VERSION_COLUMNS = `id, name, sort_key AS "sortKey", is_current AS "isCurrent", frozen, is_sample AS "isSample",
                 imported_at AS "importedAt", head, changed_at AS "changedAt"`;

const ALL = statement('versions_all', `SELECT ${VERSION_COLUMNS} FROM game_versions ORDER BY sort_key DESC`);

/** Newest first. Versions are few: whoever wants some reads them all. */
export const allVersions = (db: Sql): Promise<GameVersionRow[]> => db.query<GameVersionRow>(ALL);

/** Whether there is any. */
export async function hasVersions(db: Sql): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>('SELECT EXISTS (SELECT FROM game_versions) AS found');
  return row!.found;
}

const COVERAGE = statement(
  'versions_coverage',
  `SELECT version_id AS "versionId", kind, count(*)::int AS total, count(name)::int AS named
     FROM mappings WHERE version_id = ANY($1::int[]) AND NOT fixed GROUP BY 1, 2 ORDER BY 1, 2`,
);

/** Entries that take a community name and those that have one, by version and kind. */
export const coverageOf = (db: Sql, versionIds: number[]): Promise<(CoverageRow & { versionId: number })[]> =>
  db.query(COVERAGE, [versionIds]);

/** Makes the version, or takes the one of that name, and holds it until the transaction ends. */
export async function lockVersion(tx: Tx, name: string, sortKey: string): Promise<GameVersionRow & { isNew: boolean }> {
  const rows = await tx.query<GameVersionRow & { isNew: boolean }>(
    `INSERT INTO game_versions AS v (name, sort_key) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET sort_key = excluded.sort_key RETURNING ${VERSION_COLUMNS}, head = 0 AS "isNew"`,
    [name, sortKey],
  );
  return rows[0]!;
}

export async function markImported(tx: Tx, versionId: number, isSample: boolean): Promise<void> {
  await tx.query(
    `UPDATE game_versions SET imported_at = now(), head = head + 1, imports = imports + 1, is_sample = $2 WHERE id = $1`,
    [versionId, isSample],
  );
}

/** What an import of names changed is no longer used: more than its changes tell, such as sides. */
export async function noteNamesImport(tx: Tx, versionId: number): Promise<void> {
  await tx.query(`UPDATE game_versions SET head = head + 1, imports = imports + 1 WHERE id = $1`, [versionId]);
}

const BUMP_HEAD = statement('version_bump_head', `UPDATE game_versions SET head = head + 1 WHERE id = $1`);

/** What is cached under the version's head is no longer used. */
export async function bumpHead(tx: Tx, versionId: number): Promise<void> {
  await tx.query(BUMP_HEAD, [versionId]);
}

/** Makes one version the current one. */
export async function setCurrent(tx: Tx, versionId: number): Promise<void> {
  await tx.query(`UPDATE game_versions SET is_current = false WHERE is_current AND id <> $1`, [versionId]);
  await tx.query(`UPDATE game_versions SET is_current = true WHERE id = $1`, [versionId]);
}

/** Lets a version take changes no more, or again. */
export async function setFrozen(tx: Tx, versionId: number, frozen: boolean): Promise<void> {
  await tx.query(`UPDATE game_versions SET frozen = $2 WHERE id = $1`, [versionId, frozen]);
}

/**
 * Removes the sample version with all of its entries. One that somebody has proposed names for, or that was released, stays, frozen:
 * history and releases refer to it.
 * @returns the name of what was removed, or null
 */
export async function deleteSample(tx: Tx): Promise<string | null> {
  const rows = await tx.query<{ name: string }>(
    `DELETE FROM game_versions v WHERE is_sample AND NOT EXISTS (SELECT FROM changes c WHERE c.version_id = v.id)
        AND NOT EXISTS (SELECT FROM releases r WHERE r.version_id = v.id) RETURNING name`,
  );
  if (rows.length === 0) await tx.query(`UPDATE game_versions SET frozen = true WHERE is_sample`);
  return rows[0]?.name ?? null;
}
