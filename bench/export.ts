import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { withDatabase } from './database.js';
import { startServer, type Server } from './processes.js';

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

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Requests a second, one after the other, for about a second. */
async function rate(work: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let count = 0;
  do {
    await work();
    count += 1;
  } while (performance.now() - start < 1_000);
  return (count * 1_000) / (performance.now() - start);
}

/** What the service's TSRG export comes to, beside `COPY … TO STDOUT` behind node:http. */
export interface ExportFigures {
  rounds: number;
  /** Of the file, in bytes. */
  size: number;
  /** Requests a second of one reader, medians. */
  perSecond: { copy: number; cold: number; unpacked: number; gzip: number; unchanged: number };
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
  url: string;
  rounds: number;
  file: string;
  copied: string;
}

async function measured({ url, rounds, file, copied }: Measuring): Promise<ExportFigures> {
  const size = await fetched(file);
  const copiedSize = await fetched(copied);
  if (size !== copiedSize) throw new Error(`The service gives ${size} bytes, COPY ${copiedSize}.`);
  const gzip = { 'accept-encoding': 'gzip' };
  const rates = { copy: [], cold: [], unpacked: [], gzip: [], unchanged: [] } as Record<string, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    // A head of its own each time: nothing that was made before is of use.
    await withDatabase(url, (db) => db.query('UPDATE game_versions SET head = head + 1'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const start = performance.now();
    await fetched(file);
    rates['cold']!.push(1_000 / (performance.now() - start));
    const tag = (await fetch(file, { headers: gzip })).headers.get('etag')!;
    rates['copy']!.push(await rate(() => fetched(copied)));
    rates['unpacked']!.push(await rate(() => fetched(file)));
    rates['gzip']!.push(await rate(() => fetched(file, gzip)));
    rates['unchanged']!.push(await rate(() => fetched(file, { ...gzip, 'if-none-match': tag })));
  }
  const perSecond = Object.fromEntries(Object.entries(rates).map(([name, each]) => [name, median(each)]));
  return { rounds, size, perSecond: perSecond as ExportFigures['perSecond'] };
}
