import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { callersOf, signInTo } from './callers.js';
import * as support from './support.js';
import { isGenuine, makeWebhook, PING, ROTATE, type Receiver } from './support.js';

let service: TestService;
let strict: TestService;
let receiver: Receiver;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
  strict = await startTestService({ db: service.db, sample: false });
});
beforeEach(async () => {
  receiver = await support.startReceiver();
});
afterEach(() => receiver.close());
afterAll(async () => {
  await strict.close();
  await service.close();
});

describe('pingWebhook', () => {
  it("is denied to everyone but the webhook's owner with a session", async () => {
    const { expectDenied } = await callersOf(service, receiver);
    await expectDenied(
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        program: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
      },
      (client, id) => client.send(PING, { id }),
    );
  });

  it('calls once, signed and without changes, and tells what came of it', async () => {
    const person = await signUp(service);
    const { id, key, secret } = await makeWebhook(person, { url: receiver.url });
    const before = await support.stateOf(service, key);
    const ping = async () => (await person.query(PING, { id })).pingWebhook.ping;
    expect(await ping()).toEqual({ status: 204, error: null });
    expect(isGenuine(secret, receiver.calls[0]!, new Date())).toBe(true);
    expect(receiver.calls[0]!.body).toEqual({ id: expect.any(String), webhook: id, changes: [] });
    receiver.answer = (response) => void response.writeHead(410).end();
    expect(await ping()).toEqual({ status: 410, error: 'It answered 410.' });
    receiver.answer = (response) => void response.writeHead(302, { location: 'https://hooks.example.com/' }).end();
    expect(await ping()).toEqual({ status: 302, error: 'It answered 302: redirects are not followed.' });
    receiver.answer = (response) => void response.destroy();
    expect(await ping()).toEqual({ status: null, error: 'The call failed with ECONNRESET.' });
    expect(await support.stateOf(service, key)).toEqual(before);
  });

  it('is verified by what the README says', async () => {
    const readme = await readFile('README.md', 'utf8');
    const [, script] = /```js\n([\s\S]*?)```/.exec(readme.split('\n## Webhooks\n')[1]!)!;
    const { isGenuine: verify } = (await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(script!)}`
    )) as { isGenuine: (headers: object, body: string, secret: string) => boolean };
    const person = await signUp(service);
    const { id, secret } = await makeWebhook(person, { url: receiver.url });
    await person.query(PING, { id });
    const [{ headers, text }] = receiver.calls as [support.Received];
    expect(verify(headers, text, secret)).toBe(true);
    expect(
      verify({ ...headers, 'webhook-signature': `v1a,x ${String(headers['webhook-signature'])}` }, text, secret),
    ).toBe(true);
    expect(verify(headers, `${text} `, secret)).toBe(false);
    expect(verify({ ...headers, 'webhook-timestamp': '1' }, text, secret)).toBe(false);
    expect(verify(headers, text, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  });

  it('calls no private address, and not without end', async () => {
    const person = await signUp(service);
    const { id } = await makeWebhook(person, { url: `https://localhost:${receiver.port}/` });
    const browser = await signInTo(strict, person);
    // This replica has other keys.
    expect((await browser.query(PING, { id })).pingWebhook.ping.error).toMatch(/Rotate the secret\.$/);
    await browser.query(ROTATE, { id });
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push(await browser.send(PING, { id }));
    expect(answers[0]!.data.pingWebhook.ping).toEqual({
      status: null,
      error: 'Its host has an address that is not a public one.',
    });
    expect(answers.map(outcomeOf)).toEqual([...Array<string>(19).fill('OK'), 'RATE_LIMITED']);
    expect(receiver.calls).toEqual([]);
  });
});
