// npm run bench: measures the service beside a bare server over the same real data, in one run. `--help` tells more.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PUBLIC_URL, SECRET_KEYS } from './access-token.js';
import { CASE_NAMES, createCases, type BenchCase } from './cases.js';
import { compareAnswers, statementsPerRequest } from './compare.js';
import { BenchServer, withDatabase } from './database.js';
import { openData } from './data.js';
import { measureExport, type ExportFigures } from './export.js';
import { measureImport } from './import.js';
import { historyIsWhole, type HistoryCounts } from './history.js';
import { measureCase, SIDES, type CaseResult, type Side } from './measure.js';
import { pinSelf, startServer, type Server } from './processes.js';
import { machineFacts, reportText } from './report.js';
import { readSettings, UsageError, type Settings } from './settings.js';
import { countStatements } from './statements.js';

type Statements = Map<string, Record<Side, number>>;

function build(): void {
  const { status } = spawnSync(process.execPath, ['scripts/ensure-built.mjs'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The service could not be built.');
}

/** Both servers over one database, each with connections of its own name. */
async function startServers(
  settings: Settings,
  urls: Record<Side, string>,
  dataDir: string,
): Promise<{ servers: Record<Side, Server>; stop: () => Promise<void> }> {
  const started: Server[] = [];
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));
  const start = async (args: string[], env: Record<string, string>, ready: string) => {
    const server = await startServer(args, { ...env, NODE_ENV: 'production' }, ready);
    started.push(server);
    return server;
  };
  try {
    const ours = await start(
      [settings.server ?? 'dist/main.js'],
      {
        DATABASE_URL: urls.ours,
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        PUBLIC_URL,
        SECRET_KEYS,
        // Nothing is done once a day while something is measured.
        SNAPSHOT_AT: 'off',
        DUMP_AT: 'off',
      },
      '/readyz',
    );
    const bare = await start(['--import', 'tsx', 'bench/bare-server.ts'], { DATABASE_URL: urls.bare }, '/');
    return { servers: { ours, bare }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Before anything is timed: are the answers the same, and how many statements does each take? */
async function checkAnswers(
  settings: Settings,
  cases: readonly BenchCase[],
  database: string,
  dataDir: string,
): Promise<Statements> {
  const counters = { ours: await countStatements(database), bare: await countStatements(database) };
  const statements: Statements = new Map();
  try {
    const urls = { ours: counters.ours.url, bare: counters.bare.url };
    const { servers, stop } = await startServers(settings, urls, dataDir);
    try {
      const addresses = { ours: servers.ours.url, bare: servers.bare.url };
      const count = { ours: counters.ours.count, bare: counters.bare.count };
      for (const bench of cases) {
        await compareAnswers(bench, addresses);
        statements.set(bench.name, await statementsPerRequest(bench, addresses, count));
      }
    } finally {
      await stop();
    }
  } finally {
    for (const side of SIDES) await counters[side].close();
  }
  console.log('Both servers give the same answers.');
  return statements;
}

async function run(settings: Settings): Promise<void> {
  if (settings.server === null) build();
  const started = Date.now();
  const loadBefore = loadavg()[0]!;
  const benchServer = await BenchServer.connect(settings.adminUrl);
  const data = await openData(settings.data, settings.dataFolder);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void benchServer.close().finally(() => process.exit(130)));
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'mcp-bench-'));
  const { version } = settings.data;
  const wanted = (name: string) => settings.only === null || settings.only.includes(name);
  try {
    const { database, figures } = await measureImport(benchServer, data, {
      version,
      rounds: wanted('import') ? settings.importRounds : 1,
    });
    const all = await withDatabase(benchServer.url(database), async (db) => {
      // What autovacuum would do within a minute: until then the index of similar names has a list that is too long to be used.
      await db.query('VACUUM ANALYZE');
      return createCases(db, version);
    });
    const cases = all.filter(({ name }) => wanted(name));
    const results: CaseResult[] = [];
    let history: HistoryCounts | null = null;
    let exports: ExportFigures | null = null;
    if (cases.length > 0) {
      const statements = await checkAnswers(settings, cases, benchServer.url(database), dataDir);
      const urls = { ours: benchServer.url(database, 'ours'), bare: benchServer.url(database, 'bare') };
      const { servers, stop } = await startServers(settings, urls, dataDir);
      pinSelf();
      try {
        for (const bench of cases) {
          const measured = await measureCase(bench, { ...settings, benchServer, servers });
          results.push({ ...measured, statements: statements.get(bench.name)! });
          const { ours, bare } = measured;
          console.log(`${bench.name}: ${ours.perSecond.toFixed(0)} beside ${bare.perSecond.toFixed(0)} requests/s`);
        }
      } finally {
        await stop();
      }
      if (cases.some(({ writes }) => writes !== undefined)) {
        history = await withDatabase(benchServer.url(database), historyIsWhole);
      }
    }
    if (wanted('export')) {
      const url = benchServer.url(database);
      const { servers, stop } = await startServers(settings, { ours: url, bare: url }, dataDir);
      pinSelf();
      try {
        exports = await measureExport({ url, version, rounds: settings.rounds, ours: servers.ours });
      } finally {
        await stop();
      }
    }
    const text = reportText({
      title: data.title,
      facts: await machineFacts(benchServer.serverVersion, loadBefore),
      results,
      history,
      imports: wanted('import') ? figures : null,
      exports,
      settings,
      took: (Date.now() - started) / 1_000,
    });
    console.log(`\n${text}`);
    if (settings.out !== null) await writeFile(settings.out, text);
  } finally {
    await benchServer.close();
    await data.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
}

try {
  const settings = readSettings(process.argv.slice(2));
  const unknown = settings?.only?.find(
    (name) => !['import', 'export'].includes(name) && !CASE_NAMES.some((known) => known === name),
  );
  if (unknown) throw new UsageError(`--only takes import, export, ${CASE_NAMES.join(', ')}; not ${unknown}.`);
  if (settings) await run(settings);
} catch (error) {
  const misused =
    error instanceof UsageError || String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
  console.error(misused ? (error as Error).message : error);
  process.exitCode = misused ? 2 : 1;
}
