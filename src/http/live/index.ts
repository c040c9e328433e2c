import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Subscriptions } from '../../graphql/subscription.js';
import { LIVE_TIMES, type LiveTimes } from './limits.js';
import type { Live } from './live.js';
import { Places } from './places.js';
import { Rechecks } from './rechecks.js';
import { serveStreams } from './sse.js';
import { serveWebSockets } from './websocket.js';

export type { LiveTimes } from './limits.js';

export interface LiveMount extends Pick<Live, 'authenticate' | 'cookies' | 'trustedProxies' | 'onSubscription'> {
  schema: GraphQLSchema;
  log: Logger;
  /** Milliseconds that opening a subscription, and resolving one of its events, may take. */
  timeLimit?: number;
  times?: Partial<LiveTimes>;
}

/**
 * Mounts subscriptions: over WebSocket at `/graphql`, and as streams of events at `/graphql/stream`. When the server closes, it
 * says goodbye to all of them first, and takes no new ones.
 */
export function mountLive(http: FastifyInstance, { schema, log, timeLimit, ...mount }: LiveMount): void {
  const times = { ...LIVE_TIMES, ...mount.times };
  const live: Live = {
    ...mount,
    times,
    subscriptions: new Subscriptions(schema, timeLimit),
    places: new Places(),
    rechecks: new Rechecks(times.recheck, log),
  };
  const closeSockets = serveWebSockets(http, live);
  const closeStreams = serveStreams(http, live);
  http.addHook('preClose', async () => {
    await Promise.all([closeSockets(), closeStreams()]);
  });
}
