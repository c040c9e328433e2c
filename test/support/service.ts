import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FastifyInstance } from 'fastify';
import { PassThrough } from 'node:stream';
import type { AuthInput } from '../../src/app/auth.js';
import { createApp, type AppInput } from '../../src/app/create-app.js';
import { createLogger } from '../../src/app/logger.js';
import type { AuthServices } from '../../src/auth/services.js';
import { DemandCounter } from '../../src/modules/demand/demand-counter.js';
import { importSample } from '../../src/modules/imports/sample.js';
import type { ReadModels } from '../../src/modules/read-model/read-models.js';
import { allVersions } from '../../src/modules/versions/versions.store.js';
import { openTestAuth, TEST_PUBLIC_URL } from './auth.js';
import { TestClient, type ClientError } from './client.js';
import { openTestDatabase, type TestDatabase } from './database.js';
import { injectIntoServer } from './inject.js';
import { dumpAccounts, MintedSecrets } from './secrets.js';

export type { ClientError } from './client.js';

/** The whole service on a database of its own, asked through HTTP in this process. */
export interface TestService {
  readonly db: TestDatabase;
  readonly auth: AuthServices;
  /** Counts what is asked for; written when a test says so. */
  readonly demand: DemandCounter;
  readonly http: FastifyInstance;
  /** Versions in memory. */
  readonly models: ReadModels;
  readonly secrets: MintedSecrets;
  /** Everything that was logged so far, at the level `trace`. */
  log(): string;
  /** A new browser or program. */
  client(): TestClient;
  /** Sends a typed operation; fails the test where the answer has errors. */
  query<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /** Sends a typed operation that is to be refused. @returns its first error */
  refused<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<ClientError>;
  /** How many SQL statements an operation costs. */
  statements<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<number>;
  /** Fails the test if a secret that it minted stands in the log or in the database (SE1, SE13). */
  close(): Promise<void>;
}

export interface TestServiceOptions
  extends
    Pick<Partial<AuthInput>, 'github' | 'discord' | 'publicUrl' | 'secretKeys' | 'providerTimeout'>,
    Pick<AppInput, 'modules' | 'liveTimes' | 'webhookTargets' | 'releaseRules' | 'readModelBytes'> {
  /** Whether the invented sample version is imported; it is unless said otherwise. */
  sample?: boolean;
  /** A database that somebody else opened and closes: for a second replica. */
  db?: TestDatabase;
}

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const {
    sample = true,
    publicUrl = TEST_PUBLIC_URL,
    db: given,
    modules,
    liveTimes,
    webhookTargets,
    releaseRules,
    readModelBytes,
    ...providers
  } = options;
  const db = given ?? (await openTestDatabase());
  if (sample) await importSample(db);
  const stream = new PassThrough();
  let logged = '';
  stream.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const log = createLogger({ level: 'trace', stream });
  const auth = await openTestAuth(db, { ...providers, publicUrl, log });
  const demand = new DemandCounter({ db, log });
  const app = await createApp({
    db,
    log,
    auth,
    demand,
    publicUrl,
    versions: () => allVersions(db),
    modules,
    liveTimes,
    webhookTargets,
    releaseRules,
    readModelBytes,
  });
  injectIntoServer(app.http);
  const secrets = new MintedSecrets();
  const client = () => new TestClient(app.http, secrets);
  const anonymous = client();

  return {
    db,
    auth,
    demand,
    http: app.http,
    models: app.models,
    secrets,
    log: () => logged,
    client,
    query: (document, variables) => anonymous.query(document, variables),
    refused: (document, variables) => anonymous.refused(document, variables),
    async statements(document, variables) {
      const before = db.statementCount;
      await anonymous.query(document, variables);
      return db.statementCount - before;
    },
    async close() {
      try {
        secrets.expectNoneIn(logged, 'the log');
        if (secrets.values.size > 0) secrets.expectNoneIn(await dumpAccounts(db), 'the database');
      } finally {
        await app.close();
        await auth.close();
        if (given === undefined) await db.close();
      }
    },
  };
}
