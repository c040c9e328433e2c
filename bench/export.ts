// npx tsx bench/export.ts [--version V] [--rounds N]: the service's TSRG export beside COPY … TO STDOUT behind node:http, in one run.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { BenchServer, withDatabase } from './database.js';
import { openData } from './data.js';
import { measureImport } from './import.js';
import { pinSelf, startServer } from './processes.js';
import { readSettings } from './settings.js';

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

const settings = readSettings(['--version', '1.16.5', ...process.argv.slice(2)])!;
spawnSync(process.execPath, ['scripts/ensure-built.mjs'], { stdio: 'inherit' });
const load = loadavg()[0]!;
const benchServer = await BenchServer.connect(settings.adminUrl);
const data = await openData(settings.data, settings.dataFolder);
const dataDir = await mkdtemp(join(tmpdir(), 'mcp-bench-'));
const stops: (() => Promise<void>)[] = [];
try {
  const { version } = settings.data;
  const { database } = await measureImport(benchServer, data, { version, rounds: 1 });
  const url = benchServer.url(database);
  const id = await withDatabase(url, async (db) => {
    await db.query('VACUUM ANALYZE');
    const [row] = await db.query<{ id: number }>('SELECT id FROM game_versions WHERE name = $1', [version]);
    return row!.id;
  });
  const env = { DATABASE_URL: url, NODE_ENV: 'production' };
  const bare = await startServer(['--import', 'tsx', 'bench/bare-copy.ts'], { ...env, VERSION: String(id) }, '/');
  stops.push(() => bare.stop());
  const ours = await startServer(
    [settings.server ?? 'dist/main.js'],
    {
      ...env,
      ...{
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        PUBLIC_URL: 'http://localhost:4000',
        SNAPSHOT_AT: 'off',
        DUMP_AT: 'off',
      },
      SECRET_KEYS: randomBytes(32).toString('hex'),
    },
    '/readyz',
  );
  stops.push(() => ours.stop());
  pinSelf();

  const file = `${ours.url}/exports/${version}/joined.tsrg`;
  const size = await fetched(file);
  const copied = await fetched(`${bare.url}/joined.tsrg`);
  if (size !== copied) throw new Error(`The service gives ${size} bytes, COPY ${copied}.`);
  const seconds: Record<string, number[]> = { cold: [], copy: [] };
  const perSecond: Record<string, number[]> = { cached: [], gzip: [], unchanged: [], copy: [] };
  const tag = await fetch(file, { headers: { 'accept-encoding': 'gzip' } }).then((answer) =>
    answer.headers.get('etag')!,
  );
  const timed = async (into: number[], work: () => Promise<number>) => {
    const start = performance.now();
    await work();
    into.push((performance.now() - start) / 1_000);
  };
  for (let round = 0; round < settings.rounds; round += 1) {
    // A head of its own each time: nothing that was made before is of use.
    await withDatabase(url, (db) => db.query('UPDATE game_versions SET head = head + 1'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await timed(seconds['cold']!, () => fetched(file));
    await timed(seconds['copy']!, () => fetched(`${bare.url}/joined.tsrg`));
    perSecond['cached']!.push(await rate(() => fetched(file)));
    perSecond['copy']!.push(await rate(() => fetched(`${bare.url}/joined.tsrg`)));
    perSecond['gzip']!.push(await rate(() => fetched(file, { 'accept-encoding': 'gzip' })));
    perSecond['unchanged']!.push(await rate(() => fetched(file, { 'accept-encoding': 'gzip', 'if-none-match': tag })));
  }
  const megabytes = size / 1e6;
  const copyRate = median(perSecond['copy']!);
  const line = (title: string, rate_: number) =>
    `| ${title} | ${rate_.toFixed(1)} | ${(rate_ * megabytes).toFixed(1)} | **${(rate_ / copyRate).toFixed(2)}** |`;
  console.log(`## Exports

TSRG of ${data.title}, ${megabytes.toFixed(2)} MB, one reader, medians of ${settings.rounds}; load average before it ${load.toFixed(2)}.
"COPY" is \`COPY (SELECT …) TO STDOUT\` of the same lines through node:http (\`bare-copy.ts\`): what \`psql \\copy\` does.
MB are of the file itself; one that travels compressed counts as what it unpacks to.

| joined.tsrg | requests/s | MB/s | beside COPY |
| --- | ---: | ---: | ---: |
${line('COPY', copyRate)}
${line('cold: read, written and compressed', 1 / median(seconds['cold']!))}
${line('cached, unpacked for the reader', median(perSecond['cached']!))}
${line('cached, gzip', median(perSecond['gzip']!))}
${line('unchanged: 304', median(perSecond['unchanged']!))}
`);
} finally {
  for (const stop of stops) await stop();
  await benchServer.close();
  await data.remove();
  await rm(dataDir, { recursive: true, force: true });
}
