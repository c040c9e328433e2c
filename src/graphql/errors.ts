import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, type ErrorCode } from '../shared/errors.js';

/** Codes that Apollo's persisted-query clients wait for by name. */
type PersistedQueryCode = 'PERSISTED_QUERY_NOT_FOUND' | 'PERSISTED_QUERY_NOT_SUPPORTED';

/** What a caller is told of an error. */
export interface ErrorAnswer {
  code: ErrorCode | PersistedQueryCode;
  message: string;
  details: Record<string, unknown>;
}

const MASKED = 'Something went wrong on our side. The request id finds it in our log.';

/** Messages may repeat what a caller sent: not all of it. */
const MAX_MESSAGE = 500;

/** The caller's own faults, as graphql-js and Apollo name them. */
const REQUEST_FAULTS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
]);

const isPersistedQueryCode = (code: unknown): code is PersistedQueryCode =>
  code === 'PERSISTED_QUERY_NOT_FOUND' || code === 'PERSISTED_QUERY_NOT_SUPPORTED';

const masked = (): ErrorAnswer => ({ code: 'INTERNAL_SERVER_ERROR', message: MASKED, details: {} });

/**
 * The one masking point: what any error becomes in an answer. An AppError speaks for itself, as do the faults that
 * graphql-js finds in a request; of anything else a caller learns nothing.
 */
export function answerFor(error: unknown): ErrorAnswer {
  const root = rootOf(error);
  if (root instanceof AppError) return { code: root.code, message: root.message, details: root.details };
  const bySqlState = answerForSqlState(root);
  if (bySqlState) return bySqlState;
  if (!(error instanceof GraphQLError)) return masked();

  const { code } = error.extensions;
  if (isPersistedQueryCode(code)) return { code, message: error.message, details: {} };
  if (/(parsing|validation) aborted/i.test(error.message) && error.path === undefined) {
    return { code: 'TOO_EXPENSIVE', message: 'This document takes too much to read: shorten it.', details: {} };
  }
  if (typeof code === 'string' && REQUEST_FAULTS.has(code)) return requestFault(error);
  // Without a code: a fault of the request where graphql-js or Apollo itself raised it before any resolver ran, or
  // while it coerced a resolver's arguments; a fault of ours in every other case.
  const byLibrary = root instanceof GraphQLError;
  if (byLibrary && (error.path === undefined || root.message.startsWith('Argument "'))) return requestFault(error);
  return masked();
}

/** Whether an error is ours to mend, and so belongs in the log. */
export const isFault = (error: unknown): boolean => answerFor(error).code === 'INTERNAL_SERVER_ERROR';

/** The error that a resolver threw, under what graphql-js and Apollo wrapped around it. */
export function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

/** Apollo Server's hook of the same name. The request id is added where the answer is sent. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { code, message, details } = answerFor(error);
  return {
    message,
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { ...details, code },
  };
}

function requestFault(error: GraphQLError): ErrorAnswer {
  // Which names the schema has is told by introspection, not by guessing.
  const plain = withoutValue(error).replace(/ Did you mean .*\?/s, '');
  const short = plain.length > MAX_MESSAGE ? `${plain.slice(0, MAX_MESSAGE)}…` : plain;
  return { code: 'BAD_USER_INPUT', message: short, details: {} };
}

const INVALID_VARIABLE = /^(Variable "\$\w+" got invalid value) .*?( at "[^"]*")?$/s;

/** What is wrong with a variable without its value, which graphql-js repeats whole: passwords and tokens come in variables. */
function withoutValue({ message, originalError }: GraphQLError): string {
  const reason = originalError?.message ?? '';
  const told = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : message;
  const match = INVALID_VARIABLE.exec(told);
  if (match === null) return message;
  const [, start, path = ''] = match;
  return `${start}${path}; ${reason.replace(/( cannot represent [^:]*):.*/s, '$1.')}`;
}

/** States of PostgreSQL that are the caller's doing. */
function answerForSqlState(error: unknown): ErrorAnswer | null {
  for (const state of sqlStates(error)) {
    if (state === '57014')
      return { code: 'TOO_EXPENSIVE', message: 'This took too long and was stopped.', details: {} };
    if (state === '22021' || state === '22P05') {
      return { code: 'BAD_USER_INPUT', message: 'Text may not contain the character U+0000.', details: {} };
    }
  }
  return null;
}

/** The state is `code` in pg and PGlite; Prisma hides it some levels down. */
function* sqlStates(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  for (const state of [code, originalCode]) if (typeof state === 'string') yield state;
  for (const inner of [cause, meta, driverAdapterError]) yield* sqlStates(inner, depth + 1);
}
