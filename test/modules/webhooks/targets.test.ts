import type { lookup, LookupAddress } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from '../../../src/modules/webhooks/post.js';
import {
  checkTarget,
  isPublicAddress,
  PUBLIC_TARGETS,
  webhookTargets,
  type WebhookTargets,
} from '../../../src/modules/webhooks/targets.js';
import { ANY_TARGET, startReceiver, type Receiver } from './support.js';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const REFUSED = { error: 'Its host has an address that is not a public one.' };

const call = (url: string, targets: WebhookTargets, timeLimit = 2_000) =>
  post({ url, headers: {}, body: '{"changes":[]}', targets, timeLimit });

/** A name service that gives another answer each time. */
function namesThatChange(...answers: string[][]): { lookup: typeof lookup; asked: () => number } {
  let asked = 0;
  const answer = (_host: string, _options: unknown, callback: (error: null, found: LookupAddress[]) => void) => {
    const found = answers[Math.min(asked, answers.length - 1)]!;
    asked += 1;
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup: answer as unknown as typeof lookup, asked: () => asked };
}

describe('addresses of webhooks', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ...['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::1', 'fec0::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1'],
    ...['2002:7f00:1::', '2001::1', '2001:db8::1', '100::1', '4000::1', 'localhost', ''],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('are https without a user and a password, and http where it is allowed', () => {
    const plain = webhookTargets({ privateHosts: false, plainHttp: true });
    const fault = (url: string, targets: WebhookTargets) => {
      try {
        checkTarget(new URL(url), targets);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(fault('https://example.com:8443/x', PUBLIC_TARGETS)).toBeNull();
    expect(fault('http://example.com/', PUBLIC_TARGETS)).toBe('A webhook is an https address.');
    expect(fault('http://example.com/', plain)).toBeNull();
    expect(fault('ftp://example.com/', plain)).toBe('A webhook is an https address.');
    expect(fault('https://a:b@example.com/', plain)).toMatch(/no user or password/);
    expect(fault('https://a@example.com/', ANY_TARGET)).toMatch(/no user or password/);
    // However an address is spelled, the parser knows it.
    for (const host of ['127.1', '2130706433', '0x7f000001', '0177.0.0.1', '[::ffff:7f00:1]', '[::1]']) {
      expect(fault(`https://${host}/`, PUBLIC_TARGETS), host).toBe(REFUSED.error);
    }
  });

  it('are not called where they are private, by number or by name', async () => {
    const plain = webhookTargets({ privateHosts: false, plainHttp: true });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433']) {
      expect(await call(`http://${host}:${receiver.port}/`, plain), host).toEqual(REFUSED);
    }
    expect(receiver.calls).toEqual([]);
    expect(await call(`http://localhost:${receiver.port}/`, ANY_TARGET)).toEqual({ status: 204 });
    receiver.calls.length = 0;
  });

  it('are looked up once: what was checked is what is connected to', async () => {
    const names = namesThatChange(['127.0.0.1'], ['10.0.0.1']);
    const targets = { plainHttp: true, allows: (address: string) => address === '127.0.0.1', lookup: names.lookup };
    expect(await call(`http://rebinding.test:${receiver.port}/`, targets)).toEqual({ status: 204 });
    expect(names.asked()).toBe(1);
    expect(receiver.calls.map(({ headers }) => headers.host)).toEqual([`rebinding.test:${receiver.port}`]);
    // The next call sees the other answer, and refuses it.
    expect(await call(`http://rebinding.test:${receiver.port}/`, targets)).toEqual(REFUSED);
    expect(names.asked()).toBe(2);
    receiver.calls.length = 0;
  });

  it('are refused for one private address among public ones', async () => {
    for (const answer of [['127.0.0.1', '10.0.0.1'], ['10.0.0.1', '127.0.0.1'], ['127.0.0.1', '::1'], []]) {
      const { lookup } = namesThatChange(answer);
      const targets = { plainHttp: true, allows: (address: string) => address === '127.0.0.1', lookup };
      expect(await call(`http://mixed.test:${receiver.port}/`, targets)).toEqual(REFUSED);
    }
    expect(receiver.calls).toEqual([]);
  });

  it('that do not answer are told of in words, without what the failure quotes', async () => {
    const gone = await startReceiver();
    await gone.close();
    expect(await call(gone.url, ANY_TARGET)).toEqual({ error: 'The call failed with ECONNREFUSED.' });
    expect(await call('http://no-such-host.invalid/', ANY_TARGET)).toEqual({
      error: expect.stringMatching(/^The call failed with E[A-Z_]+\.$/),
    });
  });

  it('have their time in all, and the status counts as soon as it is there', async () => {
    receiver.answer = () => undefined;
    expect(await call(receiver.url, ANY_TARGET, 300)).toEqual({ error: 'It did not answer within 0.3 seconds.' });
    // A body that never ends.
    receiver.answer = (response) => void response.writeHead(200).write('x');
    const started = Date.now();
    expect(await call(receiver.url, ANY_TARGET, 300)).toEqual({ status: 200 });
    expect(Date.now() - started).toBeLessThan(2_000);
    // A body that is too long is not read to its end.
    let sent = 0;
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = () => {
        if (response.destroyed) return;
        sent += 1;
        response.write(Buffer.alloc(16_384), more);
      };
      more();
    };
    expect(await call(receiver.url, ANY_TARGET, 5_000)).toEqual({ status: 200 });
    expect(Date.now() - started).toBeLessThan(4_000);
    expect(sent).toBeLessThan(2_000);
  });
});
