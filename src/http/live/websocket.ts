import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context as SocketContext } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { FOREIGN_ORIGIN } from '../../auth/authenticate.js';
import type { Client } from '../../graphql/context.js';
import { answerError, asGraphQLError } from '../../graphql/plugins.js';
import { errorsOf, type SubscriptionRequest } from '../../graphql/subscription.js';
import { AppError } from '../../shared/errors.js';
import { clientsBehind } from '../client.js';
import { requestIdOf } from '../server.js';
import { LiveConnection } from './connection.js';
import { LIVE_LIMITS } from './limits.js';
import type { Live } from './live.js';
import type { LiveStream } from './stream.js';
import { isWebSocket, refuseUpgrade, serveWithoutUpgrade } from './upgrade.js';

/** Codes of RFC 6455 and its registry. */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/** A socket, and what is known of it. */
interface Peer {
  socket: WebSocket;
  headers: IncomingMessage['headers'];
  client: Client;
  requestId: string;
  log: Logger;
  /** Gives back the place of those who have not said who they are. */
  endWaiting: () => void;
  /** Once it has said who it is. */
  connection?: LiveConnection;
  /** What is to be done when it closes. */
  onClose: (() => void)[];
  /** Whether it has answered the last ping. */
  isAlive: boolean;
}

type Init = Record<string, unknown> | undefined;

/** The library is handed a stream that is open already. */
interface OpenArgs extends ExecutionArgs {
  stream: LiveStream;
}

/** Serves subscriptions over WebSocket at `/graphql`, by the protocol graphql-transport-ws. @returns closes all sockets */
export function serveWebSockets(http: FastifyInstance, live: Live): () => Promise<void> {
  const { times, places } = live;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIVE_LIMITS.message, handleProtocols });
  const clientOf = clientsBehind(live.trustedProxies);
  const peers = new Set<Peer>();
  let isClosing = false;

  const protocol = makeServer<Init, Peer>({
    connectionInitWaitTimeout: times.init,
    onConnect: (context) => introduce(live, context),
    onSubscribe: subscribe,
    subscribe: (args) => (args as OpenArgs).stream as unknown as AsyncIterable<ExecutionResult>,
    // Answers come out of the stream as they are sent.
    onNext: (_context, _id, _payload, _args, result) => result,
    onError: ({ extra }, _id, _payload, errors) => errors.map((error) => answerError(error, extra)),
  });

  function welcome(peer: Peer): void {
    const { socket, log } = peer;
    const startedAt = performance.now();
    peers.add(peer);
    socket.on('error', (error) => log.debug({ err: error }, 'socket'));
    socket.on('pong', () => (peer.isAlive = true));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(peer, data),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            take(String(data as Buffer)).catch((error: unknown) => {
              // Messages that only a server sends come here, too.
              log.warn({ err: error }, 'message of a socket');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      peer,
    );
    socket.once('close', (code, reason) => {
      peers.delete(peer);
      peer.connection?.close();
      for (const work of peer.onClose) work();
      log.info({ path: '/graphql', code, ms: Math.round(performance.now() - startedAt) }, 'socket');
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'fault'));
    });
  }

  http.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocket(request)) return serveWithoutUpgrade(http.server, request, socket, head);
    const requestId = requestIdOf(request);
    const log = http.log.child({ requestId }) as Logger;
    socket.on('error', (error) => log.debug({ err: error }, 'socket'));
    const refuse = (status: number, code: string, message: string) =>
      refuseUpgrade(socket, status, code, message, requestId);
    if (request.url?.split('?', 1)[0] !== '/graphql')
      return refuse(404, 'NOT_FOUND', 'Sockets are served at /graphql.');
    if (isClosing) return refuse(503, 'INTERNAL_SERVER_ERROR', 'The process is shutting down.');
    const client = clientOf(request);
    const [any, waiting] = [places.takeAny(), places.takeWaiting(client.address)];
    socket.once('close', () => [any, waiting].forEach((giveBack) => giveBack?.()));
    if (!any || !waiting) return refuse(429, 'RATE_LIMITED', 'There are too many connections.');
    const { headers } = request;
    sockets.handleUpgrade(request, socket, head, (opened) =>
      welcome({ socket: opened, headers, client, requestId, log, endWaiting: waiting, onClose: [], isAlive: true }),
    );
  });

  const pings = setInterval(() => {
    for (const peer of peers) {
      if (!peer.isAlive) peer.socket.terminate();
      peer.isAlive = false;
      peer.socket.ping();
    }
  }, times.ping).unref();

  return async () => {
    isClosing = true;
    clearInterval(pings);
    const gone = [...peers].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const { socket } of peers) socket.close(GOING_AWAY, 'Going away');
    const late = setTimeout(() => peers.forEach(({ socket }) => socket.terminate()), times.farewell);
    await Promise.all(gone);
    clearTimeout(late);
  };
}

/** Finds out who has opened a socket. @returns whether it may stay */
async function introduce(live: Live, { extra: peer, connectionParams }: SocketContext<Init, Peer>): Promise<boolean> {
  const { socket, client, requestId, log } = peer;
  const close = (code: number, reason: string) => {
    socket.close(code, reason);
    return false;
  };
  const { cookie, origin, host } = peer.headers;
  const [, authorization = peer.headers.authorization] =
    Object.entries(connectionParams ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  if (authorization !== undefined && typeof authorization !== 'string') {
    return close(CloseCode.BadRequest, 'The authorization must be a text');
  }
  const source = { headers: { cookie, origin, host, authorization } };
  let actor;
  try {
    actor = await live.authenticate(source);
  } catch (error) {
    if (error instanceof AppError) return close(...farewellOf(error));
    log.error({ err: error }, 'fault');
    return close(TRY_AGAIN_LATER, 'Try again later');
  }
  const place = live.places.takeFor(actor, client.address);
  if (!place) return close(TRY_AGAIN_LATER, 'There are too many connections');
  if (socket.readyState !== socket.OPEN) {
    place();
    return false;
  }
  peer.endWaiting();
  const onRefused = (why: AppError) => void close(...farewellOf(why));
  peer.connection = new LiveConnection(live, { actor, source, client, requestId, log, onRefused });
  peer.onClose.push(place, live.rechecks.add(peer.connection));
  return true;
}

/** Opens a subscription. @returns it for the library to hand out, or why there is none */
async function subscribe(
  { extra: { connection } }: SocketContext<Init, Peer>,
  _id: string,
  payload: SubscriptionRequest,
) {
  try {
    const stream = await connection!.subscribe(payload);
    return { ...stream.args, stream } satisfies OpenArgs;
  } catch (thrown) {
    return errorsOf(thrown).map(asGraphQLError);
  }
}

/** Settles when the client has taken what was sent before: whoever takes nothing is sent nothing more. */
function send({ socket, log }: Peer, data: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    if (socket.bufferedAmount > LIVE_LIMITS.buffered) {
      log.warn('a client that takes too little is left');
      socket.terminate();
      return resolve();
    }
    socket.send(data, () => resolve());
  });
}

/** With which code, in which words, a socket of somebody refused is closed. */
function farewellOf({ code, details }: AppError): [number, string] {
  if (code === 'UNAUTHENTICATED' && details['reason'] !== FOREIGN_ORIGIN)
    return [CloseCode.Unauthorized, 'Unauthorized'];
  return [CloseCode.Forbidden, 'Forbidden'];
}
