import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.js';
import { deliverNext, pauseAfter } from '../../../src/modules/webhooks/delivery.js';
import { deliverDue } from '../../../src/modules/webhooks/delivery-worker.js';
import { PUBLIC_TARGETS, webhookTargets } from '../../../src/modules/webhooks/targets.js';
import { logged } from '../roles/support.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { delivering, isGenuine, makeWebhook, stateOf, toldOf, writeChanges, type Receiver } from './support.js';

let service: TestService;
let person: Person;
let receiver: Receiver;
let clock: number;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
  person = await signUp(service);
});
beforeEach(async () => {
  // Later than whatever the interface does.
  clock = Date.now() + 60_000;
  receiver = await support.startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await support.forgetWebhooks(service);
});
afterAll(() => service.close());

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const at = (given: Parameters<typeof delivering>[1] = {}) =>
  delivering(service, { now: () => new Date(clock), ...given });

const answering = (status: number, headers: Record<string, string> = {}) => {
  receiver.answer = (response) => void response.writeHead(status, headers).end('whatever it says');
};

describe('a delivery that fails', () => {
  it('is tried again later and later, with the same id, and then goes on', async () => {
    const { key, secret } = await makeWebhook(person, { url: receiver.url });
    const [first] = await writeChanges(service, 1);
    answering(500);
    const began = clock;
    for (const [tries, longest] of [
      [1, 10 * SECOND],
      [2, 20 * SECOND],
      [3, 40 * SECOND],
    ] as const) {
      await deliverDue(at());
      expect(receiver.calls).toHaveLength(tries);
      const state = await stateOf(service, key);
      expect(state).toMatchObject({ attempts: tries, lastError: 'It answered 500.', claimedUntil: null });
      expect(state.failingSince).toEqual(new Date(began));
      const pause = state.dueAt.getTime() - clock;
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
      // Not before its time.
      clock = state.dueAt.getTime() - 1;
      await deliverDue(at());
      expect(receiver.calls).toHaveLength(tries);
      clock += 1;
      // What comes up meanwhile is not mixed in.
      await writeChanges(service, 1);
    }
    expect((await person.query(support.MINE)).viewer.webhooks[0]).toMatchObject({
      failingSince: new Date(began).toISOString(),
      lastError: 'It answered 500.',
      disabledAt: null,
    });
    answering(200);
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(5);
    const ids = receiver.calls.map(({ body }) => body.id);
    expect(new Set(ids.slice(0, 4)).size).toBe(1);
    expect(new Set(receiver.calls.slice(0, 4).map(({ text }) => text)).size).toBe(1);
    expect(toldOf(receiver.calls.slice(3))).toEqual([0, 1, 2, 3].map((i) => `staged ${first!.sequence + i}`));
    // Each try is signed for its own time.
    expect(receiver.calls.every((call) => isGenuine(secret, call, new Date(clock)))).toBe(true);
    expect(new Set(receiver.calls.slice(0, 4).map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    expect(await stateOf(service, key)).toMatchObject({ attempts: 0, lastError: null, failingSince: null });
  });

  it('waits six hours at most', () => {
    for (const attempts of [0, 1, 5, 11, 12, 40, 5_000]) {
      const longest = Math.min(10 * SECOND * 2 ** attempts, 6 * HOUR);
      const pauses = Array.from({ length: 200 }, () => pauseAfter(attempts));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(longest / 2);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(longest);
      expect(new Set(pauses).size).toBeGreaterThan(100);
    }
  });

  it('for three days disables the webhook; enabled again, it goes on from then', async () => {
    const { id, key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    answering(503);
    const began = clock;
    while ((await stateOf(service, key)).disabledAt === null) {
      await deliverDue(at());
      clock += 6 * HOUR;
    }
    const tries = receiver.calls.length;
    expect(tries).toBe(13);
    const state = await stateOf(service, key);
    expect(state.disabledAt).toEqual(new Date(began + 3 * DAY));
    expect(state.lastError).toBe('It answered 503. It failed for three days and is not called any more.');
    expect(await logged(service, 'webhook.disable')).toEqual([
      { actorId: null, subjectId: person.userId, via: 'delivery', detail: `webhook ${key}: ${state.lastError}` },
    ]);
    clock += 10 * DAY;
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(tries);

    answering(204);
    await service.db.query(`UPDATE webhooks SET failing_since = now() - interval '3 days' WHERE id = $1`, [key]);
    const { enableWebhook } = await person.query(support.ENABLE, { id });
    expect(enableWebhook.webhook).toEqual({ id, disabledAt: null, failingSince: null, lastError: null });
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(tries);
    const [next] = await writeChanges(service, 1);
    await deliverDue(at());
    expect(toldOf(receiver.calls.slice(tries))).toEqual([`staged ${next!.sequence}`]);
  });

  it('with 410 disables the webhook at once; enabled soon, it is told what it missed', async () => {
    const { id, key } = await makeWebhook(person, { url: receiver.url });
    const [missed] = await writeChanges(service, 1);
    answering(410);
    await deliverDue(at());
    expect(await stateOf(service, key)).toMatchObject({
      disabledAt: new Date(clock),
      lastError: 'It answered 410. It is not called any more.',
    });
    clock += HOUR;
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(1);
    answering(204);
    await person.query(support.ENABLE, { id });
    clock = Date.now() + 60_000;
    await deliverDue(at());
    expect(toldOf(receiver.calls.slice(1))).toEqual([`staged ${missed!.sequence}`]);
    expect(receiver.calls[1]!.body.id).toBe(receiver.calls[0]!.body.id);
  });

  it('with a redirect is not sent after it', async () => {
    const elsewhere = await support.startReceiver();
    const { key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    for (const status of [301, 302, 307, 308]) {
      answering(status, { location: elsewhere.url });
      await deliverDue(at());
      expect((await stateOf(service, key)).lastError).toBe(`It answered ${status}: redirects are not followed.`);
      clock += HOUR;
    }
    expect(elsewhere.calls).toEqual([]);
    await elsewhere.close();
  });

  it('for want of an answer in time is one', async () => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    receiver.answer = () => undefined;
    await deliverDue(at({ timeLimit: 200 }));
    expect(await stateOf(service, key)).toMatchObject({
      attempts: 1,
      lastError: 'It did not answer within 0.2 seconds.',
    });
  });

  it('tells nothing of what a receiver says', async () => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    receiver.answer = (response) => void response.writeHead(500, 'Reason of theirs').end('words of theirs');
    await deliverDue(at());
    expect((await stateOf(service, key)).lastError).toBe('It answered 500.');
    expect(service.log()).not.toMatch(/of theirs/);
  });

  it('because the address is private by now is one, whatever it was when the webhook was made', async () => {
    const byNumber = await makeWebhook(person, { url: receiver.url });
    const byName = await makeWebhook(person, { url: `http://localhost:${receiver.port}/` });
    await writeChanges(service, 1);
    await deliverDue(at({ targets: webhookTargets({ privateHosts: false, plainHttp: true }) }));
    for (const { key } of [byNumber, byName]) {
      expect((await stateOf(service, key)).lastError).toBe('Its host has an address that is not a public one.');
    }
    clock += HOUR;
    await deliverDue(at({ targets: PUBLIC_TARGETS }));
    expect((await stateOf(service, byName.key)).lastError).toBe('A webhook is an https address.');
    expect(receiver.calls).toEqual([]);
  });

  it('because the key of the service was lost says what to do', async () => {
    const { id, key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    await deliverDue(at({ keyring: new Keyring([randomBytes(32).toString('hex')]) }));
    expect((await stateOf(service, key)).lastError).toMatch(/Rotate the secret\.$/);
    expect(receiver.calls).toEqual([]);
    const { rotateWebhookSecret } = await person.query(support.ROTATE, { id });
    clock += HOUR;
    await deliverDue(at());
    expect(isGenuine(rotateWebhookSecret.secret, receiver.calls[0]!, new Date(clock))).toBe(true);
  });
});

describe('a process that ends', () => {
  it('between the call and the cursor has the same call made again, by another one, after its claim', async () => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    const changes = await writeChanges(service, 2);
    const { db } = service;
    // It is gone once it has called: nothing that it would write after that arrives.
    const dying = {
      ...db,
      query: (async (sql, values) => {
        if (receiver.calls.length > 0) throw new Error('killed');
        return db.query(sql, values);
      }) as typeof db.query,
    };
    await expect(deliverNext(at({ db: dying }), new AbortController().signal)).rejects.toThrow('killed');
    expect(receiver.calls).toHaveLength(1);
    await writeChanges(service, 1);
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(1);
    clock = (await stateOf(service, key)).claimedUntil!.getTime();
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(3);
    expect(receiver.calls[1]!.headers['webhook-id']).toBe(receiver.calls[0]!.headers['webhook-id']);
    expect(receiver.calls[1]!.text).toBe(receiver.calls[0]!.text);
    expect(toldOf(receiver.calls.slice(1))).toEqual([0, 1, 2].map((i) => `staged ${changes[0]!.sequence + i}`));
  });

  it.each([500, 204])('late, after another one took over, moves nothing with %i', async (status) => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    let finish = () => undefined as void;
    const called = new Promise<void>((calledOnce) => {
      receiver.answer = (response) => {
        finish = () => void response.writeHead(status).end();
        calledOnce();
      };
    });
    const late = deliverNext(at(), new AbortController().signal);
    await called;
    clock = (await stateOf(service, key)).claimedUntil!.getTime();
    answering(204);
    await deliverDue(at());
    clock += SECOND;
    await writeChanges(service, 1);
    await deliverDue(at());
    expect(receiver.calls).toHaveLength(3);
    const delivered = await stateOf(service, key);
    expect(delivered.lastDeliveredAt).toEqual(new Date(clock));
    clock += SECOND;
    finish();
    await late;
    expect(await stateOf(service, key)).toEqual(delivered);
  });

  it('while a webhook is deleted leaves nothing behind', async () => {
    const { id } = await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    receiver.answer = (response) => void person.query(support.DELETE, { id }).then(() => response.writeHead(410).end());
    const before = (await logged(service, 'webhook.disable')).length;
    await deliverDue(at());
    expect((await person.query(support.MINE)).viewer.webhooks).toEqual([]);
    expect(await logged(service, 'webhook.disable')).toHaveLength(before);
  });
});
