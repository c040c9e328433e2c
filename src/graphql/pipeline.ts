import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Lru } from '../shared/lru.js';
import type { Context } from './context.js';
import { Documents } from './documents.js';
import { formatError } from './errors.js';
import { LIMITS } from './limits.js';
import { limitsPlugin, reportPlugin } from './plugins.js';
import type { GraphqlServerInput } from './server.js';

export interface PipelineInput extends Required<GraphqlServerInput> {
  /** The documents of persisted queries, by keys of Apollo's. */
  persisted: Lru<string>;
}

/** Apollo Server, started. */
export async function startPipeline(input: PipelineInput): Promise<ApolloServer<Context>> {
  const { schema, log, oncePerOperation, onOperation, persisted } = input;
  const documents = new Documents();
  const pipeline = new ApolloServer<Context>({
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
  await pipeline.start();
  return pipeline;
}
