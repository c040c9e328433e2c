import type { Logger } from 'pino';
import { migrate, openDatabase, type Database } from '../db/index.js';
import { createApp } from './create-app.js';
import { drainOnSignals } from './drain.js';
import type { Settings } from './env.js';
import { allVersions } from '../modules/versions/versions.store.js';

/** Opens the database, brings it up to date, and serves until a signal comes. */
export async function serve(settings: Settings, log: Logger): Promise<void> {
  const db = await openDatabase({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    onError: (error) => log.error({ err: error }, 'database'),
  });
  try {
    await prepare(db, log);
    const app = await createApp({
      db,
      log,
      publicUrl: settings.PUBLIC_URL,
      versions: () => allVersions(db),
    });
    await app.http.listen({
      port: settings.PORT,
      host: settings.HOST,
      listenTextResolver: (address) => `Listening on ${address}.`,
    });
    drainOnSignals({
      log,
      delaySeconds: settings.DRAIN_SECONDS,
      startDraining: () => app.startDraining(),
      async close() {
        await app.close();
        await db.close();
      },
    });
    announce(settings, db, log);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function prepare(db: Database, log: Logger): Promise<void> {
  const applied = await migrate(db);
  if (applied.length > 0) log.info(`Applied ${applied.length} migration(s) to the database.`);
  // A first start shows something; a PostgreSQL server is someone's choice, and gets no invented names.
  if (db.kind !== 'embedded') return;
  const { importSample } = await import('../modules/imports/sample.js');
  if (await importSample(db))
    log.info('Imported a small invented sample version; the first import with --current takes its place.');
}

function announce({ PUBLIC_URL, DATA_DIR }: Settings, db: Database, log: Logger): void {
  log.info(
    db.kind === 'embedded' ? `Data is kept in the embedded database in ${DATA_DIR}.` : 'Data is kept in PostgreSQL.',
  );
  log.info(`Start page ${PUBLIC_URL}/  GraphiQL ${PUBLIC_URL}/graphiql  GraphQL ${PUBLIC_URL}/graphql`);
}
