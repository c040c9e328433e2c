import { createHash } from 'node:crypto';
import { holdStill, type Database } from '../../db/index.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget } from '../name-sets/target.js';
import { exportContent } from './build-export.js';
import type { ExportChoice } from './export-text.js';
import type { ExportedFile } from './exported-file.js';

/** Takes a file, some of it at a time; the next comes when it has resolved. */
export type WritePiece = (piece: Buffer) => Promise<void>;

/**
 * Writes an exported file as it is read, from one view of the database: nothing of it is held.
 * @returns its size in bytes, and its SHA-256 in hex
 * @throws AppError NOT_FOUND for a target that is not there, before anything is written
 */
export function writeExport(
  db: Database,
  target: string,
  file: ExportedFile,
  choice: ExportChoice,
  write: WritePiece,
): Promise<{ size: number; sha256: string }> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    const names = await NameSet.open(tx, await findTarget(tx, target));
    const content = await exportContent(tx, names, file, choice);
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of 'zip' in content ? [content.zip] : content.text) {
      const bytes = Buffer.from(piece);
      hash.update(bytes);
      await write(bytes);
      size += bytes.length;
    }
    return { size, sha256: hash.digest('hex') };
  });
}
