import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { holdStill, type Database } from '../../db/index.js';
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

/** The service in words and version, for the reader of a dump; beside `src/` and `dist/` alike. */
async function service(): Promise<DumpHeader['service']> {
  const { name, version } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as DumpHeader['service'];
  return { name, version };
}

/** Lets bytes through, and knows how many and which they were. */
function weighed() {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ size, sha256: hash.digest('hex') }) };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * Writes all public data with its history into one file (docs/DUMP.md). It shows one instant and takes no more memory for much than for
 * little; the file has its name when it is whole.
 */
export async function writeDump(db: Database, path: string, { now, onProgress }: DumpOptions): Promise<DumpReport> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const report = await db.transaction(async (tx) => {
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
      let written: WrittenLines | undefined;
      const lines = dumpLines(
        tx,
        header,
        (rows) => onProgress?.(rows, total),
        (result) => (written = result),
      );
      const weight = weighed();
      // On the disk before it gets its name.
      const file = createWriteStream(unfinished, { flush: true });
      await pipeline(Readable.from(lines, { objectMode: false }), createGzip(), weight.stream, file);
      return { madeAt: now, counts, history, ...written!, ...weight.result() };
    });
    await rename(unfinished, path);
    return report;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
