import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Keyring } from '../../src/auth/keyring.js';
import { LIMITS } from '../../src/auth/limits/catalogue.js';
import { openRateLimits, type Counted, type RateLimits, type RedisClient } from '../../src/auth/limits/rate-limits.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';

const REDIS_URL = process.env.TEST_REDIS_URL;
const redisIsThere = REDIS_URL !== undefined && REDIS_URL !== '';

let db: TestDatabase;
const connections: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  db = await openTestDatabase();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  for (const connection of connections) await connection.close();
  await db.close();
});

const newKeyring = () => new Keyring([randomBytes(32).toString('hex')]);

async function openRedis(url: string) {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  connections.push({ close: async () => void (client.isOpen && client.destroy()) });
  return client;
}

const counted: Counted = { limit: 'signInAccount', key: 'steve' };
const { points, seconds } = LIMITS.signInAccount;

/** What becomes of tries, one after the other: how many pass, and the refusals of the rest. */
async function tries(limits: RateLimits, count: number, what: Counted = counted) {
  const outcomes = [];
  for (let i = 0; i < count; i++) {
    outcomes.push(
      await limits.take(what).then(
        () => null,
        (error: unknown) => error as { code: string; message: string; details: object },
      ),
    );
  }
  return {
    passed: outcomes.filter((outcome) => outcome === null).length,
    refusals: outcomes.filter((outcome) => outcome !== null),
  };
}

const stores: [string, () => Promise<RedisClient | null>][] = [['the database', async () => null]];
if (redisIsThere) stores.push(['Redis', () => openRedis(REDIS_URL)]);

describe.each(stores)('limits on %s', (_name, connectTo) => {
  const open = async (keyring = newKeyring()) => openRateLimits({ db, redis: await connectTo(), keyring });

  it('lets so many tries pass, and says when the next one may be', async () => {
    const limits = await open();
    const { passed, refusals } = await tries(limits, points + 2);
    expect(passed).toBe(points);
    expect(refusals[0]).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: expect.any(Number) } });
    const { retryAfter } = refusals[0]!.details as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(seconds - 60);
    expect(retryAfter).toBeLessThanOrEqual(seconds);
    expect(refusals[0]!.message).toBe('Too many tries. Try again in 15 minutes.');
  });

  it('counts for many at once, each by itself', async () => {
    const limits = await open();
    await tries(limits, points, { ...counted, key: 'full' });
    const before = db.statementCount;
    const keys = ['full', ...Array.from({ length: 30 }, (_, i) => `at once ${i}`)];
    const outcomes = await Promise.allSettled(keys.map((key) => limits.take({ ...counted, key, points })));
    expect(db.statementCount - before).toBeLessThanOrEqual(2);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...keys.slice(1).map(() => 'fulfilled')]);
    await limits.giveBack({ ...counted, key: keys[1]!, points: 1 });
    const again = await Promise.allSettled(keys.slice(1, 3).map((key) => limits.take({ ...counted, key })));
    expect(again.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('LG3 holds over all processes that have the same keys, at once', async () => {
    const keyring = newKeyring();
    const replicas = [await open(keyring), await open(keyring)];
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => replicas[i % 2]!.take(counted)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(points);
    expect((await tries(await open(), 1)).passed).toBe(1);
  });

  it('counts each limit and each key for itself', async () => {
    const limits = await open();
    await tries(limits, points + 1);
    expect((await tries(limits, 1, { ...counted, key: 'alex' })).passed).toBe(1);
    expect((await tries(limits, 1, { ...counted, limit: 'recoveryAccount' })).passed).toBe(1);
  });

  it('takes a try back that succeeded', async () => {
    const limits = await open();
    for (let i = 0; i < 3 * points; i++) {
      await limits.take(counted);
      await limits.giveBack(counted);
    }
    expect((await tries(limits, points + 5)).passed).toBe(points);
  });

  it('LG3 an address that is shut out does not use up the tries of an account', async () => {
    const limits = await open();
    const address: Counted = { limit: 'signInAddress', key: '192.0.2.1' };
    await tries(limits, LIMITS.signInAddress.points, address);
    for (let i = 0; i < 2 * points; i++) {
      await expect(limits.take(address, counted)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    }
    expect((await tries(limits, points + 1)).passed).toBe(points);
  });
});

describe('limits on the database', () => {
  it('begin anew when their time is over, counted from the first try', async () => {
    const limits = openRateLimits({ db, redis: null, keyring: newKeyring() });
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(start);
    expect((await tries(limits, points + 1)).passed).toBe(points);
    vi.setSystemTime(start + seconds * 1_000 - 2_000);
    const { refusals } = await tries(limits, 3);
    expect(refusals).toHaveLength(3);
    expect(refusals[0]).toMatchObject({
      message: 'Too many tries. Try again in 2 seconds.',
      details: { retryAfter: 2 },
    });
    vi.setSystemTime(start + seconds * 1_000);
    expect((await tries(limits, points + 1)).passed).toBe(points);
  });

  it('SE1 keep neither address nor account in clear', async () => {
    const limits = openRateLimits({ db, redis: null, keyring: newKeyring() });
    await limits.take({ limit: 'signInAddress', key: '203.0.113.77' }, { limit: 'signInAccount', key: 'some-handle' });
    const dump = JSON.stringify(await db.query(`SELECT * FROM rate_limits`));
    expect(dump).toContain('signInAddress');
    expect(dump).not.toMatch(/203\.0\.113\.77|some-handle/);
  });
});

describe('limits on a Redis that is lost', () => {
  const error = () => Promise.reject(new Error('Socket closed unexpectedly'));
  it.each([
    ['not connected', { isReady: false }],
    ['breaking off', { isReady: true, eval: error }],
  ])('LG3 are counted in memory, not left open: %s', async (_what, redis) => {
    const limits = openRateLimits({ db, redis, keyring: newKeyring() });
    expect((await tries(limits, points + 5)).passed).toBe(points);
    await limits.giveBack(counted);
  });

  it.runIf(redisIsThere)('LG3 go on through the loss of a real one, and are on it again when it is back', async () => {
    const { hostname, port } = new URL(REDIS_URL!);
    const sockets = new Set<Socket>();
    const relay = createServer((socket) => {
      const upstream = connect(Number(port || 6379), hostname);
      for (const each of [socket, upstream]) {
        sockets.add(each);
        each.on('error', () => undefined).on('close', () => sockets.delete(each));
      }
      socket.pipe(upstream).pipe(socket);
    });
    const listen = (at: number) => new Promise<void>((resolve) => relay.listen(at, '127.0.0.1', resolve));
    await listen(0);
    const at = (relay.address() as AddressInfo).port;
    const redis = await openRedis(`redis://127.0.0.1:${at}`);
    const limits = openRateLimits({ db, redis, keyring: newKeyring() });
    expect((await tries(limits, 4)).passed).toBe(4);
    const closed = new Promise((resolve) => relay.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
    // What was counted is lost with Redis; what comes is counted here.
    expect((await tries(limits, points + 5)).passed).toBe(points);
    await listen(at);
    await vi.waitFor(() => expect(redis.isReady).toBe(true), { timeout: 10_000 });
    expect((await tries(limits, points)).passed).toBe(points - 4);
    await new Promise((resolve) => {
      relay.close(resolve);
      for (const socket of sockets) socket.destroy();
    });
  });
});
