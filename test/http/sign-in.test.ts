import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { ProviderName } from '../support/providers.js';
import {
  begin,
  finish,
  newAccount,
  rowCounts,
  signInThrough,
  startDoorService,
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

const counts = () => rowCounts(service);

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
