import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { migrate, openDatabase, type Database } from '../db/index.js';
import { createApp } from './create-app.js';
import { drainOnSignals } from './drain.js';
import type { Settings } from './env.js';

/** Opens the database, brings it up to date, and serves until a signal comes. */
export async function serve(settings: Settings, log: Logger): Promise<void> {
  const db = await openDatabase({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    onError: (error) => log.error({ err: error }, 'database'),
  });
  try {
    await prepare(db, log);
    const app = await createApp({ db, log, publicUrl: settings.PUBLIC_URL });
    await app.http.listen({ port: settings.PORT, host: settings.HOST, listenTextResolver: () => '' });
    drainOnSignals({
      log,
      delaySeconds: settings.DRAIN_SECONDS,
      startDraining: () => app.startDraining(),
      async close() {
        await app.close();
        await db.close();
      },
    });
    announce(app.http.addresses(), settings, db, log);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function prepare(db: Database, log: Logger): Promise<void> {
  const applied = await migrate(db);
  if (applied.length > 0) log.info(`Applied ${applied.length} migration(s) to the database.`);
}

function announce(addresses: readonly AddressInfo[], settings: Settings, db: Database, log: Logger): void {
  const { PUBLIC_URL } = settings;
  const listening = addresses.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
  const storage = db.kind === 'embedded' ? `the embedded database in ${settings.DATA_DIR}` : 'PostgreSQL';
  log.info(`MCP WebService listens on ${listening.join(', ')} and keeps its data in ${storage}.`);
  log.info(`Start page ${PUBLIC_URL}/  GraphiQL ${PUBLIC_URL}/graphiql  GraphQL ${PUBLIC_URL}/graphql`);
}
