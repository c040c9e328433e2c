import { statement, type Sql } from '../../db/index.js';
import type { ListPage, ParentCount } from '../../shared/page.js';
import { changeColumns, DECISION, type ChangeRow } from '../changes/change.js';
import type { ReleaseChannel } from './release-names.js';

export type { ReleaseChannel } from './release-names.js';

/** A release as the stores read it, without its files. */
export interface ReleaseRow {
  id: number;
  /** snapshot_20201028-1.16.3, stable_39-1.12 */
  name: string;
  versionId: number;
  channel: ReleaseChannel;
  /** 20201028, 39 */
  number: number;
  publishedAt: Date;
  publishedById: number | null;
  confirmedById: number | null;
  via: string | null;
  notes: string | null;
  previousId: number | null;
  digest: Uint8Array;
  changeSequence: number;
  decisionSequence: number;
  entryCount: number;
  changeCount: number;
  /** Why it is not to be used; null for one that may be. */
  yanked: string | null;
  yankedAt: Date | null;
  yankedById: number | null;
}

export const releaseColumns = `r.id, r.name, r.version_id AS "versionId", r.channel, r.number, r.published_at AS "publishedAt",
  r.published_by_id AS "publishedById", r.confirmed_by_id AS "confirmedById", r.via, r.notes, r.previous_id AS "previousId",
  r.digest, r.change_sequence AS "changeSequence", r.decision_sequence AS "decisionSequence", r.entry_count AS "entryCount",
  r.change_count AS "changeCount", y.reason AS yanked, y.at AS "yankedAt", y.by_id AS "yankedById"`;

/** Releases `r` with what yanked them, `y`. */
export const RELEASES = `releases r LEFT JOIN release_yanks y ON y.release_id = r.id`;

const BY_NAME = statement('release_by_name', `SELECT ${releaseColumns} FROM ${RELEASES} WHERE r.name = $1`);

export async function releaseByName(db: Sql, name: string): Promise<ReleaseRow | null> {
  const rows = await db.query<ReleaseRow>(BY_NAME, [name]);
  return rows[0] ?? null;
}

const FILE = statement('release_file', `SELECT content FROM release_files WHERE release_id = $1 AND file_name = $2`);

/** The bytes of a file of a release; null where it has no such file. */
export async function releaseFile(db: Sql, releaseId: number, fileName: string): Promise<Uint8Array | null> {
  const rows = await db.query<{ content: Uint8Array }>(FILE, [releaseId, fileName]);
  return rows[0]?.content ?? null;
}

const BY_ID = statement(
  'releases_by_id',
  `SELECT ${releaseColumns} FROM ${RELEASES} WHERE r.id = ANY($1::int[]) ORDER BY r.id`,
);

/** Releases by id, in the order in which they were published. */
export const releasesById = (db: Sql, ids: readonly number[]): Promise<ReleaseRow[]> => db.query(BY_ID, [ids]);

/** Which releases a list takes; null for any. */
export interface ReleaseFilter {
  versionId: number | null;
  channel: ReleaseChannel | null;
}

const MATCHES = `($1::int IS NULL OR r.version_id = $1) AND ($2::text IS NULL OR r.channel = $2::release_channel)`;

const PAGE = statement(
  'releases_page',
  `SELECT ${releaseColumns} FROM ${RELEASES} WHERE ${MATCHES} AND ($3::int IS NULL OR r.id < $3) ORDER BY r.id DESC LIMIT $4`,
);

/** Releases, newest first, behind an id. @param limit null for all */
export const releasesPage = (
  db: Sql,
  { versionId, channel }: ReleaseFilter,
  before: number | null,
  limit: number | null,
): Promise<ReleaseRow[]> => db.query(PAGE, [versionId, channel, before, limit]);

const COUNT = statement('releases_count', `SELECT count(*)::int AS count FROM releases r WHERE ${MATCHES}`);

export async function countReleases(db: Sql, { versionId, channel }: ReleaseFilter): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, [versionId, channel]);
  return rows[0]!.count;
}

const OF_VERSIONS = statement(
  'releases_of_versions',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT ${releaseColumns} FROM ${RELEASES}
      WHERE r.version_id = parent.id AND ($4::text IS NULL OR r.channel = $4::release_channel) AND ($2::int IS NULL OR r.id < $2)
      ORDER BY r.id DESC LIMIT $3
   ) AS page`,
);

const OF_VERSIONS_COUNT = statement(
  'releases_of_versions_count',
  `SELECT version_id AS parent, count(*)::int AS count FROM releases
    WHERE version_id = ANY($1::int[]) AND ($2::text IS NULL OR channel = $2::release_channel) GROUP BY 1`,
);

/** The releases of versions, newest first. */
export const releasesOfVersions = (
  db: Sql,
  channel: ReleaseChannel | null,
  { parents, after, limit }: ListPage<number>,
): Promise<ReleaseRow[]> => db.query(OF_VERSIONS, [parents, after, limit, channel]);

export const countReleasesOfVersions = (
  db: Sql,
  channel: ReleaseChannel | null,
  parents: readonly number[],
): Promise<ParentCount[]> => db.query(OF_VERSIONS_COUNT, [parents, channel]);

const CHANGES_OF = statement(
  'release_changes_page',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT parent.id AS parent, ${changeColumns()} FROM release_changes rc JOIN changes c ON c.sequence = rc.change ${DECISION}
      WHERE rc.release_id = parent.id AND ($2::int IS NULL OR rc.change < $2) ORDER BY rc.change DESC LIMIT $3
   ) AS page`,
);

/** The changes that releases bring, newest first. */
export const changesOfReleases = (
  db: Sql,
  { parents, after, limit }: ListPage<number>,
): Promise<(ChangeRow & { parent: number })[]> => db.query(CHANGES_OF, [parents, after, limit]);

/** A file of a release as it is told, without its bytes. */
export interface ReleaseFileRow {
  releaseId: number;
  fileName: string;
  size: number;
  sha256: Uint8Array;
  /** Its last four bytes. */
  tail: Uint8Array;
}

const FILES = statement(
  'release_files',
  `SELECT release_id AS "releaseId", file_name AS "fileName", size, sha256, substring(content FROM size - 3) AS tail
     FROM release_files WHERE release_id = ANY($1::int[]) ORDER BY release_id, file_name COLLATE "C"`,
);

/** The files of releases. */
export const filesOfReleases = (db: Sql, releaseIds: readonly number[]): Promise<ReleaseFileRow[]> =>
  db.query(FILES, [releaseIds]);

const YANK = statement(
  'release_yank',
  `INSERT INTO release_yanks (release_id, reason, by_id, via, at) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (release_id) DO NOTHING RETURNING release_id`,
);

export interface NewYank {
  releaseId: number;
  reason: string;
  byId: number | null;
  via: string | null;
  at: Date;
}

/** Marks a release as not to be used. @returns whether it was not so already */
export async function insertYank(tx: Sql, { releaseId, reason, byId, via, at }: NewYank): Promise<boolean> {
  return (await tx.query(YANK, [releaseId, reason, byId, via, at])).length > 0;
}

const LAST_ID = statement('release_last_id', `SELECT coalesce(max(id), 0) AS id FROM releases`);

/** The id of the release that was published last; 0 for none. Ids are given with the pen of history in hand, so they come in order. */
export async function lastReleaseId(db: Sql): Promise<number> {
  const rows = await db.query<{ id: number }>(LAST_ID);
  return rows[0]!.id;
}

const AFTER = statement(
  'releases_after',
  `SELECT ${releaseColumns} FROM ${RELEASES} WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
);

/** Releases behind an id, oldest first. */
export const releasesAfter = (db: Sql, id: number, limit: number): Promise<ReleaseRow[]> =>
  db.query(AFTER, [id, limit]);
