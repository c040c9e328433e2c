import { statement, type Sql, type Tx } from '../../db/index.js';

/** A source file of a game version, under the name that MCP and MCPConfig give it: joined.tsrg, constructors.txt. */
export interface SourceFile {
  fileName: string;
  content: Buffer;
}

/** Bytes of a version's source files together; larger ones are not kept. Real ones have three million. */
const MOST_KEPT = 64 * 1024 * 1024;

/** Keeps the files that a version was imported from, in place of those of an earlier import. */
export async function keepVersionFiles(tx: Tx, versionId: number, files: readonly SourceFile[]): Promise<void> {
  await tx.query(`DELETE FROM version_files WHERE version_id = $1`, [versionId]);
  if (files.reduce((size, { content }) => size + content.length, 0) > MOST_KEPT) return;
  for (const { fileName, content } of files) {
    await tx.query(`INSERT INTO version_files (version_id, file_name, content) VALUES ($1, $2, $3)`, [
      versionId,
      fileName,
      content,
    ]);
  }
}

const FILES = statement(
  'version_files',
  `SELECT file_name AS "fileName", content FROM version_files WHERE version_id = $1 ORDER BY file_name COLLATE "C"`,
);

/** The files that a version was imported from, by name; none where nothing keeps them. */
export async function versionFiles(db: Sql, versionId: number): Promise<SourceFile[]> {
  const rows = await db.query<{ fileName: string; content: Uint8Array }>(FILES, [versionId]);
  return rows.map(({ fileName, content }) => ({ fileName, content: Buffer.from(content) }));
}
