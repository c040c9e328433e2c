import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { Cookies } from '../auth/cookies.js';
import { createContext, type Client, type Context } from '../graphql/context.js';
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

function answerActor(mount: GraphqlMount, call: GraphqlCall, actor: Actor): Soon<Reply> {
  const context = createContext(actor, call);
  const answered = operationOf(mount.graphql, call, context);
  if (!isPromise(answered)) return labelled(call, context, answered);
  const { timeLimit = LIMITS.duration } = mount;
  return inTime(answered, timeLimit).then((answer) =>
    answer === 'LATE' ? tooLate(call, timeLimit) : labelled(call, context, answer),
  );
}

function tooLate({ log, requestId }: GraphqlCall, timeLimit: number): Reply {
  log.warn({ limit: timeLimit }, 'operation out of time');
  const message = `This operation took longer than ${timeLimit / 1_000} seconds.`;
  return errorReply(503, 'TOO_EXPENSIVE', message, requestId);
}

/** On what an answer depends besides the address. */
const VARY = 'Accept, Authorization, Cookie';

/** What every answer of an operation says besides itself: whom it is for, and who may keep it. */
function labelled(call: GraphqlCall, { actor, setCookies }: Context, answer: Reply): Reply {
  const { headers } = answer;
  // Each cookie in a header of its own.
  if (setCookies.length > 0) headers['set-cookie'] = setCookies;
  headers['vary'] = VARY;
  if (call.method !== 'POST' && actor.kind === 'ANONYMOUS' && answer.status === 200) return cacheable(call, answer);
  headers['cache-control'] = 'no-store';
  return answer;
}

/** Known operations are answered ahead of the pipeline, which has the rest. */
function operationOf(graphql: GraphqlServer, call: GraphqlCall, context: Context): Soon<Reply> {
  const contentType = contentTypeFor(call.headers.accept);
  const asked = contentType && plainRequest(call, graphql);
  if (!asked) return throughPipeline(graphql, call, context);
  const known = (text: AnswerText): Soon<Reply> =>
    text === null ? throughPipeline(graphql, call, context) : written(text, contentType);
  const text = graphql.operations.answer(asked, context);
  return isPromise(text) ? text.then(known) : known(text);
}

// All headers at once: an object that gets them one by one is made anew each time.
const written = (text: string, contentType: string): Reply => ({
  status: 200,
  headers: { 'content-type': contentType, vary: VARY, 'cache-control': 'no-store' },
  body: text,
});

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
