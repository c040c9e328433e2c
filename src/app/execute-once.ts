import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { execute } from 'graphql';
import pino from 'pino';
import { ANONYMOUS } from '../auth/actor.js';
import type { Database } from '../db/index.js';
import { createContext } from '../graphql/context.js';
import { AppError } from '../shared/errors.js';
import { createReadingSchema } from './schema.js';

/** Runs one operation in this process, without a server, as an anonymous caller. @throws the error of the first field that fails */
export async function executeOnce<Data, Variables>(
  db: Database,
  publicUrl: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { data, errors } = await execute({
    schema: createReadingSchema(db, publicUrl),
    document,
    variableValues: variables as Record<string, unknown>,
    contextValue: createContext(ANONYMOUS, { requestId: 'shell', log: pino({ level: 'silent' }) }),
  });
  const failure = errors?.[0];
  if (failure !== undefined) throw failure.originalError ?? new AppError('BAD_USER_INPUT', failure.message);
  return data as Data;
}
