import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { LogController, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { errorBody, handleErrors, pathOf } from './errors.js';

/** Bytes. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/** Milliseconds. */
const CLOSE_UNUSED_AFTER = 500;

/** A proxy's id is taken over where it can do no harm in a log or a header. */
const SANE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** The id by which the log finds a request. */
export const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
};

/** What every answer says to the browser, besides the id of its request. */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;

const safe = (reply: FastifyReply): FastifyReply =>
  reply.header('x-request-id', reply.request.id).headers(SAFE_HEADERS);

/** Sees a request before Fastify. @returns whether it answers it; else it has not touched it */
export type Ahead = (request: IncomingMessage, response: ServerResponse) => boolean;

const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

interface AnsweredRequest {
  requestId: string;
  method: string;
  path: string;
  status: number;
  /** Milliseconds. */
  ms: number;
}

/** The line of an answered request. */
export function logRequest(log: Logger, line: AnsweredRequest): void {
  const level = QUIET.has(line.path) ? 'debug' : 'info';
  if (log.isLevelEnabled(level)) log[level]({ ...line, ms: Math.round(line.ms) }, 'request');
}

/**
 * The HTTP server without routes: request ids, log lines, safe headers, errors as JSON.
 * @param trustedProxies whose X-Forwarded-For says where a request comes from
 */
export function createHttpServer(
  log: Logger,
  trustedProxies: readonly string[] = [],
  ahead: Ahead = () => false,
): FastifyInstance {
  const app = fastify({
    serverFactory: (handler, { requestTimeout, keepAliveTimeout }) =>
      createServer({ requestTimeout, keepAliveTimeout } as ServerOptions, (request, response) => {
        if (!ahead(request, response)) handler(request, response);
      }),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // Requests on kept connections are answered 503 while the process drains, and idle connections are closed.
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // Addresses that no route is looked up for. No hook runs for them.
    frameworkErrors: (error, request, reply) => {
      const message = 'This address can not be read: it is too long, or encoded in a wrong way.';
      void safe(reply)
        .code(error.statusCode ?? 400)
        .send(errorBody('BAD_USER_INPUT', message, request.id));
    },
  }) as unknown as FastifyInstance;
  // JSON is what the interface takes; a form or plain text is what another site's page could send.
  app.removeContentTypeParser('text/plain');

  // Hooks are not async: each would cost every request a promise.
  app.addHook('onRequest', (_request, reply, done) => {
    safe(reply);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method } = request;
    logRequest(log, { requestId, method, path: pathOf(request), status: reply.statusCode, ms: reply.elapsedTime });
    done();
  });
  handleErrors(app);
  closeUnused(app);
  return app;
}

/**
 * Connections that clients open in advance, and on which nothing was asked so far, are not idle in Node's eyes: they would hold up
 * the close for a minute. A request that is on its way yet has a moment to arrive.
 */
function closeUnused(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    // One may be handed back to the server.
    if (sockets.has(socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const closeThem = () => sockets.forEach((socket) => socket.bytesRead === 0 && socket.destroy());
  app.addHook('preClose', async () => void setTimeout(closeThem, CLOSE_UNUSED_AFTER).unref());
}
