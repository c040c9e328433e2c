import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from './context.js';
import { Documents } from './documents.js';
import { formatError } from './errors.js';
import { LIMITS } from './limits.js';
import { Lru } from '../shared/lru.js';
import { limitsPlugin, reportPlugin, type OperationOutcome } from './plugins.js';
import { PUBLIC_MUTATIONS } from './schema.js';

/** Characters of persisted queries that are remembered. */
const PERSISTED_SOURCE = 4 * 1024 * 1024;

export interface GraphqlServerInput {
  schema: GraphQLSchema;
  log: Logger;
  /** Mutations of which one operation may have one. */
  oncePerOperation?: readonly string[];
  onOperation?: (outcome: OperationOutcome) => void;
}

/** The GraphQL server, started. It knows no HTTP; whoever mounts it stops it. */
export async function createGraphqlServer(input: GraphqlServerInput): Promise<ApolloServer<Context>> {
  const { schema, log, oncePerOperation = PUBLIC_MUTATIONS, onOperation = () => undefined } = input;
  const documents = new Documents();
  const persisted = new Lru<string>(PERSISTED_SOURCE, (source) => source.length);
  const server = new ApolloServer<Context>({
    schema,
    logger: {
      debug: (message) => log.debug(message),
      info: (message) => log.debug(message),
      warn: (message) => log.warn(message),
      error: (message) => log.error(message),
    },
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    // The process drains in its own order: readiness, requests, database.
    stopOnTerminationSignals: false,
    formatError,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationOptions: { maxErrors: LIMITS.validationErrors },
    documentStore: documents.store,
    persistedQueries: {
      cache: {
        get: async (hash) => persisted.get(hash),
        set: async (hash, source) => persisted.set(hash, source),
        delete: async (hash) => persisted.delete(hash),
      },
    },
    stringifyResult: (result) => JSON.stringify(result),
    plugins: [
      // The default plugin doubles the cost of a long list.
      ApolloServerPluginCacheControlDisabled(),
      // Apollo's page loads its scripts from another host, and its reporting sends operations to one.
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      limitsPlugin(documents, oncePerOperation),
      reportPlugin(onOperation),
    ],
  });
  await server.start();
  return server;
}
