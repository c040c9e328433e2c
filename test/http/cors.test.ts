import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const ORIGIN = 'https://names.example';

describe('pages of other origins', () => {
  test('may ask, after the browser has asked for them', async () => {
    const preflight = await service.http.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('*');
    expect(preflight.headers['access-control-allow-headers']).toContain('content-type');

    const answer = await service.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { origin: ORIGIN },
      payload: { query: '{ __typename }' },
    });
    expect(answer.json().data).toEqual({ __typename: 'Query' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  test("never with this origin's cookies", async () => {
    for (const method of ['OPTIONS', 'POST'] as const) {
      const answer = await service.http.inject({
        method,
        url: '/graphql',
        headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'content-type': 'application/json' },
        payload: method === 'POST' ? { query: '{ __typename }' } : undefined,
      });
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  test('may not read what is not for them', async () => {
    for (const url of ['/metrics', '/readyz', '/']) {
      const answer = await service.http.inject({ url, headers: { origin: ORIGIN } });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
