import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerFor } from '../graphql/errors.js';
import { AppError, type ErrorCode } from '../shared/errors.js';

const STATUS: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  TOO_EXPENSIVE: 400,
  INTERNAL_SERVER_ERROR: 500,
};

/** The status of a refusal outside GraphQL's own answers. */
export const statusOf = (code: ErrorCode): number => STATUS[code];

/** Errors look alike on every route: as in an answer of GraphQL. */
export const errorBody = (code: string, message: string, requestId: string, details: object = {}) => ({
  errors: [{ message, extensions: { ...details, code, requestId } }],
});

/** Answers unknown routes and whatever a route throws, as JSON. */
export function handleErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    void reply.code(404).send(errorBody('NOT_FOUND', `There is nothing at ${pathOf(request)}.`, request.id));
  });
  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    if (error instanceof AppError) return sendError(reply, error);
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return reply
        .code(status)
        .send(errorBody('BAD_USER_INPUT', requestFault(error, request.routeOptions.bodyLimit), request.id));
    }
    request.log.error({ err: error }, 'fault');
    return reply.code(500).send(errorBody('INTERNAL_SERVER_ERROR', answerFor(error).message, request.id));
  });
}

/** Answers with a refusal. */
export function sendError(reply: FastifyReply, error: AppError): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  return reply.code(statusOf(error.code)).send(errorBody(error.code, error.message, reply.request.id, error.details));
}

/** Paths that end in what is a browser's alone. */
const PRIVATE_PATH = /^(\/(?:interaction|oidc\/auth|oidc\/device))\/.+/;

/** The path without the query string and whatever else nobody else should read. */
export const pathOf = (request: FastifyRequest): string =>
  request.originalUrl.split('?', 1)[0]!.replace(PRIVATE_PATH, '$1/…').slice(0, 200);

const inWords = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`);

function requestFault(error: FastifyError, bodyLimit: number): string {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return `The body is larger than ${inWords(bodyLimit)}.`;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'Send the body as application/json.';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'The body is empty.';
    default:
      return error instanceof SyntaxError ? 'The body is not valid JSON.' : 'This request can not be read.';
  }
}
