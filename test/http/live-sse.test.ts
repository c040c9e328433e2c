import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AppInput } from '../../src/app/create-app.js';
import { RoleName } from '../../src/auth/permissions.js';
import { actorWith } from '../support/actors.js';
import { codesOf, hear, openLiveApp, streamClient, type LiveApp } from '../support/live.js';

let app: LiveApp;
afterEach(() => app.close());
const open = async (input: Partial<AppInput> = {}) => {
  app = await openLiveApp(input);
  app.keys.people.set('ann', actorWith([RoleName.MAINTAINER]));
};

const ARRIVAL = 'subscription { arrival { title } }';
const LOCKED = 'subscription { lockedArrival { title } }';
const EVENTS = { accept: 'text/event-stream' };

const get = (query: Record<string, string>, headers: Record<string, string> = EVENTS) =>
  fetch(`${app.url}/graphql/stream?${new URLSearchParams(query).toString()}`, { headers });
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/graphql/stream`, {
    method: 'POST',
    headers: { ...EVENTS, 'content-type': 'application/json', ...headers },
    body,
  });
const eventually = (size: number) => vi.waitFor(() => expect(app.arrivals.feed.size).toBe(size));

describe('subscriptions as streams of events', () => {
  it('sends each event, each read anew, until the client has enough', async () => {
    await open();
    const heard = hear(streamClient(app.url), 'subscription ($ms: Int) { arrival(ms: $ms) { title } }', { ms: 1 });
    await eventually(1);
    expect(await app.open()).toBe(1);
    for (const title of ['Emma', 'Persuasion']) app.arrivals.publish(title);
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(heard.results.map(({ data }) => data)).toEqual([
      { arrival: { title: 'Emma' } },
      { arrival: { title: 'Persuasion' } },
    ]);
    expect(app.arrivals.loads).toEqual(['Emma', 'Persuasion']);
    heard.stop();
    await vi.waitFor(async () => expect([app.arrivals.closed, await app.open()]).toEqual([1, 0]));
  });

  it('may be asked for by GET, as browsers do, and says that it has ended', async () => {
    await open();
    const answer = await get({
      query: 'subscription ($how: String!) { illNews(how: $how) { ok } }',
      variables: '{"how":"later"}',
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const requestId = answer.headers.get('x-request-id')!;
    const text = await answer.text();
    const [, first, second, complete] = text.split('\n\n');
    expect(first).toBe('event: next\ndata: {"data":{"illNews":{"ok":true}}}');
    expect(second).toMatch(/^event: next\ndata: \{"errors":\[\{"message":"Something went wrong/);
    expect(second).toContain(`"extensions":{"code":"INTERNAL_SERVER_ERROR","requestId":"${requestId}"}`);
    expect(complete).toBe('event: complete\ndata:');
    expect(app.log()).toMatch(new RegExp(`"requestId":"${requestId}".*db-host.*"fault"`));
  });

  it('SU1 opens no source for a caller whom the rule refuses', async () => {
    await open();
    app.keys.people.set('user', actorWith([RoleName.USER]));
    const callers: Record<string, string>[] = [{}, { authorization: 'Bearer user' }];
    const refused = callers.map((headers) => hear(streamClient(app.url, headers), LOCKED));
    await vi.waitFor(() => expect(refused.map(({ end }) => end)).toEqual(['DONE', 'DONE']));
    expect(refused.map(({ results }) => codesOf(results[0]!.errors))).toEqual([['UNAUTHENTICATED'], ['FORBIDDEN']]);
    expect(app.arrivals.opened).toBe(0);
    hear(streamClient(app.url, { authorization: 'Bearer ann' }), LOCKED);
    await eventually(1);
  });

  it('SU5 serves subscriptions alone, within the limits of every operation', async () => {
    await open();
    const refusals = [
      ['{ members { name } }', 'BAD_USER_INPUT'],
      ['mutation { ring { ok } }', 'BAD_USER_INPUT'],
      ['subscription { arrival {', 'BAD_USER_INPUT'],
      [`subscription { arrival { ${'title '.repeat(1_001)} } }`, 'TOO_EXPENSIVE'],
      [`subscription { arrival { ${'title '.repeat(5_000)} } }`, 'TOO_EXPENSIVE'],
    ];
    for (const [query, code] of refusals) {
      const text = await (await post(JSON.stringify({ query }))).text();
      expect([query, text]).toEqual([
        query,
        expect.stringMatching(`^:\n\nevent: next\ndata: .*"code":"${code}","requestId"`),
      ]);
    }
    expect([app.arrivals.opened, app.library.effects]).toEqual([0, []]);
  });

  it('SU5 takes requests in JSON of a bounded size, and only who wants events', async () => {
    await open();
    const query = JSON.stringify({ query: ARRIVAL });
    const statuses = [
      (await get({ query: ARRIVAL }, {})).status,
      (await post(query, { accept: '*/*' })).status,
      (await post('[]')).status,
      (await post('{')).status,
      (await post(query, { 'content-type': 'text/plain' })).status,
      (await post(JSON.stringify({ query: ARRIVAL, padding: 'x'.repeat(64 * 1024) }))).status,
      (await get({ query: ARRIVAL, variables: '{' })).status,
      (await fetch(`${app.url}/graphql/stream`, { method: 'PUT' })).status,
    ];
    expect(statuses).toEqual([406, 406, 400, 400, 415, 413, 400, 404]);
    const large = await post(JSON.stringify({ query: ARRIVAL, padding: 'x'.repeat(64 * 1024) }));
    expect(await large.json()).toMatchObject({ errors: [{ message: 'The body is larger than 64 KiB.' }] });
    expect(app.arrivals.opened).toBe(0);
  });

  it('SU4 takes no cookie that comes with a page of another site, and no bad credential for none', async () => {
    await open();
    const cookie = 'key=ann';
    for (const headers of [
      { cookie, origin: 'https://evil.example' },
      { cookie: 'key=nobody' },
      { authorization: 'Bearer nobody' },
    ] as Record<string, string>[]) {
      const answer = await get({ query: ARRIVAL }, { ...EVENTS, ...headers });
      expect([answer.status, await answer.json()]).toMatchObject([
        401,
        { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ]);
    }
    expect(app.arrivals.opened).toBe(0);
    void get({ query: LOCKED }, { ...EVENTS, cookie, origin: app.url });
    await eventually(1);
  });

  it('lets pages of other sites ask with a token, as /graphql does', async () => {
    await open();
    const answer = await fetch(`${app.url}/graphql/stream`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://tool.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    void post(JSON.stringify({ query: LOCKED }), { origin: 'https://tool.example', authorization: 'Bearer ann' });
    await eventually(1);
  });

  it('SU3 gives an address without a credential few streams, and forgets those that are gone', async () => {
    await open();
    const heard = Array.from({ length: 10 }, () => hear(streamClient(app.url), ARRIVAL));
    await eventually(10);
    const late = await get({ query: ARRIVAL });
    expect([late.status, await late.json()]).toMatchObject([
      429,
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
    hear(streamClient(app.url, { authorization: 'Bearer ann' }), ARRIVAL);
    await eventually(11);
    heard[0]!.stop();
    await eventually(10);
    hear(streamClient(app.url), ARRIVAL);
    await eventually(11);
  });

  it('SU3 leaves a client that takes nothing', async () => {
    await open({ liveTimes: { ping: 200 } });
    const slow = connect(app.port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write(
      `GET /graphql/stream?query=${encodeURIComponent(ARRIVAL)} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`,
    );
    await once(slow, 'data');
    slow.pause();
    await eventually(1);
    await vi.waitFor(
      () => {
        app.arrivals.publish('x'.repeat(1_000_000));
        expect(app.arrivals.feed.size).toBe(0);
      },
      { timeout: 10_000, interval: 50 },
    );
    expect(app.arrivals.closed).toBe(1);
    slow.destroy();
  });

  it('SU3 shows that it lives, so that nothing on the way gives it up', async () => {
    await open({ liveTimes: { ping: 50 } });
    const answer = await get({ query: ARRIVAL });
    let text = '';
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.length >= 12) break;
    }
    expect(text).toMatch(/^(:\n\n){4}/);
    await vi.waitFor(() => expect(app.arrivals.closed).toBe(1));
  });
});

describe('a process that stops', () => {
  it('completes streams, and ends in time', async () => {
    await open();
    const heard = hear(streamClient(app.url), ARRIVAL);
    const stuck = hear(streamClient(app.url), 'subscription { illNews(how: "hang") { ok } }');
    await vi.waitFor(async () => expect(await app.open()).toBe(2));
    const startedAt = performance.now();
    await app.close();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await vi.waitFor(() => expect([heard.end, stuck.end]).toEqual(['DONE', 'DONE']));
    expect(app.arrivals.closed).toBe(1);
  });
});
