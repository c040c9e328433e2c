import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { isPromise } from '../shared/is-promise.js';
import { clientOf } from './client.js';
import { sendReply } from './errors.js';
import { answerGraphql, type GraphqlMount } from './graphql-answer.js';

/** Headers of an answer that a page of another origin may read. */
export const EXPOSED_HEADERS = 'etag, x-request-id';

/** Mounts the GraphQL server at `/graphql`: POST for everything, GET for queries. */
export function mountGraphql(http: FastifyInstance, mount: GraphqlMount): void {
  void http.register(async (app) => mountRoute(app, mount));
}

function mountRoute(app: FastifyInstance, mount: GraphqlMount): void {
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
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    // Not async: what is known already is answered in the same turn.
    handler(request, reply) {
      const { method, url, headers, body, id: requestId } = request;
      if (method !== 'POST' && !url.includes('?') && headers.accept?.includes('text/html')) {
        return reply.redirect('/graphiql');
      }
      const log = request.log as Logger;
      const answer = answerGraphql(mount, { method, url, headers, body, client: clientOf(request), requestId, log });
      return isPromise(answer) ? answer.then((late) => sendReply(reply, late)) : sendReply(reply, answer);
    },
  });
}
