import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { Cookies } from '../auth/cookies.js';
import { createContext, type Client, type Context, type ContextInput } from '../graphql/context.js';
import { LIMITS } from '../graphql/limits.js';
import type { AnswerText } from '../graphql/operations/answer.js';
import type { GraphqlServer } from '../graphql/server.js';
import { AppError } from '../shared/errors.js';
import { inTime } from '../shared/in-time.js';
import { isPromise } from '../shared/is-promise.js';
import type { Soon } from '../shared/soon.js';
import { credentialRefusal } from './client.js';
import { errorReply, type Reply } from './errors.js';
import { contentTypeFor, plainRequest } from './graphql-request.js';

export interface GraphqlMount {
  graphql: GraphqlServer;
  authenticate: Authenticate;
  cookies: Cookies;
  /** Milliseconds that an operation may take. */
  timeLimit?: number;
}

/** What is asked at `/graphql`, whichever server took the request. */
export interface GraphqlCall {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** Parsed. */
  body: unknown;
  client: Client;
  requestId: string;
  /** Writes lines that carry the request id. */
  readonly log: Logger;
}

const POSTED = { method: 'POST', path: '/graphql' };

/** Answers a call: in the same turn where everything for it is known already. */
export function answerGraphql(mount: GraphqlMount, call: GraphqlCall): Soon<Reply> {
  const { method, headers } = call;
  const actor = mount.authenticate({ headers, request: method === 'POST' ? POSTED : { method, path: '/graphql' } });
  if (!isPromise(actor)) return answerActor(mount, call, actor);
  return actor.then(
    (known) => answerActor(mount, call, known),
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return credentialRefusal(call, mount.cookies, error);
    },
  );
}

function answerActor({ graphql, timeLimit = LIMITS.duration }: GraphqlMount, call: GraphqlCall, actor: Actor) {
  const context = createContext(contextInput(call, actor));
  const answered = operationOf(graphql, call, context);
  const finish = (answer: Reply | 'LATE'): Reply => {
    if (answer === 'LATE') {
      call.log.warn({ limit: timeLimit }, 'operation out of time');
      const message = `This operation took longer than ${timeLimit / 1_000} seconds.`;
      return errorReply(503, 'TOO_EXPENSIVE', message, call.requestId);
    }
    const { headers } = answer;
    // Each cookie in a header of its own.
    if (context.setCookies.length > 0) headers['set-cookie'] = context.setCookies;
    headers['vary'] = 'Accept, Authorization, Cookie';
    if (call.method !== 'POST' && actor.kind === 'ANONYMOUS' && answer.status === 200) return cacheable(call, answer);
    headers['cache-control'] = 'no-store';
    return answer;
  };
  return isPromise(answered) ? inTime(answered, timeLimit).then(finish) : finish(answered);
}

const contextInput = (call: GraphqlCall, actor: Actor): ContextInput => ({
  actor,
  client: call.client,
  requestId: call.requestId,
  get log() {
    return call.log;
  },
});

/** Known operations are answered ahead of the pipeline, which has the rest. */
function operationOf(graphql: GraphqlServer, call: GraphqlCall, context: Context): Soon<Reply> {
  const contentType = contentTypeFor(call.headers.accept);
  const asked = contentType && plainRequest(call, graphql);
  if (!asked) return throughPipeline(graphql, call, context);
  const known = (text: AnswerText): Soon<Reply> =>
    text === null
      ? throughPipeline(graphql, call, context)
      : { status: 200, headers: { 'content-type': contentType }, body: text };
  const text = graphql.operations.answer(asked, context);
  return isPromise(text) ? text.then(known) : known(text);
}

async function throughPipeline(...asked: [GraphqlServer, GraphqlCall, Context]): Promise<Reply> {
  return (await import('./graphql-pipeline.js')).throughPipeline(...asked);
}

/** Anyone may keep the answer, and asks each time whether it still holds: a release or a commit changes it at once. */
function cacheable(call: GraphqlCall, { headers, body }: Reply): Reply {
  const etag = `"${createHash('sha256').update(body!).digest('base64url').slice(0, 27)}"`;
  headers['etag'] = etag;
  headers['cache-control'] = 'public, no-cache';
  const known = call.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.includes(etag) ? { status: 304, headers, body: null } : { status: 200, headers, body };
}
