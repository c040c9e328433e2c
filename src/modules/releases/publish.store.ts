import { statement, type Sql, type Tx } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import { RELEASES, releaseColumns, type ReleaseChannel, type ReleaseRow } from './releases.store.js';

const LAST = statement(
  'release_last',
  `SELECT ${releaseColumns} FROM ${RELEASES} WHERE r.version_id = $1 AND r.channel = $2::text::release_channel
    ORDER BY r.id DESC LIMIT 1`,
);

/** The release that was published last of a version and channel; null for none. */
export async function lastRelease(db: Sql, versionId: number, channel: ReleaseChannel): Promise<ReleaseRow | null> {
  const rows = await db.query<ReleaseRow>(LAST, [versionId, channel]);
  return rows[0] ?? null;
}

/** The highest number of all stable releases; 0 where there is none. */
export async function highestStable(db: Sql): Promise<number> {
  const rows = await db.query<{ highest: number }>(
    `SELECT coalesce(max(number), 0) AS highest FROM releases WHERE channel = 'STABLE'`,
  );
  return rows[0]!.highest;
}

const RESPONSIBLE = statement(
  'release_responsible',
  `SELECT DISTINCT c.sequence FROM unnest($2::text[], $3::text[]) AS entry(kind, srg) CROSS JOIN LATERAL (
     SELECT sequence FROM changes
      WHERE version_id = $1 AND srg = entry.srg AND kind = entry.kind::mapping_kind
        AND (state = 'COMMITTED' OR ($4 AND state = 'STAGED'))
      ORDER BY state = 'STAGED' DESC, decision DESC, sequence DESC LIMIT 1
   ) c ORDER BY 1`,
);

/** Entries of a version, as arrays beside each other. */
export interface EntryKeys {
  kinds: MappingKind[];
  srgs: string[];
}

/**
 * The changes that gave entries the names that they have: the staged one where those count, else the one committed last. Entries that
 * have their names without history have none.
 */
export async function responsibleChanges(
  tx: Tx,
  versionId: number,
  { kinds, srgs }: EntryKeys,
  withStaged: boolean,
): Promise<number[]> {
  if (srgs.length === 0) return [];
  const rows = await tx.query<{ sequence: number }>(RESPONSIBLE, [versionId, kinds, srgs, withStaged]);
  return rows.map(({ sequence }) => sequence);
}

/** A release that is about to be written. */
export type NewRelease = Omit<ReleaseRow, 'id' | 'yanked' | 'yankedAt' | 'yankedById'>;

/** A file with what proves that it came whole. */
export interface NewFile {
  content: Uint8Array;
  md5: Uint8Array;
  sha1: Uint8Array;
  sha256: Uint8Array;
  sha512: Uint8Array;
}

const INSERT = statement(
  'release_insert',
  `INSERT INTO releases (name, version_id, channel, number, published_at, published_by_id, confirmed_by_id, via, notes, previous_id,
                         digest, change_sequence, decision_sequence, entry_count, change_count)
   VALUES ($1, $2, $3::text::release_channel, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
);

/** Writes the row of a release. @returns its id */
export async function insertRelease(tx: Tx, release: NewRelease): Promise<number> {
  const { name, versionId, channel, number, publishedAt, publishedById, confirmedById, via, notes } = release;
  const { previousId, digest, changeSequence, decisionSequence, entryCount, changeCount } = release;
  const rows = await tx.query<{ id: number }>(INSERT, [
    ...[name, versionId, channel, number, publishedAt, publishedById, confirmedById, via, notes],
    ...[previousId, digest, changeSequence, decisionSequence, entryCount, changeCount],
  ]);
  return rows[0]!.id;
}

const INSERT_FILE = statement(
  'release_file_insert',
  `INSERT INTO release_files (release_id, file_name, content, size, md5, sha1, sha256, sha512)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export async function insertFile(tx: Tx, releaseId: number, fileName: string, file: NewFile): Promise<void> {
  const { content, md5, sha1, sha256, sha512 } = file;
  await tx.query(INSERT_FILE, [releaseId, fileName, content, content.length, md5, sha1, sha256, sha512]);
}

const INSERT_CHANGES = statement(
  'release_changes_insert',
  `INSERT INTO release_changes (release_id, change) SELECT $1, change FROM unnest($2::int[]) AS given(change)`,
);

/** Writes down which changes a release brings. */
export async function insertChanges(tx: Tx, releaseId: number, changes: readonly number[]): Promise<void> {
  if (changes.length > 0) await tx.query(INSERT_CHANGES, [releaseId, changes]);
}
