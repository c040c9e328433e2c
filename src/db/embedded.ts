import { PGlite, type Transaction } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import type { Database, Sql, Statement, Tx } from './database.js';
import { AppError } from '../shared/errors.js';
import { checkChannel, separate } from './channels.js';
import { inBlocks } from './copy.js';
import { lockDirectory } from './directory-lock.js';
import { EmbeddedCheckpoints } from './embedded-checkpoints.js';
import { PrismaClient } from './generated/client.js';
import { scriptAdapter } from './script-adapter.js';
import { countingAdapter, type StatementCounter } from './statements.js';

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

/**
 * Opens PGlite (PostgreSQL in WebAssembly) in this process. It has one connection: transactions queue.
 * @throws AppError CONFLICT if another process has the directory open
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, loadDataDir, onError } = options;
  let unlock = () => Promise.resolve();
  let directory: string | undefined;
  if (dataDir !== undefined) {
    await mkdir(dataDir, { recursive: true });
    unlock = await lockDirectory(dataDir);
    directory = join(dataDir, 'database');
  }
  let pglite: PGlite;
  try {
    pglite = await PGlite.create({ dataDir: directory, loadDataDir, extensions: { pg_trgm, btree_gin } });
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
  const prisma = new PrismaClient({ adapter: countingAdapter(new PrismaPGlite(pglite), counter) });

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
    prisma,
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
    async listen(channel, onNotify) {
      checkChannel(channel);
      const stop = await pglite.listen(channel, separate(onNotify, onError));
      return () => stop();
    },
    exclusively: (work) => work(scriptAdapter(new PrismaPGlite(pglite), (script) => pglite.exec(script))),
    dump: () => pglite.dumpDataDir('none'),
    async close() {
      await prisma.$disconnect();
      await pglite.close();
      await unlock();
    },
  };
}
