import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FastifyInstance } from 'fastify';
import { print } from 'graphql';
import pino from 'pino';
import { createApp } from '../../src/app/create-app.js';
import { importSample } from '../../src/modules/imports/sample.js';
import { allVersions } from '../../src/modules/versions/versions.store.js';
import { openTestDatabase, type TestDatabase } from './database.js';

/** An error as a client sees it. */
export interface ClientError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string } & Record<string, unknown>;
}

/** The whole service on a database of its own, asked through HTTP in this process. */
export interface TestService {
  readonly db: TestDatabase;
  readonly http: FastifyInstance;
  /** Sends a typed operation; fails the test where the answer has errors. */
  query<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /** Sends a typed operation that is to be refused. @returns its first error */
  refused<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<ClientError>;
  /** How many SQL statements an operation costs. */
  statements<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<number>;
  close(): Promise<void>;
}

export interface TestServiceOptions {
  /** Whether the invented sample version is imported; it is unless said otherwise. */
  sample?: boolean;
}

export async function startTestService({ sample = true }: TestServiceOptions = {}): Promise<TestService> {
  const db = await openTestDatabase();
  if (sample) await importSample(db);
  const log = pino({ level: 'silent' });
  const app = await createApp({ db, log, publicUrl: 'http://localhost:4000', versions: () => allVersions(db) });

  async function send<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
    const response = await app.http.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: print(document), variables },
    });
    return response.json<{ data?: Data | null; errors?: ClientError[] }>();
  }

  async function query<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
    const { data, errors } = await send(document, variables);
    if (errors !== undefined || data == null) throw new Error(`Refused: ${JSON.stringify(errors)}`);
    return data;
  }

  return {
    db,
    http: app.http,
    query,
    async refused(document, variables) {
      const { data, errors } = await send(document, variables);
      if (errors?.[0] === undefined) throw new Error(`Not refused: ${JSON.stringify(data)}`);
      return errors[0];
    },
    async statements(document, variables) {
      const before = db.statementCount;
      await query(document, variables);
      return db.statementCount - before;
    },
    async close() {
      await app.close();
      await db.close();
    },
  };
}
