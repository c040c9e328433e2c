import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { importNames } from '../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../src/modules/imports/read-source.js';
import { openSource } from '../src/modules/imports/sources/index.js';
import { importVersion } from '../src/modules/imports/version-import.service.js';
import { withDatabase, type BenchServer } from './database.js';
import type { DataFolders } from './data.js';
import { median } from './markdown.js';

const run = promisify(execFile);

export interface ImportFigures {
  entries: number;
  declarations: number;
  /** Seconds of the median round: reading and parsing the files, and all that the database does. */
  version: { read: number; write: number };
  names: { rows: number; read: number; write: number };
  /** Null where there is no psql. */
  copy: { seconds: number; version: string } | null;
  rounds: number;
}

interface Round {
  read: number;
  write: number;
  namesRead: number;
  namesWrite: number;
  namesRows: number;
  copy: number | null;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1_000];
}

async function reading<T>(
  folder: string,
  read: (source: Awaited<ReturnType<typeof openSource>>) => Promise<T>,
): Promise<T> {
  const source = await openSource(folder);
  try {
    return await read(source);
  } finally {
    await source.close();
  }
}

async function psqlVersion(): Promise<string | null> {
  try {
    return (await run('psql', ['--version'])).stdout.trim();
  } catch {
    return null;
  }
}

const TABLES = ['game_versions', 'mappings', 'declarations'] as const;

/** Columns, defaults, indexes and foreign keys as the service has them. */
const EQUAL_TABLES = `
  CREATE SCHEMA copied;
  ${TABLES.map((table) => `CREATE TABLE copied.${table} (LIKE public.${table} INCLUDING ALL);`).join('\n')}
  ALTER TABLE copied.mappings ADD FOREIGN KEY (version_id) REFERENCES copied.game_versions,
                              ADD FOREIGN KEY (method_id) REFERENCES copied.mappings;
  ALTER TABLE copied.declarations ADD FOREIGN KEY (owner_id) REFERENCES copied.mappings,
                                  ADD FOREIGN KEY (member_id) REFERENCES copied.mappings;
  INSERT INTO copied.game_versions SELECT * FROM public.game_versions;
  ANALYZE copied.game_versions;`;

const psql = (url: string, ...commands: string[]) =>
  run('psql', [url, '-qX', '-v', 'ON_ERROR_STOP=1', ...commands.flatMap((command) => ['-c', command])]);

/** Copies the rows of both tables out, untimed, and into equal empty tables, timed and in one psql. */
async function copyRows(url: string, folder: string): Promise<number> {
  await psql(
    url,
    // Tables rather than queries: those leave generated columns out, on the way out and in.
    ...TABLES.slice(1).map((table) => `\\copy ${table} TO '${join(folder, table)}'`),
  );
  await psql(url, EQUAL_TABLES);
  const commands = TABLES.slice(1).map((table) => `\\copy copied.${table} FROM '${join(folder, table)}'`);
  const [, seconds] = await timed(() => psql(url, ...commands, 'ANALYZE copied.mappings, copied.declarations'));
  await psql(url, `SET client_min_messages = warning; DROP SCHEMA copied CASCADE`);
  return seconds;
}

/**
 * Imports the version and its names into a fresh database a round, each beside psql's \copy of the rows that came of it.
 * The last database stays, to be served. Both have all cores.
 */
export async function measureImport(
  server: BenchServer,
  data: DataFolders,
  { version, rounds }: { version: string; rounds: number },
): Promise<{ database: string; figures: ImportFigures }> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-bench-'));
  const psqlIs = await psqlVersion();
  const done: Round[] = [];
  let database = '';
  let counts = { entries: 0, declarations: 0 };
  try {
    for (let i = 0; i < rounds; i++) {
      if (database !== '') await server.drop(database);
      database = `served_${i}`;
      const url = await server.database(database);
      done.push(await withDatabase(url, async (db) => {
        const [files, read] = await timed(() => reading(data.mappings, readVersion));
        const [, write] = await timed(() => importVersion(db, { ...files, version, current: true }));
        const copy = psqlIs === null ? null : await copyRows(url, folder);
        const [names, namesRead] = await timed(() => reading(data.names, readNames));
        const [, namesWrite] = await timed(() => importNames(db, { version, files: names }));
        const [row] = await db.query<typeof counts>(
          `SELECT (SELECT count(*)::int FROM mappings) AS entries, (SELECT count(*)::int FROM declarations) AS declarations`,
        );
        counts = row!;
        const namesRows = names.reduce((sum, { rows }) => sum + rows.length, 0);
        return { read, write, namesRead, namesWrite, namesRows, copy };
      })); // prettier-ignore
      console.log(`import ${i + 1}/${rounds}: ${(done[i]!.read + done[i]!.write).toFixed(2)} s`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const middle = (value: (round: Round) => number) => median(done.map(value));
  return {
    database,
    figures: {
      ...counts,
      version: { read: middle(({ read }) => read), write: middle(({ write }) => write) },
      names: {
        rows: done[0]!.namesRows,
        read: middle(({ namesRead }) => namesRead),
        write: middle(({ namesWrite }) => namesWrite),
      },
      copy: psqlIs === null ? null : { seconds: middle(({ copy }) => copy!), version: psqlIs },
      rounds,
    },
  };
}
