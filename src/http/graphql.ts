import { createHash } from 'node:crypto';
import cors from '@fastify/cors';
import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticate.js';
import type { Cookies } from '../auth/cookies.js';
import { createContext, type Context } from '../graphql/context.js';
import { LIMITS } from '../graphql/limits.js';
import { withRequestId } from '../graphql/plugins.js';
import { AppError } from '../shared/errors.js';
import { inTime } from '../shared/in-time.js';
import { clientOf, refuseCredential } from './client.js';
import { errorBody } from './errors.js';

export interface GraphqlMount {
  server: ApolloServer<Context>;
  authenticate: Authenticate;
  cookies: Cookies;
  /** Milliseconds that an operation may take. */
  timeLimit?: number;
}

/** Mounts the GraphQL server at `/graphql`: POST for everything, GET for queries. */
export function mountGraphql(http: FastifyInstance, mount: GraphqlMount): void {
  void http.register(async (app) => mountRoute(app, mount));
}

function mountRoute(app: FastifyInstance, mount: GraphqlMount): void {
  const { server, authenticate, cookies, timeLimit = LIMITS.duration } = mount;
  // Pages of other origins may read and send tokens, but never with this origin's cookies: credentials are not allowed.
  void app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'content-type',
      'authorization',
      'dpop',
      'apollo-require-preflight',
      'x-request-id',
      'if-none-match',
    ],
    exposedHeaders: ['etag', 'x-request-id'],
    maxAge: 86_400,
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      const isRead = request.method !== 'POST';
      if (isRead && !request.url.includes('?') && request.headers.accept?.includes('text/html')) {
        return reply.redirect('/graphiql');
      }
      let actor;
      try {
        actor = await authenticate({ headers: request.headers, request: { method: request.method, path: '/graphql' } });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return refuseCredential(request, reply, cookies, error);
      }
      const client = clientOf(request);
      const context = createContext({ actor, client, requestId: request.id, log: request.log as Logger });
      const answered = server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: isRead ? 'GET' : 'POST',
          headers: headersOf(request),
          search: searchOf(request.url),
          body: request.body,
        },
        context: async () => context,
      });
      const answer = await inTime(answered, timeLimit);
      if (answer === 'LATE') {
        request.log.warn({ limit: timeLimit }, 'operation out of time');
        const message = `This operation took longer than ${timeLimit / 1_000} seconds.`;
        return reply.code(503).send(errorBody('TOO_EXPENSIVE', message, request.id));
      }
      // Each cookie in a header of its own.
      if (context.setCookies.length > 0) void reply.header('set-cookie', context.setCookies);
      return send(request, reply, answer, isRead && actor.kind === 'ANONYMOUS');
    },
  });
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // A read without a cookie or any other credential has nothing that another site could borrow: it needs no header to
  // prove that a browser asked before sending it. So a query can be a plain link.
  if (
    request.method !== 'POST' &&
    request.headers.cookie === undefined &&
    request.headers.authorization === undefined
  ) {
    headers.set('apollo-require-preflight', 'no credentials');
  }
  return headers;
}

const searchOf = (url: string): string => {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
};

function send(request: FastifyRequest, reply: FastifyReply, answer: HTTPGraphQLResponse, cacheable: boolean) {
  for (const [name, value] of answer.headers) void reply.header(name, value);
  const status = answer.status ?? 200;
  // Incremental delivery is off: graphql 16 knows neither @defer nor @stream.
  if (answer.body.kind !== 'complete') throw new Error('An answer in pieces was not asked for.');
  const body = status < 400 ? answer.body.string : identified(answer.body.string, request.id);
  void reply.code(status).header('vary', 'Accept, Authorization, Cookie');
  if (!cacheable || status !== 200) return reply.header('cache-control', 'no-store').send(body);
  // Anyone may keep the answer, and asks each time whether it still holds: a release or a commit changes it at once.
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  void reply.header('etag', etag).header('cache-control', 'public, no-cache');
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.includes(etag) ? reply.code(304).send() : reply.send(body);
}

/** Refusals before the pipeline has begun pass no plugin, which adds the request id to all others. */
function identified(body: string, requestId: string): string {
  const result = JSON.parse(body) as FormattedExecutionResult;
  return JSON.stringify({ ...result, errors: result.errors?.map((error) => withRequestId(error, requestId)) });
}
