import type { Logger } from 'pino';
import { migrate, openDatabase, type Database } from '../db/index.js';
import { encodeId } from '../graphql/ids.js';
import { createAuth, providerSettings } from './auth.js';
import { createApp } from './create-app.js';
import { drainOnSignals } from './drain.js';
import type { Settings } from './env.js';
import { keepHouse } from './housekeeping.js';
import { scheduledJobs } from './jobs.js';
import { openRedis } from './redis.js';
import { secretKeys } from './secret-keys.js';
import { DemandCounter } from '../modules/demand/demand-counter.js';
import { hasAdmin } from '../modules/roles/roles.store.js';
import { startSchedule } from '../modules/schedule/schedule.js';
import { allVersions } from '../modules/versions/versions.store.js';
import { startDeliveries } from '../modules/webhooks/delivery-worker.js';
import { webhookTargets } from '../modules/webhooks/targets.js';

/** How the first administrator is made: nobody is there yet to grant the role. */
const FIRST_ADMIN = {
  embedded: 'There is no administrator yet. Stop the service and run: npm run mcp -- user create <handle> --role ADMIN',
  postgresql: 'There is no administrator yet. Run: npm run mcp -- user create <handle> --role ADMIN',
} as const;

/** Opens the database, brings it up to date, and serves until a signal comes. */
export async function serve(settings: Settings, log: Logger): Promise<void> {
  const db = await openDatabase({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    onError: (error) => log.error({ err: error }, 'database'),
  });
  try {
    await prepare(db, log);
    const redis = settings.REDIS_URL === undefined ? null : await openRedis(settings.REDIS_URL, log);
    const auth = createAuth({
      db,
      log,
      redis,
      publicUrl: settings.PUBLIC_URL,
      secretKeys: await secretKeys(settings),
      ...providerSettings(settings),
    });
    const demand = new DemandCounter({ db, log });
    const targets = targetsOf(settings);
    const app = await createApp({
      db,
      log,
      auth,
      webhookTargets: targets,
      releaseRules: { confirmStable: settings.CONFIRM_STABLE },
      demand,
      publicUrl: settings.PUBLIC_URL,
      trustedProxies: settings.TRUSTED_PROXIES,
      versions: () => allVersions(db),
    });
    await app.http.listen({
      port: settings.PORT,
      host: settings.HOST,
      listenTextResolver: (address) => `Listening on ${address}.`,
    });
    const stopHousekeeping = keepHouse(db, log);
    demand.start();
    const stopSchedule = startSchedule(db, log, scheduledJobs(settings, db, log));
    const stopDeliveries = await startDeliveries({ db, log, keyring: auth.keyring, targets, globalId: encodeId });
    drainOnSignals({
      log,
      delaySeconds: settings.DRAIN_SECONDS,
      startDraining: () => app.startDraining(),
      async close() {
        stopHousekeeping();
        await Promise.all([app.close(), stopDeliveries(), stopSchedule()]);
        await demand.close();
        await redis?.close();
        await db.close();
      },
    });
    announce(settings, db, log);
    if (!(await hasAdmin(db, new Date()))) log.info(FIRST_ADMIN[db.kind]);
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** In production calls are encrypted, but for a network of one's own. */
const targetsOf = ({ WEBHOOK_PRIVATE_HOSTS: privateHosts, NODE_ENV }: Settings) =>
  webhookTargets({ privateHosts, plainHttp: privateHosts || NODE_ENV !== 'production' });

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
  log.info(`Account ${PUBLIC_URL}/account  OpenID Connect ${PUBLIC_URL}/oidc/.well-known/openid-configuration`);
}
