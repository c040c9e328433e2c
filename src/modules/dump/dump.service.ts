import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { holdStill, type Database } from '../../db/index.js';
import { PROJECT_FOLDER } from '../../shared/project-folder.js';
import { writeWholeFile } from '../../shared/whole-file.js';
import { FORMAT, FORMAT_VERSION, type DumpHeader } from './dump-format.js';
import { dumpLines, type WrittenLines } from './dump-lines.js';
import { readFacts } from './dump.store.js';

/** A dump as it was written. */
export interface DumpReport extends WrittenLines {
  madeAt: Date;
  /** Rows by section. */
  counts: Record<string, number>;
  /** Of the file, in bytes. */
  size: number;
  /** Of the file, in hex. */
  sha256: string;
  /** Ends of both chains, to be noted somewhere else: `mcp verify-history --expect-changes`. */
  history: DumpHeader['history'];
}

export interface DumpOptions {
  now: Date;
  /** Called now and then with how many rows of how many are written. */
  onProgress?: (done: number, total: number) => void;
}

/** The service in words and version, for the reader of a dump. */
async function service(): Promise<DumpHeader['service']> {
  const text = await readFile(join(PROJECT_FOLDER, 'package.json'), 'utf8');
  const { name, version } = JSON.parse(text) as DumpHeader['service'];
  return { name, version };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * Writes all public data with its history into one file (docs/DUMP.md). It shows one instant and takes no more memory for much than for
 * little; the file has its name when it is whole.
 */
export function writeDump(db: Database, path: string, { now, onProgress }: DumpOptions): Promise<DumpReport> {
  return writeWholeFile(path, (write) =>
    db.transaction(async (tx) => {
      await holdStill(tx);
      const facts = await readFacts(tx);
      const header: DumpHeader = {
        format: FORMAT,
        formatVersion: FORMAT_VERSION,
        madeAt: now.toISOString(),
        service: await service(),
        ...facts,
      };
      const { counts, history } = facts;
      const total = sum(counts);
      let lines: WrittenLines | undefined;
      const text = dumpLines(
        tx,
        header,
        (rows) => onProgress?.(rows, total),
        (result) => (lines = result),
      );
      const hash = createHash('sha256');
      let size = 0;
      await pipeline(
        Readable.from(text, { objectMode: false }),
        createGzip(),
        async (pieces: AsyncIterable<Buffer>) => {
          for await (const piece of pieces) {
            size += piece.length;
            hash.update(piece);
            await write(piece);
          }
        },
      );
      return { madeAt: now, counts, history, ...lines!, size, sha256: hash.digest('hex') };
    }),
  );
}
