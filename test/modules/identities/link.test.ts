import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, signInAgain, signUp } from '../../support/people.js';
import {
  ask,
  begin,
  beginFor,
  finish,
  flowsUnderWay,
  linkThrough,
  moveCodeIn,
  newAccount,
  signInThrough,
  startDoorService,
  textOf,
  whoIs,
  type DoorService,
} from '../../support/round-trip.js';
import { startTestService } from '../../support/service.js';
import { DENIED, denials, eventsOf, giveIdentity, identitiesIn } from './support.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const START = `mutation ($provider: IdentityProvider!, $returnTo: String) {
  startIdentityLink(input: { provider: $provider, returnTo: $returnTo }) { authorizationUrl userErrors { code message path } } }`;

const flows = () => flowsUnderWay(service);

describe('startIdentityLink', () => {
  it('is denied without a session and fresh presence', async () => {
    const person = await signUp(service);
    const before = await flows();
    expect(await denials(service, person, START, { provider: 'GITHUB' })).toEqual(DENIED);
    expect(await flows()).toBe(before);
    expect(outcomeOf(await person.send(START, { provider: 'GITHUB' }))).toBe('OK');
  });

  it('gives an address at the provider, and a cookie that binds the browser', async () => {
    const person = await signUp(service);
    const { data } = await ask(person, 'LINK', { provider: 'DISCORD', returnTo: '/settings' });
    const address = new URL(data.startIdentityLink.authorizationUrl as string);
    expect(address.origin).toBe(service.discord.url);
    expect(address.searchParams.get('code_challenge_method')).toBe('S256');
    expect(address.searchParams.get('scope')).toBe('identify');
    service.secrets.add(address.searchParams.get('state'));
    expect([...person.cookies.keys()].filter((name) => name.startsWith('mcp_oauth_'))).toHaveLength(1);
  });

  it('does not do what other operations do', async () => {
    const person = await signUp(service);
    for (const [provider, word] of [
      ['LOCAL', 'changePassword'],
      ['IRC', 'bot'],
    ] as const) {
      const { data } = await ask(person, 'LINK', { provider });
      expect(data.startIdentityLink).toMatchObject({
        authorizationUrl: null,
        userErrors: [{ code: 'INVALID_INPUT', path: ['provider'], message: expect.stringContaining(word) }],
      });
    }
  });

  test('OA6: a way back that is not here is refused at once', async () => {
    const person = await signUp(service);
    const before = await flows();
    for (const returnTo of ['//evil.example', '/\\evil.example', 'https:evil.example', '/\r\na: b', '']) {
      expect(outcomeOf(await ask(person, 'LINK', { provider: 'GITHUB', returnTo }))).toBe('BAD_USER_INPUT');
    }
    expect(await flows()).toBe(before);
  });

  it('says which providers there are', async () => {
    const query = `{ identityProviders { provider title signInUrl } }`;
    expect(await service.client().query(query)).toEqual({
      identityProviders: [
        { provider: 'GITHUB', title: 'GitHub', signInUrl: 'http://localhost:4000/sign-in/github' },
        { provider: 'DISCORD', title: 'Discord', signInUrl: 'http://localhost:4000/sign-in/discord' },
      ],
    });
    const bare = await startTestService({ sample: false, discord: service.discord.settings });
    try {
      expect(await bare.client().query(`{ identityProviders { provider } }`)).toEqual({
        identityProviders: [{ provider: 'DISCORD' }],
      });
      const person = await signUp(bare);
      expect(outcomeOf(await ask(person, 'LINK', { provider: 'GITHUB' }))).toBe('INVALID_INPUT');
      for (const path of ['/sign-in/github', '/sign-in/github/callback?state=a&code=b']) {
        const response = await bare.client().request('GET', path);
        expect([response.statusCode, textOf(response).includes('is not set up here')]).toEqual([404, true]);
      }
    } finally {
      await bare.close();
    }
  });
});

describe('linking', () => {
  it('brings the browser back with the identity linked, which is a way in from then on', async () => {
    const person = await signUp(service);
    newAccount(service.github, 'linked-there');
    const callback = await beginFor(service, person, 'LINK', 'GITHUB', '/settings');
    const response = await finish(person, callback);
    expect([response.statusCode, response.headers.location]).toEqual([303, 'http://localhost:4000/settings']);
    expect(await whoIs(person)).toEqual({ handle: person.handle, identities: ['LOCAL', 'GITHUB'] });
    expect(await eventsOf(service, person, 'identity.%')).toEqual([
      { action: 'identity.link', detail: 'GITHUB', actorId: person.userId },
    ]);
    const elsewhere = service.client();
    await signInThrough(service, elsewhere, 'GITHUB');
    expect((await whoIs(elsewhere))!.handle).toBe(person.handle);
    // A second one of the same provider is fine.
    newAccount(service.github);
    await linkThrough(service, person, 'GITHUB');
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE', 'GITHUB ACTIVE']);
  });

  it('changes nothing where the identity is the own already', async () => {
    const person = await signUp(service);
    const subject = newAccount(service.github);
    await giveIdentity(service, person, 'GITHUB', { subject, state: 'SUSPENDED' });
    expect((await linkThrough(service, person, 'GITHUB')).statusCode).toBe(303);
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB SUSPENDED']);
    expect(await eventsOf(service, person, 'identity.%')).toEqual([]);
  });

  test('OA3: a link that somebody else began is refused, even in a browser with the cookie and a session', async () => {
    const attacker = await signUp(service);
    const victim = await signUp(service);
    newAccount(service.github);
    const callback = await beginFor(service, attacker, 'LINK', 'GITHUB');
    expect((await finish(victim, callback)).statusCode).toBe(400);
    for (const [name, value] of attacker.cookies) if (name.includes('oauth')) victim.cookies.set(name, value);
    const refused = await finish(victim, callback);
    expect(refused.statusCode).toBe(403);
    expect(textOf(refused)).toContain('begun in another session');
    for (const person of [attacker, victim]) expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE']);
  });

  test('OA3: what began as a sign-in does not end as a link, nor the other way round', async () => {
    const person = await signUp(service);
    newAccount(service.github);
    const callback = await beginFor(service, person, 'LINK', 'GITHUB');
    // Signed out meanwhile: no account is made of what was to be linked.
    await person.query(`mutation { signOut { ok } }`);
    const refused = await finish(person, callback);
    expect(refused.statusCode).toBe(400);
    expect(await whoIs(person)).toBeNull();
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE']);
  });

  test('OA3: another session of the same person is another one too', async () => {
    const person = await signUp(service);
    const other = await signInAgain(service, person);
    newAccount(service.github);
    const callback = await beginFor(service, person, 'LINK', 'GITHUB');
    for (const [name, value] of person.cookies) if (name.includes('oauth')) other.cookies.set(name, value);
    expect((await finish(other, callback)).statusCode).toBe(403);
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE']);
  });

  test('it survives a proof of presence meanwhile, which gives the session another secret', async () => {
    const person = await signUp(service);
    newAccount(service.github);
    const callback = await beginFor(service, person, 'LINK', 'GITHUB');
    await person.query(
      `mutation ($password: String!) { reauthenticate(input: { password: $password }) { viewer { user { id } } } }`,
      { password: person.password },
    );
    expect((await finish(person, callback)).statusCode).toBe(303);
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
  });

  test('OA9: an identity that another account has stays there, and the page says so with a code', async () => {
    newAccount(service.github, 'two-minds');
    const owner = service.client();
    await signInThrough(service, owner, 'GITHUB');
    const person = await signUp(service);
    const response = await linkThrough(service, person, 'GITHUB');
    expect(response.statusCode).toBe(409);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(textOf(response)).toContain('This GitHub account is a way in to the account two-minds');
    expect(textOf(response)).toContain('moveIdentity');
    moveCodeIn(service, response);
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE']);
    expect((await whoIs(owner))!.identities).toEqual(['GITHUB']);
  });

  test('OA9: of several users who claim one identity at the same moment, one gets it, and the others are told', async () => {
    for (let round = 0; round < 5; round++) {
      const people = [await signUp(service), await signUp(service), await signUp(service)];
      newAccount(service.discord);
      const callbacks: URL[] = [];
      for (const person of people) callbacks.push(await beginFor(service, person, 'LINK', 'DISCORD'));
      const responses = await Promise.all(people.map((person, i) => finish(person, callbacks[i]!)));
      expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409, 409]);
      for (const response of responses) if (response.statusCode === 409) moveCodeIn(service, response);
      const linked = await Promise.all(people.map((person) => identitiesIn(service, person)));
      expect(linked.map(({ length }) => length).sort()).toEqual([1, 1, 2]);
    }
  });

  test('OA9: a first sign-in and a link of one identity at the same moment end in one account', async () => {
    const person = await signUp(service);
    newAccount(service.github);
    const client = service.client();
    const [signIn, link] = [await begin(service, client, 'GITHUB'), await beginFor(service, person, 'LINK', 'GITHUB')];
    const [signedIn, linked] = await Promise.all([finish(client, signIn), finish(person, link)]);
    expect(signedIn.statusCode).toBe(303);
    const { handle } = (await whoIs(client))!;
    if (linked.statusCode === 409) moveCodeIn(service, linked);
    expect(handle === person.handle).toBe(linked.statusCode === 303);
  });
});

describe('startReauthentication', () => {
  const REAUTHENTICATE = `mutation ($provider: IdentityProvider!) {
    startReauthentication(input: { provider: $provider }) { authorizationUrl userErrors { code path } } }`;

  it('is denied without a session, and takes an identity that counts; stale presence is what it is for', async () => {
    const person = await signUp(service);
    const before = await flows();
    expect(await denials(service, person, REAUTHENTICATE, { provider: 'GITHUB' })).toEqual({
      ...DENIED,
      stale: 'NOT_FOUND',
    });
    await giveIdentity(service, person, 'GITHUB', { state: 'SUSPENDED' });
    for (const [provider, outcome] of [
      ['GITHUB', 'NOT_FOUND'],
      ['DISCORD', 'NOT_FOUND'],
      ['LOCAL', 'INVALID_INPUT'],
      ['IRC', 'INVALID_INPUT'],
    ]) {
      expect(outcomeOf(await person.send(REAUTHENTICATE, { provider }))).toBe(outcome);
    }
    expect(await flows()).toBe(before);
  });

  it('opens the window for an account without password, and gives the session another secret', async () => {
    newAccount(service.github);
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    await service.db.query(`UPDATE sessions SET proven_at = now() - interval '1 hour'`);
    expect(outcomeOf(await client.send(START, { provider: 'DISCORD' }))).toBe('FORBIDDEN');
    const old = client.cookies.get('mcp_session')!;
    const response = await finish(client, await beginFor(service, client, 'REAUTHENTICATE', 'GITHUB', '/back'));
    expect([response.statusCode, response.headers.location]).toEqual([303, 'http://localhost:4000/back']);
    expect(outcomeOf(await client.send(START, { provider: 'DISCORD' }))).toBe('OK');
    const { viewer } = await client.query(
      `{ viewer { credential { provenUntil } sessions { id } auditEvents(first: 1) { nodes { action detail } } } }`,
    );
    expect(viewer.sessions).toHaveLength(1);
    expect(viewer.credential.provenUntil).not.toBeNull();
    expect(viewer.auditEvents.nodes).toEqual([{ action: 'presence.prove', detail: 'by GITHUB' }]);
    // LG12: the secret that the session had before is good for nothing.
    client.cookies.set('mcp_session', old);
    expect((await client.send(`{ viewer { permissions } }`)).status).toBe(401);
  });

  it('refuses another account of the same provider, and links nothing', async () => {
    const subject = newAccount(service.github);
    const person = await signUp(service);
    await giveIdentity(service, person, 'GITHUB', { subject });
    await forgetPresence(service, person);
    // One that nobody has, and one of somebody else.
    for (const known of [false, true]) {
      newAccount(service.github);
      if (known) await signInThrough(service, service.client(), 'GITHUB');
      const refused = await finish(person, await beginFor(service, person, 'REAUTHENTICATE', 'GITHUB'));
      expect(refused.statusCode).toBe(403);
      expect(textOf(refused)).toContain('not the GitHub account that is linked to yours');
      expect(outcomeOf(await person.send(START, { provider: 'DISCORD' }))).toBe('FORBIDDEN');
    }
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
  });

  test('OA3: a proof that another session began opens nothing', async () => {
    const subject = newAccount(service.github);
    const person = await signUp(service);
    await giveIdentity(service, person, 'GITHUB', { subject });
    const thief = await signInAgain(service, person);
    await forgetPresence(service, person);
    const callback = await beginFor(service, person, 'REAUTHENTICATE', 'GITHUB');
    expect((await finish(thief, callback)).statusCode).toBe(400);
    for (const [name, value] of person.cookies) if (name.includes('oauth')) thief.cookies.set(name, value);
    expect((await finish(thief, callback)).statusCode).toBe(403);
    expect(outcomeOf(await thief.send(START, { provider: 'DISCORD' }))).toBe('FORBIDDEN');
  });

  it('does not count any more where the identity was set aside meanwhile', async () => {
    const subject = newAccount(service.github);
    const person = await signUp(service);
    await giveIdentity(service, person, 'GITHUB', { subject });
    await forgetPresence(service, person);
    const callback = await beginFor(service, person, 'REAUTHENTICATE', 'GITHUB');
    await service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE subject = $1`, [subject]);
    expect((await finish(person, callback)).statusCode).toBe(403);
    expect(outcomeOf(await person.send(START, { provider: 'DISCORD' }))).toBe('FORBIDDEN');
  });
});
