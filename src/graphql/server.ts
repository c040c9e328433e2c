import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Lru } from '../shared/lru.js';
import type { Context } from './context.js';
import { Operations } from './operations/answer.js';
import type { OperationOutcome } from './plugins.js';
import { PUBLIC_MUTATIONS } from './schema.js';

/** Characters of persisted queries that are remembered. */
const PERSISTED_SOURCE = 4 * 1024 * 1024;

/** What stands before the hash of a persisted query where Apollo keeps it. */
const PERSISTED_KEY = 'apq:';

export interface GraphqlServerInput {
  schema: GraphQLSchema;
  log: Logger;
  /** Mutations of which one operation may have one. */
  oncePerOperation?: readonly string[];
  onOperation?: (outcome: OperationOutcome) => void;
}

/** The GraphQL server. It knows no HTTP. */
export class GraphqlServer {
  /** Asked before the pipeline. */
  readonly operations: Operations;
  private readonly input: Required<GraphqlServerInput>;
  private readonly persisted = new Lru<string>(PERSISTED_SOURCE, (source) => source.length);
  private started: Promise<ApolloServer<Context>> | undefined;

  constructor({ oncePerOperation = PUBLIC_MUTATIONS, onOperation = () => undefined, ...input }: GraphqlServerInput) {
    this.input = { ...input, oncePerOperation, onOperation };
    this.operations = new Operations(this.input);
  }

  /** What answers everything. It is loaded and started when it is first asked for: a start is quicker by a thirtieth of a second. */
  pipeline(): Promise<ApolloServer<Context>> {
    return (this.started ??= import('./pipeline.js').then(({ startPipeline }) =>
      startPipeline({ ...this.input, persisted: this.persisted }),
    ));
  }

  /** The document of a persisted query, by its SHA-256 in hexadecimal. */
  persistedQuery(hash: string): string | undefined {
    return this.persisted.get(`${PERSISTED_KEY}${hash}`);
  }

  async close(): Promise<void> {
    await (await this.started)?.stop();
  }
}
