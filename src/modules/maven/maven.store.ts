import { inBatches, statement, type Sql, type Tx } from '../../db/index.js';
import type { DeclaredMethod } from '../formats/index.js';
import type { ReleaseChannel } from '../releases/release-names.js';

/** A release as the repository lists it. */
export interface ListedRelease {
  id: number;
  /** snapshot_20201028-1.16.3 */
  name: string;
  /** The game version's. */
  version: string;
  channel: ReleaseChannel;
  number: number;
  publishedAt: Date;
  /** When it was yanked; null for one that may be used. */
  yankedAt: Date | null;
}

const RELEASES = statement(
  'maven_releases',
  `SELECT r.id, r.name, v.name AS version, r.channel, r.number, r.published_at AS "publishedAt", y.at AS "yankedAt"
     FROM releases r
     JOIN game_versions v ON v.id = r.version_id
     LEFT JOIN release_yanks y ON y.release_id = r.id
    ORDER BY r.number DESC, v.sort_key DESC`,
);

/** All releases, newest first in each channel. */
export const listedReleases = (db: Sql): Promise<ListedRelease[]> => db.query<ListedRelease>(RELEASES);

/** A game version as the repository lists it. */
export interface ListedVersion {
  id: number;
  name: string;
  importedAt: Date;
  head: number;
  changedAt: Date;
  /** Whether the files that it was imported from are kept. */
  hasFiles: boolean;
}

const VERSIONS = statement(
  'maven_versions',
  `SELECT id, name, imported_at AS "importedAt", head, changed_at AS "changedAt",
          EXISTS (SELECT FROM version_files f WHERE f.version_id = v.id) AS "hasFiles"
     FROM game_versions v ORDER BY sort_key DESC`,
);

/** All game versions, newest first. */
export const listedVersions = (db: Sql): Promise<ListedVersion[]> => db.query<ListedVersion>(VERSIONS);

/** Checksums of a file of a release. */
export interface FileSums {
  md5: Uint8Array;
  sha1: Uint8Array;
  sha256: Uint8Array;
  sha512: Uint8Array;
}

const SUMS = statement(
  'maven_file_sums',
  `SELECT md5, sha1, sha256, sha512 FROM release_files WHERE release_id = $1 AND file_name = $2`,
);

/** The checksums of a file of a release; null where it has no such file. */
export async function fileSums(db: Sql, releaseId: number, fileName: string): Promise<FileSums | null> {
  const rows = await db.query<FileSums>(SUMS, [releaseId, fileName]);
  return rows[0] ?? null;
}

const MAX_CONSTRUCTOR = statement(
  'maven_max_constructor',
  `SELECT max(srg_index) AS max FROM mappings WHERE version_id = $1 AND kind = 'METHOD' AND is_constructor`,
);

/** The highest number of a constructor of a version; null where none has one. */
export async function maxConstructor(tx: Tx, versionId: number): Promise<number | null> {
  const rows = await tx.query<{ max: number | null }>(MAX_CONSTRUCTOR, [versionId]);
  return rows[0]?.max ?? null;
}

/** Constructors, and methods that say what they throw, as classes declare them: by class, name and descriptor, each once. */
export const declaredMethods = (tx: Tx, versionId: number): AsyncGenerator<DeclaredMethod[]> =>
  inBatches(
    tx,
    `SELECT DISTINCT ON (o.srg COLLATE "C", m.srg COLLATE "C", d.srg_descriptor COLLATE "C")
            o.srg AS owner, m.srg, m.is_constructor AS "isConstructor", m.is_static AS "isStatic",
            d.srg_descriptor AS descriptor, d.exceptions
       FROM declarations d
       JOIN mappings m ON m.id = d.member_id
       JOIN mappings o ON o.id = d.owner_id
      WHERE d.version_id = $1 AND m.kind = 'METHOD' AND (m.is_constructor OR d.exceptions <> '{}')
      ORDER BY o.srg COLLATE "C", m.srg COLLATE "C", d.srg_descriptor COLLATE "C", d.obf COLLATE "C"`,
    [versionId],
  );

const STATICS = statement(
  'maven_static_methods',
  `SELECT srg FROM mappings WHERE version_id = $1 AND kind = 'METHOD' AND is_static ORDER BY srg COLLATE "C"`,
);

/** The methods of a version that are known to be static. */
export async function staticMethods(tx: Tx, versionId: number): Promise<string[]> {
  const rows = await tx.query<{ srg: string }>(STATICS, [versionId]);
  return rows.map(({ srg }) => srg);
}
