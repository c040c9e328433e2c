import { statement, type Sql } from '../../db/index.js';

/** What was noted of a file when it was published. */
export interface FileSums {
  fileName: string;
  size: number;
  md5: Uint8Array;
  sha1: Uint8Array;
  sha256: Uint8Array;
  sha512: Uint8Array;
}

const SUMS = statement(
  'release_sums',
  `SELECT file_name AS "fileName", size, md5, sha1, sha256, sha512 FROM release_files WHERE release_id = $1`,
);

/** The sums of the files of a release. */
export const sumsOf = (db: Sql, releaseId: number): Promise<FileSums[]> => db.query(SUMS, [releaseId]);
