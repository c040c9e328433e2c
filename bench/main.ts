// npm run bench: measures the service beside a bare server and servers of others over the same real data, in one run. `--help` tells more.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASE_NAMES, createCases } from './cases.js';
import { openData, type DataFolders } from './data.js';
import { BenchServer, withDatabase } from './database.js';
import { measureExport } from './export.js';
import { measureFloods } from './floods.js';
import { measureImport, type ImportFigures } from './import.js';
import { measureMemory } from './memory.js';
import type { ServiceInput } from './one-service.js';
import { pinSelf } from './processes.js';
import { readSubjects } from './read-cases.js';
import { machineFacts, reportText } from './report.js';
import { scaleText, soakText } from './report-scale.js';
import { preparePeers, runCases } from './run-cases.js';
import { drawScale } from './scale-drawing.js';
import { measureScale } from './scale.js';
import { seedHistory } from './seed-history.js';
import { buildService, installPeers, startService } from './servers.js';
import { readSettings, SECTIONS, UsageError, type Settings } from './settings.js';
import { measureSoak } from './soak.js';
import { measureStart } from './start.js';
import { copyVersions } from './versions.js';

/** What every kind of run begins with: one version with its names and history in a database. */
interface Prepared extends ServiceInput {
  data: DataFolders;
  imports: ImportFigures;
  started: number;
  loadBefore: number;
}

const wants = ({ only }: Settings, name: string) => only === null || only.includes(name);

const factsOf = async ({ data, benchServer, loadBefore, started }: Prepared) => ({
  title: data.title,
  facts: await machineFacts(benchServer.serverVersion, loadBefore),
  took: (Date.now() - started) / 1_000,
});

/** Everything but what takes long: cases, floods, memory, import and export. */
async function benchmark(settings: Settings, prepared: Prepared): Promise<void> {
  const { benchServer, database, entry, dataDir, imports } = prepared;
  const { version } = settings.data;
  const url = benchServer.url(database);
  const all = await withDatabase(url, (db) => createCases(db, version));
  const cases = all.filter(({ name }) => wants(settings, name));
  const peers = settings.peers && cases.some((bench) => bench.peers !== undefined);
  if (peers) {
    installPeers();
    await preparePeers(url);
  }
  const cased =
    cases.length === 0
      ? { results: [], history: null, residents: {} }
      : await runCases({ ...prepared, ...settings, cases, peers });
  pinSelf();
  const lookup = all.find(({ name }) => name === 'lookup')!;
  const floods = wants(settings, 'floods') ? await measureFloods({ ...prepared, ...settings, version, lookup }) : null;
  const exports = wants(settings, 'export') ? await exported() : null;
  const starts = wants(settings, 'start') ? await measureStart(join(dataDir, 'started'), settings.rounds) : null;
  // Last, as it copies the version, which nothing else is to meet.
  const memory = wants(settings, 'memory') ? await remembered() : null;

  async function exported() {
    const ours = await startService({ entry, databaseUrl: url, dataDir });
    try {
      return await measureExport({ url, version, rounds: settings.rounds, ours });
    } finally {
      await ours.stop();
    }
  }

  async function remembered() {
    const versions = await copyVersions(url, version, settings.memoryVersions);
    const subjects = await withDatabase(url, (db) => readSubjects(db, version));
    return measureMemory({ ...prepared, versions, subjects });
  }

  const text = reportText({
    ...(await factsOf(prepared)),
    ...cased,
    imports: wants(settings, 'import') ? imports : null,
    exports,
    starts,
    floods,
    memory,
    steps: settings.only === null ? (await readFile('bench/steps.md', 'utf8')).trim() : null,
    settings,
  });
  console.log(`\n${text}`);
  if (settings.out !== null) await writeFile(settings.out, text);
}

async function scale(settings: Settings, prepared: Prepared): Promise<void> {
  const { version } = settings.data;
  const subjects = await withDatabase(prepared.benchServer.url(prepared.database), (db) => readSubjects(db, version));
  pinSelf();
  const figures = await measureScale({ ...prepared, ...settings, version, subjects });
  const text = scaleText(figures, await factsOf(prepared));
  console.log(`\n${text}`);
  if (settings.out === null) return;
  await writeFile('bench/SCALE.md', text);
  await writeFile('bench/scale.svg', drawScale(figures));
}

async function soak(settings: Settings, minutes: number, prepared: Prepared): Promise<void> {
  const { version } = settings.data;
  const url = prepared.benchServer.url(prepared.database);
  const subjects = await withDatabase(url, (db) => readSubjects(db, version));
  const versions = await copyVersions(url, version, 10);
  pinSelf();
  const figures = await measureSoak({ ...prepared, versions, subjects, minutes });
  const text = soakText(figures, await factsOf(prepared));
  console.log(`\n${text}`);
  if (settings.out !== null) await writeFile('bench/SOAK.md', text);
}

async function run(settings: Settings): Promise<void> {
  if (settings.server === null) buildService();
  const started = Date.now();
  const loadBefore = loadavg()[0]!;
  const benchServer = await BenchServer.connect(settings.adminUrl);
  const data = await openData(settings.data, settings.dataFolder);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void benchServer.close().finally(() => process.exit(130)));
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'mcp-bench-'));
  const { version } = settings.data;
  try {
    const { database, figures: imports } = await measureImport(benchServer, data, {
      version,
      rounds: settings.mode === 'BENCH' && wants(settings, 'import') ? settings.importRounds : 1,
    });
    await withDatabase(benchServer.url(database), async (db) => {
      await seedHistory(db, version);
      // What autovacuum would do within a minute: until then the index of similar names has a list that is too long to be used.
      await db.query('VACUUM ANALYZE');
    });
    const entry = settings.server ?? 'dist/main.js';
    const prepared: Prepared = { benchServer, database, entry, dataDir, data, imports, started, loadBefore };
    if (settings.mode === 'SCALE') await scale(settings, prepared);
    else if (settings.mode === 'SOAK') await soak(settings, settings.soakMinutes, prepared);
    else await benchmark(settings, prepared);
  } finally {
    await benchServer.close();
    await data.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
}

try {
  const settings = readSettings(process.argv.slice(2));
  const known: readonly string[] = [...CASE_NAMES, ...SECTIONS];
  const unknown = settings?.only?.find((name) => !known.includes(name));
  if (unknown) throw new UsageError(`--only takes ${known.join(', ')}; not ${unknown}.`);
  if (settings) await run(settings);
} catch (error) {
  const misused =
    error instanceof UsageError || String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
  console.error(misused ? (error as Error).message : error);
  process.exitCode = misused ? 2 : 1;
}
