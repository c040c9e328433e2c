import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Database, Sql, Statement, Tx } from './database.js';
import type { PrismaClient } from './generated/client.js';
import { inBlocks } from './copy.js';
import { passOnOwnNotices } from './own-notices.js';
import { PostgresqlListener } from './postgresql-listener.js';
import { scriptAdapter } from './script-adapter.js';
import type { StatementCounter } from './statements.js';

/** What every connection runs with: a bound on each statement, times told in UTC, and the notices of `own-notices.ts`. */
const SESSION = `SET statement_timeout = '10s'; SET timezone = 'UTC'; SET jit = off; SET client_min_messages = notice`;

/** "MCP" in ASCII: the advisory lock under which one process at a time migrates. */
const MIGRATION_LOCK = 0x4d4350;

export interface PostgresqlOptions {
  url: string;
  /** Connections of this process. */
  poolSize?: number;
  onError?: (error: Error) => void;
}

const adapterOf = async (pool: pg.Pool) => new (await import('@prisma/adapter-pg')).PrismaPg(pool);

/** Opens a pool on a PostgreSQL server; connections are made when first needed. */
export function openPostgresql({ url, poolSize = 10, onError }: PostgresqlOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    // The pool waits for the promise, which its types do not say.
    onConnect: (client) => client.query(SESSION) as unknown as void,
  });
  // An idle connection that the server closes is replaced at the next query; without a listener it would end the process.
  pool.on('error', (error) => onError?.(error));
  const counter: StatementCounter = { count: 0 };
  let prisma: Promise<PrismaClient> | undefined;
  const openPrisma = async () => (await import('./prisma.js')).prismaOver(await adapterOf(pool), counter);
  const listener = new PostgresqlListener(url, onError);
  passOnOwnNotices(pool, (channel, payload) => listener.tell(channel, payload));

  const sqlOn = (client: pg.Pool | pg.PoolClient): Sql => ({
    async query<Row extends object>(sql: Statement | string, values: readonly unknown[] = []) {
      counter.count += 1;
      const text = typeof sql === 'string' ? { text: sql } : { name: sql.name, text: sql.text };
      const result = await client.query<Row & pg.QueryResultRow>({ ...text, values: values as unknown[] });
      const { rows } = result;
      // The results of a connection hold each other until a full collection: without their rows, which are what is large.
      result.rows = [];
      return rows;
    },
  });

  return {
    kind: 'postgresql',
    prisma: () => (prisma ??= openPrisma()),
    ...sqlOn(pool),
    get statementCount() {
      return counter.count;
    },
    async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work({
          ...sqlOn(client),
          async copyFrom(target, lines) {
            counter.count += 1;
            const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
            await pipeline(Readable.from(inBlocks(lines)), stream);
            return stream.rowCount;
          },
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is not given to the next one.
        await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async exclusively(work) {
      // The engine gets a pool of its own: what it sets on its connection must not come back to ours.
      const engine = new pg.Pool({ connectionString: url, max: 2 });
      const guard = await engine.connect();
      try {
        await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
        return await work(scriptAdapter(await adapterOf(engine), (script) => engine.query(script)));
      } finally {
        // Ends the session, and with it the lock.
        guard.release(true);
        await engine.end();
      }
    },
    listen: (channel, onNotify, onLink) => listener.listen(channel, onNotify, onLink),
    async close() {
      await listener.close();
      await (await prisma)?.$disconnect();
      await pool.end();
    },
  };
}
