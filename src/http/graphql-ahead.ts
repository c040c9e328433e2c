import { performance } from 'node:perf_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { parse } from 'secure-json-parse';
import { isPromise } from '../shared/is-promise.js';
import { clientsBehind } from './client.js';
import { errorReply, faultReply, NOT_JSON, type Reply } from './errors.js';
import { answerGraphql, type GraphqlCall, type GraphqlMount } from './graphql-answer.js';
import { EXPOSED_HEADERS } from './graphql.js';
import { BODY_LIMIT, logRequest, requestIdOf, SAFE_HEADERS, type Ahead } from './server.js';

export interface AheadMount extends GraphqlMount {
  log: Logger;
  trustedProxies: readonly string[];
  isDraining: () => boolean;
  /** Told of each answer, with the milliseconds that it took. */
  onAnswer: (request: { method: string; route: string; status: number }, ms: number) => void;
}

const JSON_TYPES = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8']);

/** On every answer of the route, besides those that tell it from others. */
const HEADERS = [
  ...Object.entries(SAFE_HEADERS).flat(),
  ...['access-control-allow-origin', '*'],
  ...['access-control-expose-headers', EXPOSED_HEADERS],
];

/**
 * Answers what is plainly posted to `/graphql` ahead of Fastify, whose way from a request to its answer costs more than most
 * operations. Nothing is told otherwise than by the route, in answers, metrics and log; whatever is not plain is the route's.
 */
export function graphqlAhead(mount: AheadMount): Ahead {
  const clientOf = clientsBehind(mount.trustedProxies);
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== '/graphql' || !isPlain(request) || mount.isDraining())
      return false;
    const call = new AheadCall(mount, request, response, clientOf(request));
    readBody(request, (body) => call.answer(body));
    return true;
  };
}

/** JSON as it is, of a length that was told and is not too much. */
function isPlain({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= BODY_LIMIT &&
    JSON_TYPES.has(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined
  );
}

/** Calls back when the whole body is there: never, where the client goes before that. */
function readBody(request: IncomingMessage, take: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => take((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
}

class AheadCall implements GraphqlCall {
  readonly method = 'POST';
  readonly url = '/graphql';
  readonly headers: IncomingMessage['headers'];
  readonly requestId: string;
  body: unknown;
  private readonly arrived = performance.now();
  private line: Logger | undefined;

  constructor(
    private readonly mount: AheadMount,
    request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly client: GraphqlCall['client'],
  ) {
    this.headers = request.headers;
    this.requestId = requestIdOf(request);
  }

  get log(): Logger {
    return (this.line ??= this.mount.log.child({ requestId: this.requestId }));
  }

  answer(text: string): void {
    try {
      if (!this.read(text)) return this.send(errorReply(400, 'BAD_USER_INPUT', NOT_JSON, this.requestId));
      const answer = answerGraphql(this.mount, this);
      if (!isPromise(answer)) return this.send(answer);
      answer.then((reply) => this.send(reply)).catch((error) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  /** @returns false for what is no JSON, or would change what objects are made of, as Fastify's own parser sees it */
  private read(text: string): boolean {
    try {
      this.body = parse(text);
      return true;
    } catch {
      return false;
    }
  }

  private send(reply: Reply): void {
    const { mount, requestId, method, url } = this;
    const { status } = reply;
    write(this.response, reply, requestId, mount.isDraining());
    const ms = performance.now() - this.arrived;
    mount.onAnswer({ method, route: url, status }, ms);
    logRequest(mount.log, { requestId, method, path: url, status, ms });
  }

  private fail(error: unknown): void {
    this.send(faultReply(error, this.requestId, this.log));
  }
}

function write(response: ServerResponse, { status, headers, body }: Reply, requestId: string, isLast: boolean): void {
  const lines: (string | string[])[] = ['x-request-id', requestId, ...HEADERS];
  for (const name in headers) lines.push(name, headers[name]!);
  if (isLast) lines.push('connection', 'close');
  if (body !== null) lines.push('content-length', String(Buffer.byteLength(body)));
  // Types know of single values only; each cookie gets a line of its own.
  response.writeHead(status, lines as string[]);
  response.end(body ?? undefined);
}
