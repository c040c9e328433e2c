import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
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

/** An answer that is yet to be sent. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | null;
}

/** An error as an answer. */
export const errorReply = (status: number, ...error: Parameters<typeof errorBody>): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(errorBody(...error)),
});

/** A refusal as an answer. */
export function refusalReply({ code, message, details }: AppError, requestId: string): Reply {
  const reply = errorReply(statusOf(code), code, message, requestId, details);
  if (code === 'UNAUTHENTICATED') reply.headers['www-authenticate'] = 'Bearer';
  return reply;
}

/** What is ours to mend: logged, and masked in the answer. */
export function faultReply(error: unknown, requestId: string, log: Pick<Logger, 'error'>): Reply {
  log.error({ err: error }, 'fault');
  return errorReply(500, 'INTERNAL_SERVER_ERROR', answerFor(error).message, requestId);
}

export const sendReply = (reply: FastifyReply, { status, headers, body }: Reply): FastifyReply =>
  reply
    .code(status)
    .headers(headers)
    .send(body ?? undefined);

export const NOT_JSON = 'The body is not valid JSON.';

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
    return sendReply(reply, faultReply(error, request.id, request.log));
  });
}

/** Answers with a refusal. */
export const sendError = (reply: FastifyReply, error: AppError): FastifyReply =>
  sendReply(reply, refusalReply(error, reply.request.id));

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
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return NOT_JSON;
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'The body is empty.';
    default:
      return 'This request can not be read.';
  }
}
