import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, Sql } from '../../db/index.js';
import { dumpFileName } from './dump-format.js';
import { writeDump } from './dump.service.js';
import * as store from './kept-dumps.store.js';
import type { KeptDump } from './kept-dumps.store.js';

/** How many dumps are kept: who is reading one when the next is made has a day to finish. */
const KEPT = 2;

/** What became of the dump of a day. */
export type KeepOutcome = 'KEPT' | 'UNCHANGED';

/**
 * Dumps all public data and keeps it in the database, where every replica finds it. It is read into a file first, and then put there piece
 * by piece: nobody waits for either, and a dump is seen when it is whole. Nothing is kept where nothing has changed.
 */
export async function keepDump(db: Database, now: Date): Promise<KeepOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-dump-'));
  try {
    const file = join(folder, dumpFileName(now));
    const report = await writeDump(db, file, { now });
    const contentSha256 = Buffer.from(report.contentSha256, 'hex');
    const latest = await store.latestDump(db);
    if (latest !== null && contentSha256.equals(latest.contentSha256)) return 'UNCHANGED';
    const sha256 = Buffer.from(report.sha256, 'hex');
    await storeFile(db, file, { madeAt: now, size: report.size, sha256, contentSha256 });
    await store.removeOldDumps(db, KEPT);
    return 'KEPT';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeFile(db: Database, file: string, dump: Omit<KeptDump, 'id'>): Promise<void> {
  const id = await store.beginDump(db, dump);
  try {
    await storePieces(db, id, file, dump.size);
    await store.finishDump(db, id);
  } catch (error) {
    await store.removeDump(db, id).catch(() => undefined);
    throw error;
  }
}

async function storePieces(db: Database, id: number, path: string, size: number): Promise<void> {
  const file = await open(path, 'r');
  try {
    for (let index = 0; index * store.PIECE < size; index += 1) {
      const piece = Buffer.alloc(Math.min(store.PIECE, size - index * store.PIECE));
      let read = 0;
      while (read < piece.length) {
        const { bytesRead } = await file.read(piece, read, piece.length - read, index * store.PIECE + read);
        if (bytesRead === 0) throw new Error(`${path} is shorter than it was written.`);
        read += bytesRead;
      }
      await store.insertPiece(db, id, index, piece);
    }
  } finally {
    await file.close();
  }
}

/** A kept dump as it is handed out. */
export interface DumpFile {
  /** mcp-dump-2026-11-24.jsonl.gz */
  name: string;
  madeAt: Date;
  /** In bytes. */
  size: number;
  /** In hex. */
  sha256: string;
  /** The bytes from `start` to before `end`, a piece at a time. */
  read: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** The last dump that was kept; null before the first night. */
export async function latestDumpFile(db: Database): Promise<DumpFile | null> {
  const dump = await store.latestDump(db);
  if (dump === null) return null;
  const { id, madeAt, size, sha256 } = dump;
  return {
    name: dumpFileName(madeAt),
    madeAt,
    size,
    sha256: Buffer.from(sha256).toString('hex'),
    read: (start, end) => piecesOf(db, id, start, end),
  };
}

async function* piecesOf(db: Sql, dumpId: number, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let index = Math.floor(start / store.PIECE); index * store.PIECE < end; index += 1) {
    const piece = await store.dumpPiece(db, dumpId, index);
    // Its reader has taken more than a day.
    if (piece === null) throw new Error(`The dump ${dumpId} was removed while it was read.`);
    const from = index * store.PIECE;
    yield piece.subarray(Math.max(start - from, 0), end - from);
  }
}
