import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { withDatabase } from './database.js';
import { startServer, type Server } from './processes.js';
import { inMemory } from './servers.js';
import { median } from './markdown.js';

/** Fetches a file. @returns its bytes as they travelled */
const fetched = (url: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      if (answer.statusCode !== 200 && answer.statusCode !== 304) {
        reject(new Error(`${url}: ${answer.statusCode}`));
        return;
      }
      let size = 0;
      answer.on('data', (piece: Buffer) => (size += piece.length)).on('end', () => resolve(size));
      answer.on('error', reject);
    }).on('error', reject);
  });

/** Milliseconds of each, one after the other, for about half a second. */
async function timeOf(work: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let count = 0;
  do {
    await work();
    count += 1;
  } while (performance.now() - start < 500);
  return (performance.now() - start) / count;
}

/** COPY; made anew; kept and sent unpacked, or as it is kept; not sent, as the reader has it. */
export type ExportKind = 'copy' | 'cold' | 'unpacked' | 'gzip' | 'unchanged';

/** Cold exports of a round, each beside COPY. */
const COLD = 2;

/** What the service's TSRG export comes to, beside `COPY … TO STDOUT` behind node:http. */
export interface ExportFigures {
  rounds: number;
  /** Of the file, in bytes. */
  size: number;
  /** Milliseconds of one export, one reader, medians. */
  time: Record<ExportKind, number>;
}

export interface ExportInput {
  /** The address of the database. */
  url: string;
  version: string;
  rounds: number;
  /** The service, on this database. */
  ours: Server;
}

/** Asks both for the file in turn. @throws Error if they do not give as many bytes */
export async function measureExport({ url, version, rounds, ours }: ExportInput): Promise<ExportFigures> {
  const id = await withDatabase(url, async (db) => {
    const rows = await db.query<{ id: number }>('SELECT id FROM game_versions WHERE name = $1', [version]);
    return rows[0]!.id;
  });
  const env = { DATABASE_URL: url, NODE_ENV: 'production', VERSION: String(id) };
  const bare = await startServer(['--import', 'tsx', 'bench/bare-copy.ts'], env, '/');
  try {
    return await measured({
      ours,
      url,
      rounds,
      file: `${ours.url}/exports/${version}/joined.tsrg`,
      copied: `${bare.url}/joined.tsrg`,
    });
  } finally {
    await bare.stop();
  }
}

interface Measuring {
  ours: Server;
  url: string;
  rounds: number;
  file: string;
  copied: string;
}

async function measured({ ours, url, rounds, file, copied }: Measuring): Promise<ExportFigures> {
  const size = await fetched(file);
  await inMemory(ours, 1);
  const copiedSize = await fetched(copied);
  if (size !== copiedSize) throw new Error(`The service gives ${size} bytes, COPY ${copiedSize}.`);
  const gzip = { 'accept-encoding': 'gzip' };
  const times: Record<ExportKind, number[]> = { copy: [], cold: [], unpacked: [], gzip: [], unchanged: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < COLD; i += 1) {
      // A head of its own each time: nothing that was made before is of use.
      await withDatabase(url, (db) => db.query('UPDATE game_versions SET head = head + 1'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const start = performance.now();
      await fetched(file);
      times.cold.push(performance.now() - start);
      times.copy.push(await timeOf(() => fetched(copied)));
    }
    const tag = (await fetch(file, { headers: gzip })).headers.get('etag')!;
    times.unpacked.push(await timeOf(() => fetched(file)));
    times.gzip.push(await timeOf(() => fetched(file, gzip)));
    times.unchanged.push(await timeOf(() => fetched(file, { ...gzip, 'if-none-match': tag })));
  }
  const time = Object.fromEntries(Object.entries(times).map(([kind, each]) => [kind, median(each)]));
  return { rounds, size, time: time as ExportFigures['time'] };
}
