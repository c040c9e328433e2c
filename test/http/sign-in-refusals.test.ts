import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  begin,
  finish,
  flowsUnderWay,
  newAccount,
  rowCounts,
  signInThrough,
  startDoorService,
  startPath,
  textOf,
  whoIs,
  type DoorService,
} from '../support/round-trip.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const counts = () => rowCounts(service);

describe('refusals', () => {
  test('an identity that does not count is refused, with what to do', async () => {
    const subject = newAccount(service.github);
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    for (const state of ['SUSPENDED', 'PENDING']) {
      await service.db.query(`UPDATE identities SET state = $2::identity_state WHERE subject = $1`, [subject, state]);
      const before = await counts();
      const refused = await signInThrough(service, service.client(), 'GITHUB');
      expect(refused.statusCode).toBe(403);
      expect(textOf(refused)).toContain('sign in by another way, and confirm it there');
      expect(await counts()).toEqual(before);
    }
  });

  test('a suspended account is told why, after it was proven', async () => {
    const subject = newAccount(service.github);
    await signInThrough(service, service.client(), 'GITHUB');
    await service.db.query(
      `UPDATE users SET suspended_until = '2999-01-01', suspension_reason = 'Spam <b>& more</b>'
        WHERE id = (SELECT user_id FROM identities WHERE provider = 'GITHUB' AND subject = $1)`,
      [subject],
    );
    const client = service.client();
    const refused = await signInThrough(service, client, 'GITHUB');
    expect(refused.statusCode).toBe(403);
    expect(refused.body).toContain('Spam &#60;b&#62;&#38; more&#60;/b&#62;');
    expect(client.cookies.has('mcp_session')).toBe(false);
  });

  test('who does not consent gets a friendly page, and nothing of what the provider says', async () => {
    const client = service.client();
    service.github.consents = false;
    const callback = await begin(service, client, 'GITHUB');
    service.github.consents = true;
    const response = await finish(client, callback);
    expect(response.statusCode).toBe(403);
    expect(textOf(response)).toContain('GitHub was not allowed to tell who you are. Nothing was changed.');
    expect(response.body).not.toContain('denied your application');
    const odd = await begin(service, client, 'GITHUB');
    odd.searchParams.set('error', '<script>alert(1)</script>');
    odd.searchParams.set('error_description', 'Call 555-1234');
    const other = await finish(client, odd);
    expect(other.statusCode).toBe(400);
    expect(other.body).not.toMatch(/<script|alert|555/);
    expect(await whoIs(client)).toBeNull();
  });

  test('a code that is missing, empty, endless or not of the provider', async () => {
    const client = service.client();
    for (const [code, status] of [
      [null, 400],
      ['', 400],
      ['x'.repeat(1_001), 400],
      ['invented', 502],
    ] as const) {
      const callback = await begin(service, client, 'GITHUB');
      if (code === null) callback.searchParams.delete('code');
      else callback.searchParams.set('code', code);
      expect((await finish(client, callback)).statusCode).toBe(status);
    }
    expect(await whoIs(client)).toBeNull();
  });

  test('a flow of more than 10 minutes ago is refused', async () => {
    const client = service.client();
    const callback = await begin(service, client, 'GITHUB');
    await service.db.query(`UPDATE one_time_secrets SET expires_at = now() - interval '1 second'`);
    const response = await finish(client, callback);
    expect([response.statusCode, textOf(response).includes('longer than 10 minutes')]).toEqual([400, true]);
  });

  test('several tabs can be under way at once', async () => {
    newAccount(service.github);
    const client = service.client();
    const [a, b] = [await begin(service, client, 'GITHUB', '/a'), await begin(service, client, 'GITHUB', '/b')];
    expect((await finish(client, a)).headers.location).toBe('http://localhost:4000/a');
    expect((await finish(client, b)).headers.location).toBe('http://localhost:4000/b');
  });

  test('a provider that is none, or not set up, has no page; pages are for people', async () => {
    const client = service.client();
    for (const path of ['/sign-in/gitlab', '/sign-in/GITHUB', '/sign-in/irc/callback', '/sign-in/__proto__']) {
      const response = await client.request('GET', path);
      expect([response.statusCode, response.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(response.body).toMatch(/<html lang="en">[\s\S]*<title>[^<]+<\/title>[\s\S]*<main>\s*<h1>/);
      expect(response.body).not.toMatch(/<script|onclick/);
      expect(response.headers['content-security-policy']).toContain("default-src 'none'");
      expect(response.headers['cache-control']).toBe('no-store');
    }
  });

  test('looking at a link begins and ends nothing', async () => {
    const before = await flowsUnderWay(service);
    expect((await service.http.inject({ method: 'HEAD', url: '/sign-in/github' })).statusCode).toBe(404);
    expect(await flowsUnderWay(service)).toBe(before);
  });

  test('sign-ins are counted by address, from where they begin', async () => {
    const client = service.client();
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await client.request('GET', '/sign-in/github')).statusCode);
    expect(statuses).toEqual([...Array<number>(60).fill(303), 429]);
    const refused = await client.request('GET', '/sign-in/github');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(textOf(refused)).toContain('Too many tries.');
  });

  test('new accounts are counted by address, whatever way they come', async () => {
    const client = service.client();
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      newAccount(service.github);
      statuses.push((await signInThrough(service, client, 'GITHUB')).statusCode);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(303), 429]);
  });
});

describe('where the browser goes in the end', () => {
  test.each(['/', '/graphiql', '/a/b?c=d&e=%2F#f', '/über?x=ü', '/@evil.example', '/..//evil.example', '/%0d%0aX: y'])(
    'OA6: %s stays here',
    async (returnTo) => {
      const client = service.client();
      const response = await finish(client, await begin(service, client, 'GITHUB', returnTo));
      const { location } = response.headers;
      expect(response.statusCode).toBe(303);
      expect(location).toBe(new URL(returnTo, 'http://localhost:4000').href);
      expect(location).toMatch(/^http:\/\/localhost:4000\//);
    },
  );

  test.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\nSet-Cookie: a=b',
    '/a\u0000b',
    '/a\\b',
    'https:evil.example',
    'https://evil.example/',
    'http://localhost:4000/',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil',
    ' /evil',
    '',
  ])('OA6: %j is refused before anything begins', async (returnTo) => {
    const client = service.client();
    const before = await flowsUnderWay(service);
    const response = await client.request('GET', startPath('GITHUB', returnTo));
    expect(response.statusCode).toBe(400);
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(await flowsUnderWay(service)).toBe(before);
  });

  test('OA6: two of them, and an endless one, are refused', async () => {
    const client = service.client();
    for (const path of ['/sign-in/github?returnTo=/a&returnTo=/b', startPath('GITHUB', `/${'x'.repeat(2_000)}`)]) {
      expect((await client.request('GET', path)).statusCode).toBe(400);
    }
  });
});

describe('cookies', () => {
  test('LG12: a value that somebody put there before never becomes the session', async () => {
    newAccount(service.github);
    const client = service.client();
    const planted = 'planted-by-somebody-else-0123456789abcdef';
    client.cookies.set('mcp_session', planted);
    expect((await signInThrough(service, client, 'GITHUB')).statusCode).toBe(303);
    expect(client.cookies.get('mcp_session')).not.toBe(planted);
    expect(await whoIs(client)).not.toBeNull();
    const attacker = service.client();
    attacker.cookies.set('mcp_session', planted);
    expect((await attacker.send(`{ viewer { permissions } }`)).status).toBe(401);
  });

  test('LG12: a session gets another secret with every sign-in', async () => {
    newAccount(service.github);
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    const old = client.cookies.get('mcp_session')!;
    await signInThrough(service, client, 'GITHUB');
    expect(client.cookies.get('mcp_session')).not.toBe(old);
    client.cookies.set('mcp_session', old);
    expect((await client.send(`{ viewer { permissions } }`)).status).toBe(401);
  });

  test('a token in the Authorization header is nobody here: a browser comes with its cookie', async () => {
    newAccount(service.github);
    const client = service.client();
    client.headers['authorization'] = 'Bearer mcp_pat_nonsense';
    expect((await signInThrough(service, client, 'GITHUB')).statusCode).toBe(303);
  });
});
