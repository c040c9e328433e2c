import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import type { FormatSpec } from '../formats/index.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget } from '../name-sets/target.js';
import { mappingsText, namesText, type ExportChoice } from './export-text.js';
import { writeZip } from './zip.js';

/** An exported file, ready to be sent. */
export interface BuiltExport {
  /** Of the target that it was made of. */
  targetKey: string;
  changedAt: Date;
  /** The file itself where it is compressed already, else in gzip's encoding. */
  bytes: Buffer;
  encoding: 'identity' | 'gzip';
  /** Of the file itself, in bytes. */
  size: number;
}

/** The text of a file, some at a time. */
export async function* exportText(
  tx: Tx,
  names: NameSet,
  format: Exclude<FormatSpec, { shape: 'ARCHIVE' }>,
  choice: ExportChoice,
): AsyncGenerator<string> {
  if (format.shape === 'NAMES') yield* namesText(tx, names, format, choice.documentation);
  else yield* mappingsText(tx, names, format, choice);
}

/** The files of a zip format as one zip. */
export async function namesZip(
  tx: Tx,
  names: NameSet,
  format: Extract<FormatSpec, { shape: 'ARCHIVE' }>,
  documentation: boolean,
): Promise<Buffer> {
  const files = [];
  for (const each of format.files) {
    const content = await buffer(Readable.from(namesText(tx, names, each, documentation)));
    files.push({ name: each.fileName, content });
  }
  return writeZip(files);
}

/**
 * Makes a file in one view of the database. It is compressed as it is written, so that what is held of it is a fraction of its size,
 * and the database is done with it before a slow reader is.
 * @throws AppError NOT_FOUND for a target that is not there
 */
export function buildExport(
  db: Database,
  target: string,
  format: FormatSpec,
  choice: ExportChoice,
): Promise<BuiltExport> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    const found = await findTarget(tx, target);
    const names = await NameSet.open(tx, found);
    const { key: targetKey, changedAt } = found;
    if (format.shape === 'ARCHIVE') {
      const bytes = await namesZip(tx, names, format, choice.documentation);
      return { targetKey, changedAt, bytes, encoding: 'identity', size: bytes.length };
    }
    let size = 0;
    const counted = async function* () {
      for await (const text of exportText(tx, names, format, choice)) {
        size += Buffer.byteLength(text);
        yield text;
      }
    };
    const gzip = createGzip({ level: 6 });
    const [bytes] = await Promise.all([buffer(gzip), pipeline(counted(), gzip)]);
    return { targetKey, changedAt, bytes, encoding: 'gzip', size };
  });
}
