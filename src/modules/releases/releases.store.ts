import { statement, type Sql } from '../../db/index.js';

export type ReleaseChannel = 'SNAPSHOT' | 'STABLE';

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
}

export const releaseColumns = `r.id, r.name, r.version_id AS "versionId", r.channel, r.number, r.published_at AS "publishedAt",
  r.published_by_id AS "publishedById", r.confirmed_by_id AS "confirmedById", r.via, r.notes, r.previous_id AS "previousId",
  r.digest, r.change_sequence AS "changeSequence", r.decision_sequence AS "decisionSequence", r.entry_count AS "entryCount",
  r.change_count AS "changeCount", y.reason AS yanked`;

/** Releases `r` with what yanked them, `y`. */
export const RELEASES = `releases r LEFT JOIN release_yanks y ON y.release_id = r.id`;

const BY_NAME = statement('release_by_name', `SELECT ${releaseColumns} FROM ${RELEASES} WHERE r.name = $1`);

export async function releaseByName(db: Sql, name: string): Promise<ReleaseRow | null> {
  const rows = await db.query<ReleaseRow>(BY_NAME, [name]);
  return rows[0] ?? null;
}

/** The file of a release that holds its canonical content, compressed. */
export const CONTENT_FILE = 'names.jsonl.gz';

const FILE = statement('release_file', `SELECT content FROM release_files WHERE release_id = $1 AND file_name = $2`);

/** The bytes of a file of a release; null where it has no such file. */
export async function releaseFile(db: Sql, releaseId: number, fileName: string): Promise<Uint8Array | null> {
  const rows = await db.query<{ content: Uint8Array }>(FILE, [releaseId, fileName]);
  return rows[0]?.content ?? null;
}
