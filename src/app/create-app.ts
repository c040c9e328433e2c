import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { authenticator, type AuthenticationStrategy } from '../auth/authenticate.js';
import type { AuthServices } from '../auth/services.js';
import { isMigrated, migrationStatus, type Database } from '../db/index.js';
import { printAnnotatedSchema } from '../graphql/print.js';
import { afterMutations } from '../graphql/schema.js';
import { GraphqlServer } from '../graphql/server.js';
import { mountAccountExport } from '../http/account-export.js';
import { mountAccountPages } from '../http/account/index.js';
import { mountDump } from '../http/dump.js';
import { mountComparison } from '../http/comparison.js';
import { mountExports } from '../http/exports.js';
import { mountGraphiql } from '../http/graphiql.js';
import { graphqlAhead } from '../http/graphql-ahead.js';
import { mountGraphql } from '../http/graphql.js';
import { mountHealth } from '../http/health.js';
import { mountLive, type LiveTimes } from '../http/live/index.js';
import { mountMaven } from '../http/maven.js';
import { Metrics } from '../http/metrics.js';
import { createHttpServer } from '../http/server.js';
import { formTargets, mountInteraction } from '../http/oidc/interaction.js';
import { mountOidc } from '../http/oidc/mount.js';
import { mountSignIn } from '../http/sign-in.js';
import { mountStartPage, type LoadedVersion } from '../http/start-page.js';
import { NO_DEMAND, type Demand } from '../modules/demand/demand.js';
import { providerDoors } from '../modules/identities/start-flow.service.js';
import { Comparisons } from '../modules/comparison/comparison.service.js';
import { Exports } from '../modules/exports/exports.service.js';
import { KnownUsers } from '../modules/accounts/known-users.js';
import { UserLoaders } from '../modules/accounts/users.loaders.js';
import { HistoryTail } from '../modules/live/history-tail.js';
import { Maven } from '../modules/maven/maven.service.js';
import { ReadModels } from '../modules/read-model/read-models.js';
import type { ReleaseRules } from '../modules/releases/release-rules.js';
import { ReleaseTail } from '../modules/releases/release-tail.js';
import { PUBLIC_TARGETS, type WebhookTargets } from '../modules/webhooks/targets.js';
import { authStrategies } from './auth.js';
import type { ModuleFactory } from './modules.js';
import { createOidc } from './oidc.js';
import { createProjectSchema } from './schema.js';

export interface AppInput {
  db: Database;
  log: Logger;
  /** The base of every address that the service hands out. */
  publicUrl: string;
  /** The game versions that the start page names. */
  versions?: () => Promise<readonly LoadedVersion[]>;
  auth: AuthServices;
  /** How releases are published: by one person where it is not given. */
  releaseRules?: ReleaseRules;
  /** Bytes that versions in memory may take; none are kept there, nor accounts, where it is not given. */
  readModelBytes?: number;
  /** Counts what is asked for and has no name; nothing does where it is not given. */
  demand?: Demand;
  /** Which addresses webhooks may call: public ones over https where it is not given. */
  webhookTargets?: WebhookTargets;
  /** The ways to prove who calls, in the order in which they are asked; those of `auth` where none are given. */
  strategies?: readonly AuthenticationStrategy[];
  /** Proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
  /** All modules of the service where it is not given. */
  modules?: readonly ModuleFactory[];
  publicMutations?: readonly string[];
  /** Milliseconds that an operation may take. */
  timeLimit?: number;
  /** Milliseconds after which connections of subscriptions are looked after. */
  liveTimes?: Partial<LiveTimes>;
}

/** The service, put together and not yet listening. */
export interface App {
  readonly http: FastifyInstance;
  readonly schema: GraphQLSchema;
  readonly graphql: GraphqlServer;
  readonly models: ReadModels;
  /** From here on /readyz says 503; everything else goes on. */
  startDraining(): void;
  /** Lets the requests that are under way finish, then stops. The database stays open. */
  close(): Promise<void>;
}

/** Puts the service together. */
export async function createApp(input: AppInput): Promise<App> {
  const { db, log, publicUrl, auth, demand = NO_DEMAND, versions = async () => [], timeLimit } = input;
  const { modules, publicMutations, strategies = authStrategies(auth), trustedProxies = [] } = input;
  const { webhookTargets = PUBLIC_TARGETS, releaseRules = { confirmStable: false } } = input;
  const models = new ReadModels(db, { budget: input.readModelBytes, log });
  const users = new UserLoaders(db, new KnownUsers(db, input.readModelBytes ? auth.actorChanges : null));
  const tail = new HistoryTail(db, log);
  const releaseTail = new ReleaseTail(db, log);
  const exports = new Exports(db, models, log);
  const comparisons = new Comparisons(db, (text) => exports.target(text));
  const maven = new Maven(db, exports, log);
  const services = {
    db,
    publicUrl,
    auth,
    models,
    users,
    demand,
    webhookTargets,
    tail,
    exports,
    comparisons,
    releaseRules,
    releaseTail,
  };
  const schema = createProjectSchema(services, { modules, publicMutations });
  afterMutations(schema, () => models.doubt());
  const metrics = new Metrics(
    () => db.statementCount,
    () => models.status,
  );
  const graphql = new GraphqlServer({
    schema,
    log,
    oncePerOperation: publicMutations,
    onOperation(outcome) {
      metrics.onOperation(outcome);
      // Whoever has changed something reads it from here on, whenever the word of it comes around.
      if (outcome.type === 'mutation') {
        exports.forget();
        maven.forget();
      }
    },
  });
  metrics.countOperations(() => graphql.operations.counts);
  const authenticate = authenticator(strategies);
  const graphqlMount = { graphql, authenticate, cookies: auth.cookies, timeLimit };
  let draining = false;
  const isDraining = () => draining;
  const ahead = graphqlAhead({ ...graphqlMount, log, trustedProxies, isDraining, onAnswer: metrics.onAnswer });
  const http = createHttpServer(log, trustedProxies, ahead);
  // A connection that is kept open after its last answer would hold up the close until it times out.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) void reply.header('connection', 'close');
    done();
  });

  metrics.mount(http);
  mountHealth(http, readinessOf(db, isDraining));
  mountGraphql(http, graphqlMount);
  mountLive(http, {
    schema,
    log,
    authenticate,
    cookies: auth.cookies,
    trustedProxies,
    timeLimit,
    times: input.liveTimes,
    onSubscription: metrics.onSubscription,
  });
  mountAccountExport(http, auth, authenticate);
  mountDump(http, db);
  mountExports(http, { db, exports, publicUrl });
  mountMaven(http, maven);
  mountComparison(http, comparisons);
  mountSignIn(http, auth, authenticate);
  const oidc = createOidc(auth, authenticate, webhookTargets);
  mountOidc(http, oidc, auth);
  mountInteraction(http, oidc, auth, authenticate);
  mountAccountPages(http, auth, authenticate, {
    formTargets: (returnTo) => formTargets(oidc, returnTo),
    onSignOut: (request, reply) => oidc.forgetBrowser(request.raw, reply.raw),
  });
  mountGraphiql(http);
  mountStartPage(http, { publicUrl, versions, doors: providerDoors(auth) });
  let printed: string | undefined;
  http.get('/schema.graphql', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send((printed ??= printAnnotatedSchema(schema))),
  );

  return {
    http,
    schema,
    graphql,
    models,
    startDraining() {
      draining = true;
    },
    async close() {
      draining = true;
      await http.close();
      await models.close();
      await tail.close();
      await releaseTail.close();
      await exports.close();
      await maven.close();
      await auth.signingKeys.close();
      await auth.actorChanges.close();
      await graphql.close();
    },
  };
}

function readinessOf(db: Database, isDraining: () => boolean) {
  let migrated = false;
  return async () => {
    if (isDraining()) return 'The process is shutting down.';
    await db.query('SELECT 1');
    if ((migrated ||= isMigrated(db))) return null;
    const { pending } = await migrationStatus(db);
    if (pending.length > 0) return `The database lacks ${pending.length} migration(s): ${pending.join(', ')}.`;
    // Migrations are only ever added, and this build knows all of its own.
    migrated = true;
    return null;
  };
}
