import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AppInput } from '../../src/app/create-app.js';
import { ANONYMOUS } from '../../src/auth/actor.js';
import { RoleName } from '../../src/auth/permissions.js';
import { Places } from '../../src/http/live/places.js';
import { actorWith } from '../support/actors.js';
import { codesOf, hear, introduced, openLiveApp, rawSocket, socketClient, type LiveApp } from '../support/live.js';

let app: LiveApp;
afterEach(() => app?.close());
const open = async (input: Partial<AppInput> = {}) => {
  app = await openLiveApp(input);
};

const ARRIVAL = 'subscription { arrival { title } }';

describe('limits of sockets', () => {
  it('SU3 closes one that does not say who it is', async () => {
    await open({ liveTimes: { init: 100 } });
    const peer = await rawSocket(app.socketUrl);
    expect(await peer.closed).toBe(4408);
  });

  it('SU3 gives an address without a credential few sockets, a user more, and forgets those that are gone', async () => {
    await open();
    app.keys.people.set('ann', actorWith([RoleName.USER]));
    const anonymous = await Promise.all(Array.from({ length: 10 }, () => introduced(app.socketUrl)));
    const late = await rawSocket(app.socketUrl);
    late.send({ type: 'connection_init' });
    expect(await late.closed).toBe(1013);
    for (let i = 0; i < 64; i += 1) await introduced(app.socketUrl, { authorization: 'Bearer ann' });
    const extra = await rawSocket(app.socketUrl);
    extra.send({ type: 'connection_init', payload: { authorization: 'Bearer ann' } });
    expect(await extra.closed).toBe(1013);
    anonymous[0]!.socket.close();
    await anonymous[0]!.closed;
    await introduced(app.socketUrl);
  });

  it('SU3 lets an address have so many that have not said who they are', async () => {
    await open();
    const waiting = await Promise.all(Array.from({ length: 64 }, () => rawSocket(app.socketUrl)));
    expect(await (await rawSocket(app.socketUrl)).closed).toBe(429);
    waiting[0]!.socket.terminate();
    await vi.waitFor(async () => {
      const next = await rawSocket(app.socketUrl);
      expect(next.socket.readyState).toBe(next.socket.OPEN);
    });
  });

  it('SU3 counts by the address that a trusted proxy names, and by no other', async () => {
    await open({ trustedProxies: ['127.0.0.0/8'] });
    const from = (address: string) => rawSocket(app.socketUrl, { 'x-forwarded-for': address });
    const kept = await Promise.all(Array.from({ length: 64 }, (_, i) => from(`9.9.9.${i}, 203.0.113.7`)));
    expect(await (await from('9.9.9.99, 203.0.113.7')).closed).toBe(429);
    const other = await from('203.0.113.8');
    expect([other.socket.readyState, kept.length]).toEqual([other.socket.OPEN, 64]);
  });

  it('SU3 gives a socket twenty subscriptions, and room again when one ends', async () => {
    await open();
    const peer = await introduced(app.socketUrl);
    for (let id = 1; id <= 1_000; id += 1) peer.send({ type: 'subscribe', id: `${id}`, payload: { query: ARRIVAL } });
    await vi.waitFor(() => expect(peer.messages).toHaveLength(980));
    expect(new Set(peer.messages.map(({ type }) => type))).toEqual(new Set(['error']));
    expect(peer.messages[0]!.payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect([app.arrivals.opened, await app.open()]).toEqual([20, 20]);
    peer.send({ type: 'complete', id: '1' });
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(19));
    peer.send({ type: 'subscribe', id: 'again', payload: { query: ARRIVAL } });
    await vi.waitFor(() => expect(app.arrivals.opened).toBe(21));
  });

  it('SU3 takes no large frames and nothing that is no message', async () => {
    await open();
    const large = await introduced(app.socketUrl);
    large.send({ type: 'ping', payload: { text: 'x'.repeat(64 * 1024) } });
    expect(await large.closed).toBe(1009);
    for (const [message, code] of [
      ['nonsense', 4400],
      ['{"type":"subscribe","id":1}', 4400],
      ['{"type":"connection_ack"}', 4500],
    ] as const) {
      const peer = await introduced(app.socketUrl);
      peer.send(message);
      expect([message, await peer.closed]).toEqual([message, code]);
    }
  });

  it('SU3 leaves a client that takes nothing, and goes on for the others', async () => {
    await open();
    const slow = await introduced(app.socketUrl);
    for (let id = 1; id <= 20; id += 1) slow.send({ type: 'subscribe', id: `${id}`, payload: { query: ARRIVAL } });
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(20));
    const quick = hear(socketClient(app.socketUrl), ARRIVAL);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(21));
    slow.socket.pause();
    const title = 'x'.repeat(200_000);
    await vi.waitFor(
      () => {
        app.arrivals.publish(title);
        expect(app.arrivals.feed.size).toBe(1);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(app.log()).toContain('takes too little');
    await vi.waitFor(() => expect(quick.results.at(-1)).toEqual({ data: { arrival: { title } } }));
    slow.socket.terminate();
  });

  it('SU3 leaves a client that gives no sign of life', async () => {
    await open({ liveTimes: { ping: 100 } });
    const [dead, alive] = [await introduced(app.socketUrl), await introduced(app.socketUrl)];
    dead.socket.pause();
    await sleep(500);
    dead.socket.resume();
    expect(await dead.closed).toBe(1006);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it('SU5 gives opening a subscription, and each event, so much time', async () => {
    await open({ timeLimit: 150 });
    const client = socketClient(app.socketUrl);
    const heard = hear(client, 'subscription { arrival(ms: 1000) { title } }');
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    app.arrivals.publish();
    await vi.waitFor(() => expect(codesOf(heard.end)).toEqual(['TOO_EXPENSIVE']));
    expect(app.arrivals.feed.size).toBe(0);
  });
});

describe('places', () => {
  it('SU3 are counted by network and by user, and nothing is kept of those that were given back', () => {
    const places = new Places();
    const ann = actorWith([RoleName.USER], { id: '1' });
    const taken = [
      ...Array.from({ length: 10 }, (_, i) => places.takeFor(ANONYMOUS, `2001:db8::${i}`)),
      ...Array.from({ length: 64 }, () => places.takeFor(ann, '192.0.2.1')),
      ...Array.from({ length: 2_000 }, () => places.takeAny()),
    ];
    expect(taken).not.toContain(null);
    expect(places.takeFor(ANONYMOUS, '2001:db8::99')).toBeNull();
    expect(places.takeFor(ann, '198.51.100.1')).toBeNull();
    expect(places.takeAny()).toBeNull();
    taken.push(
      places.takeFor(ANONYMOUS, '2001:db8:0:1::1'),
      places.takeWaiting('2001:db8::1'),
      places.takeWaiting(null),
    );
    for (const giveBack of taken) giveBack!();
    for (const giveBack of taken) giveBack!();
    expect(places.size).toBe(0);
    expect(places.takeFor(ANONYMOUS, '2001:db8::99')).not.toBeNull();
  });
});
