import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { ProviderName } from '../support/providers.js';
import {
  begin,
  finish,
  newAccount,
  signInThrough,
  startDoorService,
  startPath,
  textOf,
  whoIs,
  type DoorService,
} from '../support/round-trip.js';
import { signUp } from '../support/people.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const count = async (table: 'users' | 'identities' | 'sessions' | 'one_time_secrets') =>
  (await service.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]!.count;

const counts = async () => ({
  users: await count('users'),
  identities: await count('identities'),
  sessions: await count('sessions'),
});

describe.each<ProviderName>(['GITHUB', 'DISCORD'])('%s', (name) => {
  test('somebody new gets an account named as there, and is signed in', async () => {
    const login = `new-at-${name.toLowerCase()}`;
    newAccount(service.provider(name), login);
    const client = service.client();
    const response = await signInThrough(service, client, name);
    expect([response.statusCode, response.headers.location]).toEqual([303, 'http://localhost:4000/']);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(await whoIs(client)).toEqual({ handle: login, identities: [name] });
    const { viewer } = await client.query(
      `{ viewer { credential { kind provenUntil } identities { displayName network state lastUsedAt } auditEvents { nodes { action detail } } } }`,
    );
    expect(viewer.credential).toEqual({ kind: 'SESSION', provenUntil: expect.any(String) });
    expect(viewer.identities).toEqual([
      { displayName: login, network: null, state: 'ACTIVE', lastUsedAt: expect.any(String) },
    ]);
    expect(viewer.auditEvents.nodes).toEqual([
      { action: 'session.start', detail: `by ${name}` },
      { action: 'user.sign_up', detail: `by ${name}` },
    ]);
  });

  test('whoever comes again comes to the same account, whose name there is refreshed', async () => {
    newAccount(service.provider(name), 'first-name');
    const first = service.client();
    await signInThrough(service, first, name);
    const before = await counts();
    service.provider(name).account.login = 'second-name';
    const second = service.client();
    await signInThrough(service, second, name);
    expect(await whoIs(second)).toEqual(await whoIs(first));
    expect(await counts()).toEqual({ ...before, sessions: before.sessions + 1 });
    const { viewer } = await first.query(`{ viewer { identities { displayName } } }`);
    expect(viewer.identities).toEqual([{ displayName: 'second-name' }]);
  });

  test('OA1: a callback without state, with a state that is none, or with one of another browser is refused', async () => {
    newAccount(service.provider(name));
    const before = await counts();
    const client = service.client();
    const callback = await begin(service, client, name);
    const without = new URL(callback);
    without.searchParams.delete('state');
    const twice = new URL(callback);
    twice.searchParams.append('state', callback.searchParams.get('state')!);
    const invented = new URL(callback);
    invented.searchParams.set('state', 'x'.repeat(43));
    const long = new URL(callback);
    long.searchParams.set('state', 'x'.repeat(5_000));
    for (const address of [without, twice, invented, long]) {
      expect((await finish(client, address)).statusCode).toBe(400);
    }
    // Another browser, even one with a flow of its own under way.
    const other = service.client();
    await begin(service, other, name);
    const refused = await finish(other, callback);
    expect(refused.statusCode).toBe(400);
    expect(textOf(refused)).toContain('This was not begun in this browser');
    expect(await whoIs(other)).toBeNull();
    expect(await counts()).toEqual(before);
    // It did no harm to the browser that began.
    expect((await finish(client, callback)).statusCode).toBe(303);
  });

  test('OA1: a state counts once, whoever kept the cookie', async () => {
    newAccount(service.provider(name));
    const client = service.client();
    const callback = await begin(service, client, name);
    const kept = new Map(client.cookies);
    expect((await finish(client, callback)).statusCode).toBe(303);
    expect([...client.cookies.keys()].filter((cookie) => cookie.includes('oauth'))).toEqual([]);
    const before = await counts();
    const thief = service.client();
    for (const [cookie, value] of kept) thief.cookies.set(cookie, value);
    const again = await begin(service, service.client(), name);
    again.searchParams.set('state', callback.searchParams.get('state')!);
    for (const address of [callback, again]) expect((await finish(thief, address)).statusCode).toBe(400);
    expect(await counts()).toEqual(before);
  });

  test('OA1: of two callbacks at the same moment, one counts', async () => {
    newAccount(service.provider(name));
    const client = service.client();
    const callback = await begin(service, client, name);
    const statuses = await Promise.all([finish(client, callback), finish(client, callback)]);
    expect(statuses.map(({ statusCode }) => statusCode).sort()).toEqual([303, 400]);
  });

  test('OA1, OA5: the cookie must be the verifier that the flow began with, and stand there once', async () => {
    newAccount(service.provider(name));
    const client = service.client();
    const callback = await begin(service, client, name);
    const [cookie, verifier] = [...client.cookies].find(([key]) => key.includes('oauth'))!;
    client.headers['cookie'] = `${cookie}=${verifier}; ${cookie}=planted`;
    expect((await finish(client, callback)).statusCode).toBe(400);
    client.headers['cookie'] = `${cookie}=${'a'.repeat(43)}`;
    const requests = service.provider(name).requests.length;
    expect((await finish(client, callback)).statusCode).toBe(400);
    expect(service.provider(name).requests).toHaveLength(requests);
  });

  test('OA5: what goes out carries an S256 challenge, and what is kept is not the verifier', async () => {
    const client = service.client();
    await begin(service, client, name);
    const asked = service.provider(name).requests.at(-1)!.parameters;
    expect(asked).toMatchObject({
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [, verifier] = [...client.cookies].find(([key]) => key.includes('oauth'))!;
    const kept = await service.db.query<{ text: string }>(
      `SELECT row_to_json(s)::text AS text FROM one_time_secrets s`,
    );
    const text = kept.map((row) => row.text).join();
    expect(text).toContain('challengeHash');
    expect(text).not.toContain(verifier);
    expect(text).not.toContain(asked.state);
  });

  test('OA2: an address that somebody else began opens nothing in a browser that did not', async () => {
    newAccount(service.provider(name), 'attacker');
    const callback = await begin(service, service.client(), name);
    const victim = service.client();
    const before = await counts();
    expect((await finish(victim, callback)).statusCode).toBe(400);
    expect(await whoIs(victim)).toBeNull();
    expect(await counts()).toEqual(before);
  });

  test('OA3: such an address links nothing to somebody who is signed in, nor does a sign-in of their own', async () => {
    const victim = await signUp(service);
    newAccount(service.provider(name), 'attacker');
    const callback = await begin(service, service.client(), name);
    expect((await finish(victim, callback)).statusCode).toBe(400);
    expect(await whoIs(victim)).toEqual({ handle: victim.handle, identities: ['LOCAL'] });
    const old = victim.cookies.get('mcp_session')!;
    await signInThrough(service, victim, name);
    expect((await whoIs(victim))?.identities).toEqual([name]);
    const identities = await service.db.query(`SELECT provider FROM identities WHERE user_id = $1`, [victim.userId]);
    expect(identities).toEqual([{ provider: 'LOCAL' }]);
    // The session that the browser had before has ended.
    victim.cookies.set('mcp_session', old);
    expect((await victim.send(`{ viewer { permissions } }`)).status).toBe(401);
  });

  test('OA4: what began at one provider does not end at the address of the other', async () => {
    const other: ProviderName = name === 'GITHUB' ? 'DISCORD' : 'GITHUB';
    newAccount(service.provider(name));
    const client = service.client();
    const before = await counts();
    const callback = await begin(service, client, name);
    callback.pathname = `/sign-in/${other.toLowerCase()}/callback`;
    callback.searchParams.delete('iss');
    const requests = service.provider(other).requests.length;
    const response = await finish(client, callback);
    expect(response.statusCode).toBe(400);
    expect(textOf(response)).toContain('does not come from where the question went');
    expect(service.provider(other).requests).toHaveLength(requests);
    expect(await counts()).toEqual(before);
  });

  test('OA4: a callback that names another issuer is refused; one that names none is not', async () => {
    newAccount(service.provider(name));
    const provider = service.provider(name);
    const { issuer } = provider;
    const client = service.client();
    for (const wrong of ['https://evil.example', '']) {
      const callback = await begin(service, client, name);
      callback.searchParams.set('iss', wrong);
      expect((await finish(client, callback)).statusCode).toBe(400);
    }
    const twice = await begin(service, client, name);
    twice.searchParams.append('iss', 'https://evil.example');
    expect((await finish(client, twice)).statusCode).toBe(400);
    provider.issuer = null;
    expect((await signInThrough(service, client, name)).statusCode).toBe(303);
    provider.issuer = issuer;
  });

  test('OA7, PH1: a name that passes to somebody else leads nowhere: accounts are told by number alone', async () => {
    const provider = service.provider(name);
    newAccount(provider, 'sought-after');
    const owner = service.client();
    await signInThrough(service, owner, name);
    const { handle } = (await whoIs(owner))!;
    newAccount(provider, 'sought-after');
    const successor = service.client();
    await signInThrough(service, successor, name);
    expect((await whoIs(successor))!.handle).not.toBe(handle);
  });
});

describe('accounts are never found by anything but the number of the account there', () => {
  test('PH1, PH5: whatever e-mail address or name a provider tells, verified or not, no account is met by it', async () => {
    // The attacker has signed up under the name that the victim has at GitHub, and under its address as far as one can.
    const attacker = await signUp(service, { handle: 'victim-of-ph1' });
    const before = await counts();
    newAccount(service.github, 'victim-of-ph1');
    service.github.account = { ...service.github.account, email: 'victim@example.org', emailVerified: false };
    const victim = service.client();
    await signInThrough(service, victim, 'GITHUB');
    newAccount(service.discord, 'victim-of-ph1');
    service.discord.account = { ...service.discord.account, email: 'victim@example.org', emailVerified: true };
    const onDiscord = service.client();
    await signInThrough(service, onDiscord, 'DISCORD');
    const handles = [await whoIs(attacker), await whoIs(victim), await whoIs(onDiscord)].map((who) => who!.handle);
    expect(handles).toEqual(['victim-of-ph1', 'victim-of-ph1-2', 'victim-of-ph1-3']);
    expect(await counts()).toMatchObject({ users: before.users + 2, identities: before.identities + 2 });
    // The attacker's password opens the attacker's account alone.
    const { handle, password } = attacker;
    const again = await service
      .client()
      .query(`mutation ($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } } }`, {
        input: { handle, password },
      });
    expect(again.signIn.viewer.user.id).toBe(attacker.id);
  });

  test('PH7: an account without ways in is adopted by nobody, as there is no path by e-mail', async () => {
    const subject = newAccount(service.github, 'left-alone');
    service.github.account.emailVerified = true;
    const first = service.client();
    await signInThrough(service, first, 'GITHUB');
    const { handle } = (await whoIs(first))!;
    await service.db.query(`DELETE FROM identities WHERE provider = 'GITHUB' AND subject = $1`, [subject]);
    newAccount(service.discord, 'left-alone');
    service.discord.account = { ...service.discord.account, email: service.github.account.email, emailVerified: true };
    const second = service.client();
    await signInThrough(service, second, 'DISCORD');
    expect((await whoIs(second))!.handle).not.toBe(handle);
    expect(service.log() + JSON.stringify(await service.db.query(`SELECT * FROM identities`))).not.toContain(
      '@example.org',
    );
  });

  test('OA9: many first sign-ins of one identity at the same moment make one account', async () => {
    newAccount(service.github, 'in-a-hurry');
    const before = await counts();
    const clients = Array.from({ length: 6 }, () => service.client());
    const callbacks = await Promise.all(clients.map((client) => begin(service, client, 'GITHUB')));
    const responses = await Promise.all(clients.map((client, i) => finish(client, callbacks[i]!)));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(303));
    const handles = new Set((await Promise.all(clients.map(whoIs))).map((who) => who!.handle));
    expect(handles.size).toBe(1);
    expect(await counts()).toEqual({
      users: before.users + 1,
      identities: before.identities + 1,
      sessions: before.sessions + 6,
    });
  });

  it.each([
    ['admin', /^admin-2$/],
    ['Мария', /^modder(-\d+)?$/],
    ['x', /^modder-x(-\d+)?$/],
    ['deleted', /^modder-deleted$/],
    ['  spaced  out_name ', /^spaced-out-name$/],
    ['<script>alert(1)</script>', /^script-alert-1-script$/],
    ['y'.repeat(90), /^y{26}$/],
  ])('the name %s there becomes a handle that one can have', async (login, expected) => {
    newAccount(service.github, login);
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    expect((await whoIs(client))!.handle).toMatch(expected);
  });
});

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
    const before = await count('one_time_secrets');
    expect((await service.http.inject({ method: 'HEAD', url: '/sign-in/github' })).statusCode).toBe(404);
    expect(await count('one_time_secrets')).toBe(before);
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
    const before = await count('one_time_secrets');
    const response = await client.request('GET', startPath('GITHUB', returnTo));
    expect(response.statusCode).toBe(400);
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(await count('one_time_secrets')).toBe(before);
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
