import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { badInput, type AppError } from '../shared/errors.js';
import type { Context } from './context.js';
import type { Documents } from './documents.js';
import { formatError, isFault, rootOf } from './errors.js';
import { checkOperation, LIMITS } from './limits.js';

/** What became of one operation, for metrics: labels of which there are only few. */
export interface OperationOutcome {
  type: 'query' | 'mutation' | 'subscription' | 'unknown';
  /** OK, or the code of its first error. */
  code: string;
  seconds: number;
}

/** Where an error is told of: by the request's id, in the answer and in the log. */
export type Reporting = Pick<Context, 'requestId' | 'log'>;

/** An operation that takes longer is logged, in milliseconds. */
const SLOW = 1_000;

/** A refusal as Apollo sends it, with its HTTP status. */
export const refuse = (error: AppError, status = 400): GraphQLError =>
  new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, http: { status } } });

/** Keeps requests within the limits, and says in `extensions.cost` what each operation was taken to cost. */
export function limitsPlugin(documents: Documents, once: readonly string[]): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      let refusal: AppError | null = null;
      let cost: number | undefined;
      return {
        async didResolveSource({ queryHash, source }) {
          refusal = documents.check(queryHash, source);
        },
        async didResolveOperation({ document, operation, request, schema }) {
          if (refusal) throw refuse(refusal);
          // More operations than one and no name: graphql-js refuses it in its words.
          if (!operation) return;
          if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
            throw refuse(
              badInput('Subscriptions are served over WebSocket, and as a stream of events at /graphql/stream.'),
            );
          }
          const checked = checkOperation({ schema, document, operation, variables: request.variables ?? {} }, once);
          cost = checked.cost;
          if (checked.refusal) throw refuse(checked.refusal);
        },
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || cost === undefined) return;
          body.singleResult.extensions = {
            ...body.singleResult.extensions,
            cost: { requested: cost, limit: LIMITS.cost },
          };
        },
      };
    },
  };
}

/** Puts the request's id into every error of an answer, logs those that are ours to mend, and slow operations. */
export function reportPlugin(onOperation: (outcome: OperationOutcome) => void): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const start = performance.now();
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) logFault(error, contextValue.log);
        },
        async willSendResponse(requestContext) {
          const { response, contextValue } = requestContext;
          if (response.body.kind !== 'single') return;
          const { singleResult } = response.body;
          singleResult.errors = singleResult.errors?.map((error) => withRequestId(error, contextValue.requestId));
          const { operation, operationName, source } = requestContext;
          noteOperation(
            {
              type: operation?.operation ?? 'unknown',
              operationName,
              query: source,
              code: codeOf(singleResult.errors?.[0]),
              startedAt: start,
              context: contextValue,
            },
            onOperation,
          );
        },
      };
    },
    async unexpectedErrorProcessingRequest({ error, requestContext }) {
      requestContext.contextValue.log.error({ err: error }, 'fault');
    },
  };
}

/** An operation that has been answered. */
export interface AnsweredOperation extends Pick<OperationOutcome, 'type' | 'code'> {
  query: string | undefined;
  operationName?: string | null;
  /** By `performance.now()`. */
  startedAt: number;
  context: Reporting;
}

/** Counts an operation, and logs a slow one. Variables are left out: they can hold passwords and tokens. */
export function noteOperation(
  { type, code, query, operationName, startedAt, context }: AnsweredOperation,
  onOperation: (outcome: OperationOutcome) => void,
): void {
  const duration = performance.now() - startedAt;
  onOperation({ type, code, seconds: duration / 1_000 });
  if (duration <= SLOW) return;
  const queryHash = query === undefined ? undefined : createHash('sha256').update(query).digest('hex');
  const ms = Math.round(duration);
  context.log.warn({ operation: type, operationName: operationName?.slice(0, 100), queryHash, ms }, 'slow operation');
}

const codeOf = (error: GraphQLFormattedError | undefined): string =>
  error ? ((error.extensions?.['code'] as string | undefined) ?? 'INTERNAL_SERVER_ERROR') : 'OK';

/** Notes in the log what is ours to mend. */
function logFault(error: GraphQLError, log: Logger): void {
  if (isFault(error)) log.error({ err: rootOf(error), path: error.path?.join('.') }, 'fault');
}

/** Whatever was thrown as graphql-js wraps it. */
export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const originalError =
    thrown instanceof Error ? thrown : new Error('Something was thrown that is no Error.', { cause: thrown });
  return new GraphQLError(originalError.message, { originalError });
}

/** What a caller is told of an error where no Apollo Server stands between: masked, logged, with its request's id. */
export function answerError(thrown: unknown, { requestId, log }: Reporting): GraphQLFormattedError {
  const error = asGraphQLError(thrown);
  logFault(error, log);
  return withRequestId(formatError(error.toJSON(), error), requestId);
}

/** Adds the id by which the log finds the request of an error. */
export const withRequestId = (error: GraphQLFormattedError, requestId: string): GraphQLFormattedError => ({
  ...error,
  extensions: { ...error.extensions, requestId },
});
