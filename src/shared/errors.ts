/** Codes of refusals and faults, as `extensions.code` of a GraphQL error. Expected outcomes of mutations are userErrors instead. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'TOO_EXPENSIVE'
  | 'INTERNAL_SERVER_ERROR';

/**
 * A refusal whose message is written for the caller. Every front door shows code and message as they stand;
 * any other error is masked and logged.
 */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Further facts for machines, e.g. `{ permission: 'MAPPING_LOCK' }`. Never a secret. */
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    // An answer like any other: nobody asks where in the code it was given, but graphql-js would have the trace of each written out.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export const badInput = (message: string, details?: Record<string, unknown>) =>
  new AppError('BAD_USER_INPUT', message, details);
