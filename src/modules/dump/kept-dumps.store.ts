import { statement, type Sql } from '../../db/index.js';

/** Bytes of each piece but the last. */
export const PIECE = 1024 * 1024;

/** A dump that is kept in the database. */
export interface KeptDump {
  id: number;
  madeAt: Date;
  /** In bytes. */
  size: number;
  sha256: Uint8Array;
  contentSha256: Uint8Array;
}

// A dump has far fewer bytes than a number can count.
const COLUMNS = `id, made_at AS "madeAt", size::float8 AS size, sha256, content_sha256 AS "contentSha256"`;

const LATEST = statement('dump_latest', `SELECT ${COLUMNS} FROM dumps WHERE whole ORDER BY id DESC LIMIT 1`);

/** The last dump that is whole; null before the first. */
export async function latestDump(db: Sql): Promise<KeptDump | null> {
  const rows = await db.query<KeptDump>(LATEST);
  return rows[0] ?? null;
}

const PIECE_OF = statement('dump_piece', `SELECT content FROM dump_pieces WHERE dump_id = $1 AND "index" = $2`);

/** A piece of a dump by number, from 0; null where the dump is gone. */
export async function dumpPiece(db: Sql, dumpId: number, index: number): Promise<Uint8Array | null> {
  const rows = await db.query<{ content: Uint8Array }>(PIECE_OF, [dumpId, index]);
  return rows[0]?.content ?? null;
}

/** Begins to keep a dump: nobody sees it before {@link finishDump}. */
export async function beginDump(db: Sql, dump: Omit<KeptDump, 'id'>): Promise<number> {
  const rows = await db.query<{ id: number }>(
    `INSERT INTO dumps (made_at, size, sha256, content_sha256) VALUES ($1, $2, $3, $4) RETURNING id`,
    [dump.madeAt, dump.size, dump.sha256, dump.contentSha256],
  );
  return rows[0]!.id;
}

export async function insertPiece(db: Sql, dumpId: number, index: number, content: Uint8Array): Promise<void> {
  await db.query(`INSERT INTO dump_pieces (dump_id, "index", content) VALUES ($1, $2, $3)`, [dumpId, index, content]);
}

/** Lets a dump be seen whose pieces are all there. */
export async function finishDump(db: Sql, dumpId: number): Promise<void> {
  await db.query(`UPDATE dumps SET whole = true WHERE id = $1`, [dumpId]);
}

/** Removes a dump that was not finished. */
export async function removeDump(db: Sql, dumpId: number): Promise<void> {
  await db.query(`DELETE FROM dumps WHERE id = $1`, [dumpId]);
}

/** Removes all dumps but the last ones, and what earlier processes have left unfinished. */
export async function removeOldDumps(db: Sql, keep: number): Promise<void> {
  await db.query(
    `DELETE FROM dumps WHERE id NOT IN (SELECT id FROM dumps WHERE whole ORDER BY id DESC LIMIT $1)
        AND id < (SELECT max(id) FROM dumps WHERE whole)`,
    [keep],
  );
}
