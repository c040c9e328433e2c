import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDeliveries } from '../../../src/modules/webhooks/delivery-worker.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { delivering, makeWebhook, stateOf, toldOf, writeChanges, type Receiver } from './support.js';

let service: TestService;
let person: Person;
let receiver: Receiver;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
  person = await signUp(service);
});
beforeEach(async () => {
  receiver = await support.startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await support.forgetWebhooks(service);
});
afterAll(() => service.close());

const TIMES = { gathering: 100, patience: 200 };

describe('the worker of a process', () => {
  it('delivers when history grows, many changes at a time, and what was left over when it starts', async () => {
    await makeWebhook(person, { url: receiver.url });
    const left = await writeChanges(service, 1);
    const stop = await startDeliveries(delivering(service), TIMES);
    await vi.waitFor(() => expect(toldOf(receiver.calls)).toHaveLength(1));
    const soon = [];
    for (let i = 0; i < 5; i++) soon.push(...(await writeChanges(service, 1)));
    await vi.waitFor(() => expect(toldOf(receiver.calls)).toHaveLength(6), 5_000);
    expect(receiver.calls.length).toBeLessThan(6);
    expect(toldOf(receiver.calls)).toEqual([...left, ...soon].map(({ sequence }) => `staged ${sequence}`));
    await stop();
    await writeChanges(service, 1);
    await new Promise((done) => setTimeout(done, 300));
    expect(toldOf(receiver.calls)).toHaveLength(6);
  });

  it('lets a call end when it stops, and gives one back that does not, without counting it as failed', async () => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    const stop = await startDeliveries(delivering(service), TIMES);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 100);
    await writeChanges(service, 1);
    await vi.waitFor(() => expect(receiver.calls).toHaveLength(1));
    await stop();
    expect((await stateOf(service, key)).lastDeliveredAt).not.toBeNull();

    const again = await startDeliveries(delivering(service), TIMES);
    receiver.answer = () => undefined;
    await writeChanges(service, 1);
    await vi.waitFor(() => expect(receiver.calls).toHaveLength(2));
    const stopping = Date.now();
    await again();
    expect(Date.now() - stopping).toBeLessThan(2_000);
    expect(await stateOf(service, key)).toMatchObject({ claimedUntil: null, attempts: 0, failingSince: null });

    receiver.answer = (response) => void response.writeHead(204).end();
    const last = await startDeliveries(delivering(service), TIMES);
    await vi.waitFor(() => expect(receiver.calls).toHaveLength(3));
    await last();
    expect(receiver.calls[2]!.text).toBe(receiver.calls[1]!.text);
  });

  it('serves everybody although some receivers do not answer', async () => {
    const silent = await support.startReceiver();
    silent.answer = () => undefined;
    for (let i = 0; i < 4; i++) await makeWebhook(await signUp(service), { url: silent.url });
    const stop = await startDeliveries(delivering(service, { timeLimit: 3_000 }), TIMES);
    await writeChanges(service, 1);
    await vi.waitFor(() => expect(silent.calls.length).toBeGreaterThan(2), 5_000);
    await makeWebhook(person, { url: receiver.url });
    const started = Date.now();
    const [change] = await writeChanges(service, 1);
    await vi.waitFor(() => expect(toldOf(receiver.calls)).toEqual([`staged ${change!.sequence}`]), 2_500);
    expect(Date.now() - started).toBeLessThan(2_500);
    await stop();
    await silent.close();
  });
});
