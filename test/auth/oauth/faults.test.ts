import { describe, expect, test } from 'vitest';
import type { Misbehaviour } from '../../support/providers/misbehaviour.js';
import { NAMES, providerInTest, refusal, type Flow } from './support.js';

const STEPS = { token: 'access token', user: 'profile' } as const;

/** Each fault with the reason that must stand in the message. */
const FAULTS: [Misbehaviour, string][] = [
  ['HTML', 'not JSON'],
  ['PLAIN_TEXT', 'not JSON'],
  ['CUT_JSON', 'not a JSON object'],
  [{ answer: [{ id: 1 }] }, 'not a JSON object'],
  [{ answer: null }, 'not a JSON object'],
  [{ answer: {} }, ''],
  ['STATUS_500', 'status is 500'],
  ['REDIRECT', 'status is 307'],
  ['HUGE', 'larger than 65536 bytes'],
  ['HANGS_UP', 'the request failed'],
];

describe.each(NAMES)('OA8: %s answers badly', (name) => {
  const provider = providerInTest(name);
  const refused = (flow: Flow, timeoutMs?: number) =>
    refusal(provider.client(timeoutMs).profile(flow), () => provider.server.secrets());

  describe.each(Object.keys(STEPS) as (keyof typeof STEPS)[])('at the %s endpoint', (endpoint) => {
    test.each(FAULTS)('%o', async (fault, reason) => {
      const flow = await provider.begin();
      provider.server.misbehave(endpoint, fault);
      const begun = performance.now();
      const message = await refused(flow);
      expect(performance.now() - begun).toBeLessThan(4000);
      expect(message).toContain(`(${STEPS[endpoint]})`);
      expect(message).toContain(reason);
      // The fault was the only thing in the way.
      provider.server.misbehave(endpoint, null);
      expect(await provider.client().profile(await provider.begin())).toMatchObject({ provider: name });
    });

    test('a redirect is not followed: neither secret, code nor token go elsewhere', async () => {
      const flow = await provider.begin();
      provider.server.misbehave(endpoint, 'REDIRECT');
      await refused(flow);
      expect(provider.server.requests.map(({ path }) => path)).not.toContain('/elsewhere');
    });

    test('10 MB are not read to their end', async () => {
      const flow = await provider.begin();
      provider.server.misbehave(endpoint, 'HUGE');
      await refused(flow);
      expect(provider.server.requests.at(-1)).toMatchObject({ answered: false });
    });

    test.each<Misbehaviour>(['SLOW_HEADERS', 'SLOW_BODY'])('%s end with the time that is given', async (fault) => {
      const flow = await provider.begin();
      provider.server.misbehave(endpoint, fault);
      const begun = performance.now();
      expect(await refused(flow, 400)).toContain('did not come in time');
      expect(performance.now() - begun).toBeLessThan(4000);
    });
  });

  test('the time is for both requests together', async () => {
    const flow = await provider.begin();
    provider.server.misbehave('token', { delayMs: 400 });
    provider.server.misbehave('user', { delayMs: 400 });
    expect(await refused(flow, 600)).toContain('did not come in time');
  });

  test('an error with status 200 is an error, even beside a token', async () => {
    const flow = await provider.begin();
    provider.server.misbehave('token', 'ERROR_AS_200');
    expect(await refused(flow)).toMatch(/it is an error\.$/);
    expect(provider.server.requests).toHaveLength(2);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another type', { token_type: 'mac' }],
    ['without a type', { token_type: undefined }],
    ['that is missing', { access_token: undefined }],
    ['that is empty', { access_token: '' }],
    ['that is a number', { access_token: 17 }],
    ['with a line break', { access_token: 'poisoned\r\nx-header: 1' }],
    ['beyond ASCII', { access_token: 'poisoned\u{1f480}' }],
  ])('a token %s is not used', async (_, changes) => {
    const flow = await provider.begin();
    provider.server.misbehave('token', { changes });
    expect(await refused(flow)).toMatch(/\(access token\).* holds no bearer token\.$/);
    expect(provider.server.requests).toHaveLength(2);
  });

  test('the type of a token may be in any case (RFC 6749 section 5.1)', async () => {
    provider.server.misbehave('token', { changes: { token_type: 'BEARER' } });
    expect(await provider.client().profile(await provider.begin())).toMatchObject({ provider: name });
  });

  test('a provider that is not there', async () => {
    const flow = await provider.begin();
    await provider.server.close();
    expect(await refused(flow)).toContain('the request failed with ECONNREFUSED');
  });
});

describe('OA8: without a time of its own', () => {
  const provider = providerInTest('GITHUB');

  test('a sign-in ends after 5 seconds', async () => {
    const flow = await provider.begin();
    provider.server.misbehave('user', 'SLOW_BODY');
    const begun = performance.now();
    await refusal(provider.client().profile(flow), () => provider.server.secrets());
    expect(performance.now() - begun).toBeGreaterThan(4900);
    expect(performance.now() - begun).toBeLessThan(9000);
  });
});
