/** Subscriptions of an invented library over real sockets: books that come in, and people who may see them until they may not. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { createClient as createStreamClient } from 'graphql-sse';
import { Arg, Ctx, Int, Resolver, Root, Subscription } from 'type-graphql';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { AppInput } from '../../src/app/create-app.js';
import type { SignedInActor } from '../../src/auth/actor.js';
import type { AuthenticationStrategy } from '../../src/auth/authenticate.js';
import { Permission } from '../../src/auth/permissions.js';
import type { Context } from '../../src/graphql/context.js';
import { Public, Requires } from '../../src/graphql/directives/index.js';
import { Feed } from '../../src/graphql/feed.js';
import { openLibraryApp, type TestApp } from './app.js';
import { libraryNodes, libraryResolvers, Novel, Receipt, type BookRow } from './library.js';

/** What sources did, so that a test can prove that they did nothing. */
export class Arrivals {
  readonly feed = new Feed<BookRow>();
  opened = 0;
  closed = 0;
  /** Events that were resolved, each noted once by a loader of its own. */
  readonly loads: string[] = [];

  open(): AsyncIterable<BookRow> {
    this.opened += 1;
    const events = this.feed.subscribe();
    const leave = events.return!.bind(events);
    const close = () => {
      this.closed += 1;
      return leave();
    };
    return Object.assign(events, { return: close });
  }

  publish(title: string | null = 'Emma'): void {
    this.feed.publish({ id: 1, title: title as string, shelf: 'A1', kind: 'NOVEL', readerId: '1' });
  }
}

let current = new Arrivals();

@Resolver()
class ArrivalSubscriptions {
  @Subscription(() => Novel, { description: 'Novels that come in.', subscribe: () => current.open() })
  @Public()
  async arrival(
    @Root() book: BookRow,
    @Ctx() context: Context,
    @Arg('ms', () => Int, { nullable: true, description: 'How long to look at each.' }) ms?: number,
  ): Promise<BookRow> {
    if (ms) await new Promise((resolve) => setTimeout(resolve, ms));
    context.once(current, () => current.loads.push(book.title));
    return book;
  }

  @Subscription(() => Novel, { nullable: true, description: 'For those who lock.', subscribe: () => current.open() })
  @Requires(Permission.MAPPING_LOCK)
  lockedArrival(@Root() book: BookRow): BookRow {
    return book;
  }

  @Subscription(() => Receipt, {
    nullable: true,
    description: 'Does nothing well.',
    subscribe: async function* ({ args }: { args: { how?: string } }) {
      if (args.how === 'open') throw new Error('connection to db-host:5432 lost');
      if (args.how === 'hang') await new Promise(() => undefined);
      yield { ok: true };
      throw new Error('connection to db-host:5432 lost');
    },
  })
  @Public()
  illNews(@Root() event: Receipt, @Arg('how', () => String, { description: 'In which way.' }) _how: string): Receipt {
    return event;
  }
}

/** People by their keys: who they are by now, or why their keys are good no more. A key in the cookie counts as a session's does. */
export class KeyRing {
  readonly people = new Map<string, SignedInActor | 'REFUSED' | Error>();
  asked = 0;

  readonly strategy: AuthenticationStrategy = {
    name: 'key',
    authenticate: async ({ headers: { authorization, cookie, origin, host } }) => {
      const byHeader = /^Bearer (\w+)$/.exec(String(authorization))?.[1];
      const key = byHeader ?? /^key=(\w+)$/.exec(String(cookie))?.[1];
      if (key === undefined) return 'NOT_MINE';
      this.asked += 1;
      if (byHeader === undefined && origin !== undefined && origin !== `http://${String(host)}`) {
        return { refused: 'Cookies do not count for pages of another site.', reason: 'FOREIGN_ORIGIN' };
      }
      const person = this.people.get(key) ?? 'REFUSED';
      if (person instanceof Error) throw person;
      return person === 'REFUSED' ? { refused: 'This key is good no more.' } : { actor: person };
    },
  };
}

/** Where a service listens. */
export interface Listening {
  port: number;
  url: string;
  socketUrl: string;
}

export async function listen(http: FastifyInstance): Promise<Listening> {
  await http.listen({ port: 0, host: '127.0.0.1' });
  const { port } = http.server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, socketUrl: `ws://127.0.0.1:${port}/graphql` };
}

export interface LiveApp extends TestApp, Listening {
  arrivals: Arrivals;
  keys: KeyRing;
  /** How many subscriptions the metrics say are open. */
  open(): Promise<number>;
}

export async function openLiveApp(input: Partial<AppInput> = {}): Promise<LiveApp> {
  const arrivals = (current = new Arrivals());
  const keys = new KeyRing();
  const app = await openLibraryApp({
    strategies: [keys.strategy],
    modules: [() => ({ resolvers: [...libraryResolvers(), new ArrivalSubscriptions()], nodes: libraryNodes })],
    ...input,
  });
  const where = await listen(app.http);
  const open = async () => {
    const { body } = await app.http.inject('/metrics');
    return Number(/^graphql_subscriptions_open (\d+)$/m.exec(body)?.[1]);
  };
  return { ...app, ...where, arrivals, keys, open };
}

export interface LiveError {
  message: string;
  extensions: Record<string, unknown>;
}

/** What came of a subscription so far. */
export interface Heard {
  results: { data?: Record<string, unknown> | null; errors?: LiveError[] }[];
  /** How it ended: `DONE`, its errors, or with which code the socket was closed. */
  end: LiveError[] | number | string | null;
  stop: () => void;
}

/** Subscribes through a client of either protocol, and gathers. */
export function hear(
  client: Pick<SocketClient, 'subscribe'>,
  query: string,
  variables?: Record<string, unknown>,
): Heard {
  const heard: Heard = { results: [], end: null, stop: () => undefined };
  heard.stop = client.subscribe(
    { query, variables },
    {
      next: (result) => void heard.results.push(result as never),
      error: (error) => {
        const { code, message } = error as { code?: number; message?: string };
        heard.end = Array.isArray(error) ? (error as LiveError[]) : (code ?? message ?? String(error));
      },
      complete: () => (heard.end ??= 'DONE'),
    },
  );
  return heard;
}

export const codesOf = (errors: Heard['end'] | undefined): unknown =>
  Array.isArray(errors) ? errors.map(({ extensions }) => extensions['code']) : errors;

/** A client that does not come back by itself. */
export const socketClient = (url: string, key?: string, headers: Record<string, string> = {}): SocketClient =>
  createSocketClient({
    url,
    retryAttempts: 0,
    connectionParams: key === undefined ? undefined : { authorization: `Bearer ${key}` },
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers });
      }
    },
  });

export const streamClient = (url: string, headers: Record<string, string> = {}) =>
  createStreamClient({ url: `${url}/graphql/stream`, retryAttempts: 0, headers }) as unknown as Pick<
    SocketClient,
    'subscribe'
  > & { dispose: () => void };

/** A socket without a client that knows the protocol. */
export interface RawSocket {
  socket: WebSocket;
  messages: { type: string; id?: string; payload?: unknown }[];
  send(message: object | string): void;
  /** The code with which it was closed, or the status with which it was refused. */
  closed: Promise<number>;
}

export async function rawSocket(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  const messages: RawSocket['messages'] = [];
  socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as never));
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
    socket.on('error', () => undefined);
  });
  await Promise.race([new Promise((resolve) => socket.on('open', resolve)), closed]);
  const send = (message: object | string) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, messages, send, closed };
}

/** A socket that has said who it is. */
export async function introduced(url: string, payload?: object): Promise<RawSocket> {
  const peer = await rawSocket(url);
  peer.send({ type: 'connection_init', payload });
  await vi.waitFor(() => expect(peer.messages).toEqual([{ type: 'connection_ack' }]));
  peer.messages.pop();
  return peer;
}
