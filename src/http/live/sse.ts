import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import { print } from 'graphql-sse';
import type { Logger } from 'pino';
import { answerError, type Reporting } from '../../graphql/plugins.js';
import { errorsOf, type SubscriptionRequest } from '../../graphql/subscription.js';
import { AppError, badInput } from '../../shared/errors.js';
import { inTime } from '../../shared/in-time.js';
import { clientOf, credentialRefusal } from '../client.js';
import { errorBody, sendError, sendReply } from '../errors.js';
import { LiveConnection } from './connection.js';
import { LIVE_LIMITS } from './limits.js';
import type { Live } from './live.js';

interface Route {
  Querystring: Readonly<Record<string, unknown>>;
}

/** A stream that is under way. */
interface Open {
  connection: LiveConnection;
  events: EventStream;
  ended: Promise<void>;
}

/**
 * Serves subscriptions as streams of events at `/graphql/stream`, by the protocol GraphQL over Server-Sent Events with a connection
 * for each subscription. Of the library only the format is used here: its handler gathers without bounds what a client does not take.
 * @returns ends all streams
 */
export function serveStreams(http: FastifyInstance, live: Live): () => Promise<void> {
  const streams = new Set<Open>();
  http.route<Route>({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    exposeHeadRoute: false,
    bodyLimit: LIVE_LIMITS.message,
    async handler(request, reply) {
      // As for /graphql, whose mount answers the questions that browsers ask beforehand.
      void reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'x-request-id');
      void reply.header('cache-control', 'no-store').header('vary', 'Accept, Authorization, Cookie');
      // Neither a link nor an image of another site's page asks for it.
      if (!request.headers.accept?.includes('text/event-stream')) {
        const words = 'Subscriptions are streams of events: send "accept: text/event-stream".';
        return reply.code(406).send(errorBody('BAD_USER_INPUT', words, request.id));
      }
      const asked = requestOf(request);
      const { cookie, origin, host, authorization } = request.headers;
      const source = { headers: { cookie, origin, host, authorization } };
      let actor;
      try {
        actor = await live.authenticate(source);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return sendReply(
          reply,
          credentialRefusal({ headers: request.headers, requestId: request.id }, live.cookies, error),
        );
      }
      const client = clientOf(request);
      const places = [live.places.takeAny(), live.places.takeFor(actor, client.address)];
      const giveBack = () => places.forEach((place) => place?.());
      if (places.includes(null)) {
        giveBack();
        return sendError(reply, new AppError('RATE_LIMITED', 'There are too many connections.'));
      }
      const reporting = { requestId: request.id, log: request.log as Logger };
      // The subscription tells why it ends by itself.
      const onRefused = () => undefined;
      const connection = new LiveConnection(live, { actor, source, client, ...reporting, onRefused });
      const events = new EventStream(reply, live.times.ping);
      const stopRechecks = live.rechecks.add(connection);
      events.onceClosed(() => connection.close());
      const open = { connection, events, ended: run(connection, asked, events, reporting) };
      streams.add(open);
      await open.ended;
      streams.delete(open);
      stopRechecks();
      giveBack();
      return reply;
    },
  });

  return async () => {
    for (const { connection } of streams) connection.close();
    const gone = await inTime(Promise.all([...streams].map(({ ended }) => ended)), live.times.farewell);
    if (gone === 'LATE') for (const { events } of streams) events.destroy();
  };
}

/** Sends what a subscription comes to until either side has enough of it. */
async function run(
  connection: LiveConnection,
  request: SubscriptionRequest,
  events: EventStream,
  reporting: Reporting,
): Promise<void> {
  try {
    for await (const result of await connection.subscribe(request)) await events.send(result);
  } catch (thrown) {
    await events.send({ errors: errorsOf(thrown).map((error) => answerError(error, reporting)) });
  }
  connection.close();
  await events.complete();
}

/** What a request asks for; by GET it stands in the address. @throws AppError BAD_USER_INPUT */
function requestOf({ method, query, body }: FastifyRequest<Route>): SubscriptionRequest {
  if (method === 'POST') {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw badInput('The body must be a JSON object.');
    return body;
  }
  const { variables } = query;
  if (typeof variables !== 'string' || variables === '') return { ...query, variables: undefined };
  try {
    return { ...query, variables: JSON.parse(variables) as unknown };
  } catch {
    throw badInput('"variables" must be JSON.');
  }
}

/** An answer that goes on as events, as slowly as the client takes them. */
class EventStream {
  private readonly raw: ServerResponse;
  private readonly pings: NodeJS.Timeout;
  private readonly closed: (() => void)[] = [];
  private settle: () => void = () => undefined;

  constructor(reply: FastifyReply, pingEvery: number) {
    reply.hijack();
    this.raw = reply.raw;
    this.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      // Proxies are to hand on each event at once, and nothing else comes on this connection.
      'x-accel-buffering': 'no',
      connection: 'close',
    });
    // Browsers take the answer for begun with its first bytes. A client that has not taken one ping by the next is gone.
    this.raw.write(':\n\n');
    this.pings = setInterval(() => {
      if (this.raw.writableLength > 0) this.destroy();
      else this.raw.write(':\n\n');
    }, pingEvery).unref();
    this.raw.once('close', () => {
      clearInterval(this.pings);
      this.settle();
      for (const work of this.closed) work();
    });
  }

  onceClosed(work: () => void): void {
    this.closed.push(work);
  }

  /** Settles when the client has taken it, or is gone. */
  async send(result: FormattedExecutionResult): Promise<void> {
    await this.write((done) => this.raw.write(print({ event: 'next', data: result as never }), done));
  }

  async complete(): Promise<void> {
    await this.write((done) => this.raw.end(print({ event: 'complete', data: null }), done));
    clearInterval(this.pings);
  }

  destroy(): void {
    this.raw.destroy();
  }

  private async write(work: (done: () => void) => void): Promise<void> {
    if (this.raw.destroyed || this.raw.closed) return;
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      work(resolve);
    });
  }
}
