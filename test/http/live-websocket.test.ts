import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppInput } from '../../src/app/create-app.js';
import { RoleName } from '../../src/auth/permissions.js';
import { as } from '../support/app.js';
import { actorWith } from '../support/actors.js';
import {
  codesOf,
  hear,
  introduced,
  openLiveApp,
  rawSocket,
  socketClient,
  type LiveApp,
  type LiveError,
} from '../support/live.js';

let app: LiveApp;
afterEach(() => app.close());
const open = async (input: Partial<AppInput> = {}) => {
  app = await openLiveApp(input);
  return app;
};

const ARRIVAL = 'subscription { arrival { title } }';
const LOCKED = 'subscription { lockedArrival { title } }';
const emma = { data: { arrival: { title: 'Emma' } } };

describe('subscriptions over WebSocket', () => {
  beforeEach(() => open());

  it('sends each event, each read anew, until the client has enough', async () => {
    const client = socketClient(app.socketUrl);
    const heard = hear(client, 'subscription ($ms: Int) { arrival(ms: $ms) { title shelf } }', { ms: 1 });
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    expect(await app.open()).toBe(1);
    for (const title of ['Emma', 'Persuasion']) app.arrivals.publish(title);
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(heard.results.map(({ data }) => data)).toEqual([
      { arrival: { title: 'Emma', shelf: null } },
      { arrival: { title: 'Persuasion', shelf: null } },
    ]);
    expect(app.arrivals.loads).toEqual(['Emma', 'Persuasion']);
    const error = heard.results[0]!.errors![0]!;
    expect(error.extensions).toEqual({ code: 'UNAUTHENTICATED', requestId: expect.any(String) as string });
    heard.stop();
    await vi.waitFor(() => expect([app.arrivals.feed.size, app.arrivals.closed]).toEqual([0, 1]));
    expect([heard.end, await app.open()]).toEqual(['DONE', 0]);
  });

  it('ends the sources of a client that goes without a word', async () => {
    const peer = await introduced(app.socketUrl);
    for (const id of ['a', 'b']) peer.send({ type: 'subscribe', id, payload: { query: ARRIVAL } });
    peer.send({ type: 'subscribe', id: 'c', payload: { query: 'subscription { illNews(how: "hang") { ok } }' } });
    await vi.waitFor(async () => expect([app.arrivals.opened, await app.open()]).toEqual([2, 3]));
    peer.socket.terminate();
    await vi.waitFor(async () => expect([app.arrivals.closed, await app.open()]).toEqual([2, 0]));
  });

  it('SU1 opens no source for a caller whom the rule refuses', async () => {
    app.keys.people.set('user', actorWith([RoleName.USER]));
    app.keys.people.set('maintainer', actorWith([RoleName.MAINTAINER]));
    const [anonymous, user, maintainer] = [undefined, 'user', 'maintainer'].map((key) =>
      hear(socketClient(app.socketUrl, key), LOCKED),
    );
    await vi.waitFor(() =>
      expect([codesOf(anonymous!.end), codesOf(user!.end)]).toEqual([['UNAUTHENTICATED'], ['FORBIDDEN']]),
    );
    await vi.waitFor(() => expect(app.arrivals.opened).toBe(1));
    app.arrivals.publish();
    await vi.waitFor(() => expect(maintainer!.results).toEqual([{ data: { lockedArrival: { title: 'Emma' } } }]));
    expect([app.arrivals.opened, anonymous!.results, user!.results]).toEqual([1, [], []]);
  });

  it('SU5 serves subscriptions alone', async () => {
    const client = socketClient(app.socketUrl);
    for (const query of ['{ members { name } }', 'mutation { ring { ok } }']) {
      const heard = hear(client, query);
      await vi.waitFor(() => expect(codesOf(heard.end)).toEqual(['BAD_USER_INPUT']));
      expect(heard.end).toMatchObject([{ message: expect.stringContaining('POST to /graphql') as string }]);
    }
    expect(app.library.effects).toEqual([]);
  });

  it('SU5 holds the limits of every operation, and answers faults as over HTTP', async () => {
    const client = socketClient(app.socketUrl);
    const times = (count: number, text: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => text(i)).join(' ');
    const refusals: [string, string, RegExp][] = [
      [`subscription { arrival { ${times(31, (i) => `a${i}: title`)} } }`, 'TOO_EXPENSIVE', /alias count/],
      [`subscription { ${times(16, () => 'arrival {')} title ${times(16, () => '}')} }`, 'TOO_EXPENSIVE', /depth/],
      [`subscription { arrival { ${times(5_000, () => 'title')} } }`, 'TOO_EXPENSIVE', /takes too much to read/],
      [`subscription { arrival { ${times(1_001, () => 'title')} } }`, 'TOO_EXPENSIVE', /field count/],
      ['subscription { arrival {', 'BAD_USER_INPUT', /Syntax Error/],
      ['subscription { arrival { titel } }', 'BAD_USER_INPUT', /Cannot query field "titel" on type "Novel"\.$/],
      ['subscription { arrival { title } illNews(how: "x") { ok } }', 'BAD_USER_INPUT', /only one top level field/],
      ['subscription ($s: Boolean = true) { arrival @skip(if: $s) { title } }', 'BAD_USER_INPUT', /./],
      ['subscription A { arrival { title } } subscription B { arrival { title } }', 'BAD_USER_INPUT', /operationName/],
      ['subscription ($ms: Int!) { arrival(ms: $ms) { title } }', 'BAD_USER_INPUT', /\$ms/],
    ];
    for (const [query, code, message] of refusals) {
      const heard = hear(client, query);
      await vi.waitFor(() => expect([query, codesOf(heard.end)]).toEqual([query, [code]]));
      const [error] = heard.end as LiveError[];
      expect(error!.message).toMatch(message);
      expect(error!.extensions).toHaveProperty('requestId');
    }
    expect(app.arrivals.opened).toBe(0);
  });

  it('masks what a source and a resolver fail with, and logs it', async () => {
    const client = socketClient(app.socketUrl);
    const masked = { message: expect.stringMatching(/^Something went wrong/) as string };
    for (const how of ['open', 'later']) {
      const heard = hear(client, `subscription { illNews(how: "${how}") { ok } }`);
      await vi.waitFor(() => expect(codesOf(heard.end)).toEqual(['INTERNAL_SERVER_ERROR']));
      expect(heard.end).toMatchObject([masked]);
      expect(heard.results).toHaveLength(how === 'open' ? 0 : 1);
      const requestId = String((heard.end as LiveError[])[0]!.extensions['requestId']);
      expect(app.log()).toMatch(new RegExp(`"requestId":"${requestId}".*db-host.*"fault"`));
    }
    const heard = hear(client, ARRIVAL);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    app.arrivals.publish(null);
    app.arrivals.publish();
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(heard.results[0]).toMatchObject({ data: null, errors: [{ ...masked, path: ['arrival', 'title'] }] });
    expect(heard.results[1]).toEqual(emma);
  });

  it('answers a schema that has no subscriptions with an error', async () => {
    await app.close();
    await open({ modules: [() => ({ resolvers: [] })] });
    const heard = hear(socketClient(app.socketUrl), ARRIVAL);
    await vi.waitFor(() => expect(codesOf(heard.end)).toEqual(['BAD_USER_INPUT']));
  });

  it('goes on serving HTTP to clients that would rather have HTTP/2, and refuses sockets elsewhere', async () => {
    const { request } = await import('node:http');
    const ask = (method: string, path: string, body?: string) =>
      new Promise<[number, string]>((resolve, reject) => {
        const headers = {
          connection: 'Upgrade, HTTP2-Settings',
          upgrade: 'h2c',
          'http2-settings': 'AAMAAABk',
          'content-type': 'application/json',
        };
        const sent = request(`${app.url}${path}`, { method, headers }, (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.on('end', () => resolve([answer.statusCode!, text]));
        });
        sent.on('error', reject);
        sent.end(body);
      });
    expect(await ask('GET', '/healthz')).toEqual([200, '{"status":"alive"}']);
    const query = JSON.stringify({ query: '{ members { name } }', padding: 'x'.repeat(300_000) });
    expect(await ask('POST', '/graphql', query)).toEqual([200, expect.stringContaining('"ann"')]);
    expect(await (await rawSocket(`${app.socketUrl}/else`)).closed).toBe(404);
  });

  it('says at /graphql where subscriptions are served', async () => {
    const answer = await app.query(ARRIVAL);
    expect([answer.status, answer.errors?.[0]?.message]).toEqual([400, expect.stringContaining('/graphql/stream')]);
  });
});

describe('credentials of a socket', () => {
  beforeEach(async () => {
    await open();
    app.keys.people.set('ann', actorWith([RoleName.MAINTAINER]));
  });

  it('come with the handshake or with the first message, which is the one that counts', async () => {
    app.keys.people.set('bob', actorWith([RoleName.USER], { id: '2' }));
    const byHeader = { authorization: 'Bearer ann' };
    const ways = [
      socketClient(app.socketUrl, 'ann'),
      socketClient(app.socketUrl, undefined, byHeader),
      socketClient(app.socketUrl, undefined, { cookie: 'key=ann' }),
      socketClient(app.socketUrl, undefined, { cookie: 'key=ann', origin: app.url }),
      socketClient(app.socketUrl, 'ann', { authorization: 'Bearer bob' }),
    ];
    const heard = ways.map((client) => hear(client, LOCKED));
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(ways.length));
    const bob = hear(socketClient(app.socketUrl, 'bob', byHeader), LOCKED);
    await vi.waitFor(() => expect(codesOf(bob.end)).toEqual(['FORBIDDEN']));
    expect(heard.map(({ end }) => end)).toEqual(ways.map(() => null));
  });

  it('SU4 of a cookie do not count for pages of another site; a token does', async () => {
    const foreign = { cookie: 'key=ann', origin: 'https://evil.example' };
    const stolen = hear(socketClient(app.socketUrl, undefined, foreign), LOCKED);
    await vi.waitFor(() => expect(stolen.end).toBe(4403));
    const nothing = hear(socketClient(app.socketUrl, undefined, { ...foreign, origin: 'null' }), ARRIVAL);
    await vi.waitFor(() => expect(nothing.end).toBe(4403));
    const own = hear(socketClient(app.socketUrl, 'ann', foreign), LOCKED);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    expect(own.end).toBeNull();
  });

  it('that are not good close it, and are never taken for none', async () => {
    const clients = [
      socketClient(app.socketUrl, 'nobody'),
      socketClient(app.socketUrl, undefined, as('1', RoleName.ADMIN)),
      socketClient(app.socketUrl, undefined, { cookie: 'key=nobody' }),
    ];
    for (const client of clients) {
      const heard = hear(client, ARRIVAL);
      await vi.waitFor(() => expect(heard.end).toBe(4401));
    }
    const peer = await rawSocket(app.socketUrl);
    peer.send({ type: 'connection_init', payload: { authorization: ['Bearer ann'] } });
    expect(await peer.closed).toBe(4400);
    app.keys.people.set('ann', new Error('database gone'));
    const heard = hear(socketClient(app.socketUrl, 'ann'), ARRIVAL);
    await vi.waitFor(() => expect(heard.end).toBe(1013));
    expect([app.arrivals.opened, app.log().includes('database gone')]).toEqual([0, true]);
  });

  it('come before anything else is asked', async () => {
    const peer = await rawSocket(app.socketUrl);
    peer.send({ type: 'subscribe', id: 'a', payload: { query: ARRIVAL } });
    expect(await peer.closed).toBe(4401);
    const twice = await introduced(app.socketUrl);
    twice.send({ type: 'connection_init' });
    expect(await twice.closed).toBe(4429);
  });
});

describe('a process that stops', () => {
  it('says goodbye to sockets, takes no new ones, and ends in time even where a client does not go', async () => {
    await open({ liveTimes: { farewell: 300 } });
    const heard = hear(socketClient(app.socketUrl), ARRIVAL);
    const stubborn = await introduced(app.socketUrl);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    stubborn.socket.pause();
    const startedAt = performance.now();
    const closed = app.close();
    await vi.waitFor(() => expect(heard.end).toBe(1001));
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect([app.arrivals.feed.size, app.arrivals.closed]).toEqual([0, 1]);
    stubborn.socket.terminate();
  });
});
