import { PGlite, type Transaction } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Database, Sql, Statement, Tx } from './database.js';
import { AppError } from '../shared/errors.js';
import { checkChannel, separate } from './channels.js';
import { inBlocks } from './copy.js';
import { lockDirectory } from './directory-lock.js';
import { EmbeddedCheckpoints } from './embedded-checkpoints.js';
import type { PrismaClient } from './generated/client.js';
import { scriptAdapter } from './script-adapter.js';
import type { StatementCounter } from './statements.js';

export interface EmbeddedOptions {
  /** The data directory, made if absent; in memory where it is not given. */
  dataDir?: string;
  /** A database directory dumped before (tests), to start from instead of an empty one. */
  loadDataDir?: Blob;
  onError?: (error: Error) => void;
}

/** The embedded database with what only it can do. */
export interface EmbeddedDatabase extends Database {
  /** The whole database directory as one file. */
  dump(): Promise<Blob>;
}

// Node's types leave WebAssembly to the DOM library, which this project does not load.
declare const WebAssembly: { compile: (wasm: Uint8Array) => Promise<object> };

const PGLITE_FOLDER = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'));

/**
 * PGlite touches all its buffers when it opens, 128 MB unless it is told otherwise: a third of the time that takes, and memory that is
 * never given back. Imports and scans of real versions take as long with a quarter of them, as the files are in the system's cache.
 */
const SETTINGS = ['-c', 'shared_buffers=32MB'];

let engine: Promise<object> | undefined;

/** Begins at once, on other threads, whatever this one does meanwhile. */
const compileEngine = () => (engine ??= WebAssembly.compile(readFileSync(join(PGLITE_FOLDER, 'pglite.wasm'))));

const adapterOf = async (pglite: PGlite) => new (await import('pglite-prisma-adapter')).PrismaPGlite(pglite);

/**
 * Opens PGlite (PostgreSQL in WebAssembly) in this process. It has one connection: transactions queue.
 * @throws AppError CONFLICT if another process has the directory open
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, loadDataDir, onError } = options;
  const compiling = compileEngine();
  // Told when the database is opened with it; the directory may be refused before.
  compiling.catch(() => undefined);
  let unlock = () => Promise.resolve();
  let directory: string | undefined;
  if (dataDir !== undefined) {
    await mkdir(dataDir, { recursive: true });
    unlock = await lockDirectory(dataDir);
    directory = join(dataDir, 'database');
  }
  let pglite: PGlite;
  try {
    pglite = await PGlite.create({
      dataDir: directory,
      loadDataDir,
      extensions: { pg_trgm, btree_gin },
      pgliteWasmModule: await compiling,
      startParams: [...PGlite.defaultStartParams, ...SETTINGS],
    });
  } catch (error) {
    await unlock();
    if (directory === undefined) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'INTERNAL_SERVER_ERROR',
      `The embedded database in ${directory} does not open (${why}). It may be damaged, or written by another version of PGlite.`,
      {},
      { cause: error },
    );
  }
  const checkpoints = new EmbeddedCheckpoints();
  const counter: StatementCounter = { count: 0 };
  let prisma: Promise<PrismaClient> | undefined;
  const openPrisma = async () => (await import('./prisma.js')).prismaOver(await adapterOf(pglite), counter);

  const sqlOn = (client: PGlite | Transaction): Sql => ({
    async query<Row extends object>(sql: Statement | string, values: readonly unknown[] = []) {
      counter.count += 1;
      const { rows } = await client.query<Row>(typeof sql === 'string' ? sql : sql.text, values as unknown[]);
      await checkpoints.after(client);
      return rows;
    },
  });

  return {
    kind: 'embedded',
    prisma: () => (prisma ??= openPrisma()),
    ...sqlOn(pglite),
    get statementCount() {
      return counter.count;
    },
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      return pglite.transaction((client) =>
        work({
          ...sqlOn(client),
          async copyFrom(target, lines) {
            counter.count += 1;
            const blocks: string[] = [];
            for await (const block of inBlocks(lines)) blocks.push(block);
            const { affectedRows } = await client.query(`COPY ${target} FROM '/dev/blob'`, [], {
              blob: new Blob(blocks),
            });
            await checkpoints.after(client, true);
            return affectedRows ?? 0;
          },
        }),
      );
    },
    async listen(channel, onNotify, onLink) {
      checkChannel(channel);
      const stop = await pglite.listen(channel, separate(onNotify, onError));
      // The one connection there is: what it hears comes with the answer to the commit, and it is never lost.
      onLink?.(true);
      return () => stop();
    },
    exclusively: async (work) => work(scriptAdapter(await adapterOf(pglite), (script) => pglite.exec(script))),
    dump: () => pglite.dumpDataDir('none'),
    async close() {
      await (await prisma)?.$disconnect();
      await pglite.close();
      await unlock();
    },
  };
}
