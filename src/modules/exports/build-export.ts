import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import type { ArchiveFormat } from '../formats/index.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget } from '../name-sets/target.js';
import { parseReleaseName, zipName } from '../releases/release-names.js';
import { releaseFile } from '../releases/releases.store.js';
import { mappingsText, namesText, type ExportChoice } from './export-text.js';
import type { ExportedFile } from './exported-file.js';
import { storedStructure } from './structure.store.js';
import { readFromZip, writeZip } from './zip.js';

/** An exported file, ready to be sent. */
export interface BuiltExport {
  changedAt: Date;
  /** The file itself where it is compressed already, else in gzip's encoding. */
  bytes: Buffer;
  encoding: 'identity' | 'gzip';
  /** Of the file itself, in bytes. */
  size: number;
  /** SHA-256 of the file itself, in hex. */
  sha256: string;
}

/** The text of a file, some at a time. */
export async function* exportText(
  tx: Tx,
  names: NameSet,
  file: Exclude<ExportedFile, { shape: 'ARCHIVE' }>,
  choice: ExportChoice,
): AsyncGenerator<string> {
  if (file.shape === 'CANONICAL') for await (const { text } of names.canonical()) yield text;
  else if (file.shape === 'NAMES') yield* namesText(tx, names, file, choice.documentation);
  else yield* mappingsText(storedStructure(tx, names.target.version.id), names, file, choice);
}

/** The files of a zip format as one zip. */
export async function namesZip(tx: Tx, names: NameSet, format: ArchiveFormat, documentation: boolean): Promise<Buffer> {
  const files = [];
  for (const each of format.files) {
    const content = await buffer(Readable.from(namesText(tx, names, each, documentation)));
    files.push({ name: each.fileName, content });
  }
  return writeZip(files);
}

/** The zip of names that a release was published with; null for other targets. */
async function publishedZip(tx: Tx, { target }: NameSet, documentation: boolean): Promise<Buffer | null> {
  const key = target.release !== null && target.staged === 'NONE' ? parseReleaseName(target.release.name) : null;
  const bytes = key && (await releaseFile(tx, target.release!.id, zipName(key, documentation)));
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * An exported file: as a zip, or as its text some at a time. Names of a release are those that it was published with, to the byte,
 * whatever has become of its game version.
 */
export async function exportContent(
  tx: Tx,
  names: NameSet,
  file: ExportedFile,
  choice: ExportChoice,
): Promise<{ zip: Buffer } | { text: AsyncIterable<string | Buffer> }> {
  const { documentation } = choice;
  if (file.shape === 'ARCHIVE') {
    return { zip: (await publishedZip(tx, names, documentation)) ?? (await namesZip(tx, names, file, documentation)) };
  }
  const published = file.shape === 'NAMES' ? await publishedZip(tx, names, documentation) : null;
  if (published !== null) return { text: Readable.from([await readFromZip(published, file.fileName)]) };
  return { text: exportText(tx, names, file, choice) };
}

/**
 * Makes a file in one view of the database. It is compressed as it is written, so that what is held of it is a fraction of its size,
 * and the database is done with it before a slow reader is.
 * @throws AppError NOT_FOUND for a target that is not there
 */
export function buildExport(
  db: Database,
  target: string,
  file: ExportedFile,
  choice: ExportChoice,
): Promise<BuiltExport> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    const found = await findTarget(tx, target);
    const { changedAt } = found;
    const content = await exportContent(tx, await NameSet.open(tx, found), file, choice);
    if ('zip' in content) {
      const { zip: bytes } = content;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { changedAt, bytes, encoding: 'identity', size: bytes.length, sha256 };
    }
    return { changedAt, ...(await compressed(content.text)) };
  });
}

/** Takes a text some at a time, and holds no more of it than what comes out compressed. */
export async function compressed(text: AsyncIterable<string | Buffer>): Promise<Omit<BuiltExport, 'changedAt'>> {
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* () {
    for await (const piece of text) {
      const bytes = Buffer.from(piece);
      size += bytes.length;
      hash.update(bytes);
      yield bytes;
    }
  };
  const gzip = createGzip({ level: 6 });
  const [bytes] = await Promise.all([buffer(gzip), pipeline(counted(), gzip)]);
  return { bytes, encoding: 'gzip', size, sha256: hash.digest('hex') };
}
