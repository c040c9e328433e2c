import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, beginFor, finish, newAccount, startDoorService, type DoorService } from '../support/round-trip.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService({ publicUrl: 'https://mcp.example.org' });
});
afterAll(() => service.close());

test('SE6: over HTTPS every cookie of a sign-in, a link and a proof is bound to this host, and out of reach of scripts', async () => {
  const client = service.client();
  const seen: string[] = [];
  const request = client.request.bind(client);
  client.request = async (...args) => {
    const response = await request(...args);
    seen.push(...[response.headers['set-cookie'] ?? []].flat());
    return response;
  };
  newAccount(service.github);
  const callback = await begin(service, client, 'GITHUB', '/settings');
  expect(callback.origin).toBe('https://mcp.example.org');
  const response = await finish(client, callback);
  expect([response.statusCode, response.headers.location]).toEqual([303, 'https://mcp.example.org/settings']);
  newAccount(service.discord);
  expect((await finish(client, await beginFor(service, client, 'LINK', 'DISCORD'))).statusCode).toBe(303);
  expect((await finish(client, await beginFor(service, client, 'REAUTHENTICATE', 'DISCORD'))).statusCode).toBe(303);

  // Three flows begun and forgotten; two sessions; one device.
  expect(seen).toHaveLength(9);
  expect(new Set(seen.map((cookie) => cookie.split(/[_=]/).slice(3, 4)[0]))).toEqual(
    new Set(['oauth', 'session', 'device']),
  );
  for (const cookie of seen) {
    expect(cookie).toMatch(/^__Host-mcp_(session|device|oauth_[0-9a-f]{12})=/);
    const attributes = cookie.split('; ').slice(1);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']));
    expect(cookie).not.toMatch(/domain=/i);
  }
  expect([...client.cookies.keys()].sort()).toEqual(['__Host-mcp_device', '__Host-mcp_session']);
});

test('SE6: a cookie without the prefix is none of ours', async () => {
  newAccount(service.github);
  const client = service.client();
  const callback = await begin(service, client, 'GITHUB');
  for (const [name, value] of [...client.cookies]) {
    client.cookies.delete(name);
    client.cookies.set(name.replace('__Host-', ''), value);
  }
  expect((await finish(client, callback)).statusCode).toBe(400);
});
