import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { migrate, whileOpening, type Database } from '../db/index.js';
import { encodeId } from '../graphql/ids.js';
import { createAuth, providerSettings } from './auth.js';
import { startChores } from './chores.js';
import { createApp } from './create-app.js';
import type { Bridge } from '../irc/bridge.js';
import { drainOnSignals } from './drain.js';
import type { Settings } from './env.js';
import { secretKeys } from './secret-keys.js';
import { DemandCounter } from '../modules/demand/demand-counter.js';
import { allVersions } from '../modules/versions/versions.store.js';
import { startDeliveries } from '../modules/webhooks/delivery-worker.js';
import { webhookTargets } from '../modules/webhooks/targets.js';

const MEBIBYTE = 1_048_576;

/**
 * Puts the service together while the database opens, brings that up to date, and serves until a signal comes; then, or where it can
 * not serve, the database is closed.
 */
export async function serve(settings: Settings, log: Logger, opening: Promise<Database>): Promise<void> {
  const db = whileOpening(settings.DATABASE_URL === undefined ? 'embedded' : 'postgresql', opening);
  try {
    const redis = await redisOf(settings, log);
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
      readModelBytes: settings.READ_MODEL_MB * MEBIBYTE,
      publicUrl: settings.PUBLIC_URL,
      trustedProxies: settings.TRUSTED_PROXIES,
      versions: () => allVersions(db),
    });
    await opening;
    await prepare(db, log);
    await app.http.listen({
      port: settings.PORT,
      host: settings.HOST,
      listenTextResolver: (address) => `Listening on ${address}.`,
    });
    demand.start();
    const stopChores = startChores(settings, db, app, log);
    const stopDeliveries = await startDeliveries({ db, log, keyring: auth.keyring, targets, globalId: encodeId });
    const bridge = await bridgeOf(settings, app.http.server.address() as AddressInfo, log);
    drainOnSignals({
      log,
      delaySeconds: settings.DRAIN_SECONDS,
      startDraining: () => app.startDraining(),
      async close() {
        bridge?.stop();
        await Promise.all([app.close(), stopDeliveries(), stopChores()]);
        await demand.close();
        await redis?.close();
        await db.close();
      },
    });
    announce(settings, db, log);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function redisOf({ REDIS_URL }: Settings, log: Logger) {
  if (REDIS_URL === undefined) return null;
  const { openRedis } = await import('./redis.js');
  return openRedis(REDIS_URL, log);
}

/** In production calls are encrypted, but for a network of one's own. */
const targetsOf = ({ WEBHOOK_PRIVATE_HOSTS: privateHosts, NODE_ENV }: Settings) =>
  webhookTargets({ privateHosts, plainHttp: privateHosts || NODE_ENV !== 'production' });

/** The IRC bridge of this process, where there is one; that it can't start is no reason for the rest not to serve. */
async function bridgeOf(settings: Settings, bound: AddressInfo, log: Logger): Promise<Bridge | null> {
  if (settings.IRC_SERVERS === undefined) return null;
  const { openBridge } = await import('./irc.js');
  try {
    return await openBridge(settings, addressOf(bound), log);
  } catch (error) {
    log.error({ err: error as Error }, 'The IRC bridge can not start; the service goes on without it.');
    return null;
  }
}

/** How this process reaches itself. */
function addressOf({ address, family, port }: AddressInfo): string {
  if (family === 'IPv6') return `http://[${address === '::' ? '::1' : address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
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
  log.info(`Account ${PUBLIC_URL}/account  OpenID Connect ${PUBLIC_URL}/oidc/.well-known/openid-configuration`);
}
