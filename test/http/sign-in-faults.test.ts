import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signUp } from '../support/people.js';
import type { ProviderName } from '../support/providers.js';
import type { Misbehaviour } from '../support/providers/misbehaviour.js';
import {
  begin,
  beginFor,
  finish,
  linkThrough,
  newAccount,
  rowCounts,
  signInThrough,
  startDoorService,
  textOf,
  whoIs,
  type DoorService,
} from '../support/round-trip.js';

/** Milliseconds that a provider may take here. */
const TIMEOUT = 400;

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService({ providerTimeout: TIMEOUT });
});
// OA8, OA10: closing looks for every code, verifier, token and secret of the providers in the log and the database.
afterAll(() => service.close());

const FAULTS: [string, Misbehaviour][] = [
  ['HTML', 'HTML'],
  ['status 500', 'STATUS_500'],
  ['a redirect', 'REDIRECT'],
  ['10 MB', 'HUGE'],
  ['a slow body', 'SLOW_BODY'],
  ['slow headers', 'SLOW_HEADERS'],
  ['hanging up', 'HANGS_UP'],
  ['half a JSON', 'CUT_JSON'],
  ['an answer without what counts', { answer: {} }],
];

describe.each<ProviderName>(['GITHUB', 'DISCORD'])('%s misbehaves', (name) => {
  describe.each(['token', 'user'] as const)('at the %s endpoint', (endpoint) => {
    test.each(FAULTS)('OA8: %s ends in a plain page, soon, and nobody is signed in', async (_label, how) => {
      const provider = service.provider(name);
      newAccount(provider, 'quoted-by-a-fault');
      const client = service.client();
      const callback = await begin(service, client, name);
      const before = await rowCounts(service);
      provider.misbehave(endpoint, how);
      const began = performance.now();
      const response = await finish(client, callback);
      provider.misbehave(endpoint, null);
      expect(performance.now() - began).toBeLessThan(TIMEOUT + 3_000);
      expect(response.statusCode).toBe(502);
      expect(textOf(response)).toContain('gave no answer that can be used. Nothing was changed');
      expect(response.body).not.toMatch(/Unicorn|quoted-by|<pre>/);
      service.secrets.expectNoneIn(response.body, 'the page');
      expect(provider.requests.map(({ path }) => path)).not.toContain('/elsewhere');
      expect(await rowCounts(service)).toEqual(before);
      expect(client.cookies.size).toBe(0);
      // It was worth one try: the code may be used up at the provider.
      expect((await finish(client, callback)).statusCode).toBe(400);
    });
  });
});

test('OA8: an error that GitHub sends with status 200 is one', async () => {
  newAccount(service.github);
  const client = service.client();
  const callback = await begin(service, client, 'GITHUB');
  service.github.misbehave('token', 'ERROR_AS_200');
  expect((await finish(client, callback)).statusCode).toBe(502);
  service.github.misbehave('token', null);
  expect(await whoIs(client)).toBeNull();
});

test('OA8: a fault while linking or proving presence changes nothing, and the person stays signed in', async () => {
  const person = await signUp(service);
  newAccount(service.github);
  await linkThrough(service, person, 'GITHUB');
  for (const intent of ['LINK', 'REAUTHENTICATE'] as const) {
    const callback = await beginFor(service, person, intent, 'GITHUB');
    service.github.misbehave('user', 'STATUS_500');
    expect((await finish(person, callback)).statusCode).toBe(502);
    service.github.misbehave('user', null);
  }
  expect(await whoIs(person)).toEqual({ handle: person.handle, identities: ['LOCAL', 'GITHUB'] });
});

test('a fault of ours is a page too, that tells nothing but its request', async () => {
  const client = service.client();
  newAccount(service.github);
  const callback = await begin(service, client, 'GITHUB');
  await service.db.query(`ALTER TABLE identities RENAME TO identities_away`);
  const response = await finish(client, callback);
  await service.db.query(`ALTER TABLE identities_away RENAME TO identities`);
  expect([response.statusCode, response.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  expect(textOf(response)).toContain('Something went wrong on our side.');
  expect(response.body).not.toContain('relation');
  expect((await signInThrough(service, client, 'GITHUB')).statusCode).toBe(303);
});

test('OA10: nothing of a sign-in that went well is kept but who it was', async () => {
  newAccount(service.discord, 'kept');
  const client = service.client();
  await signInThrough(service, client, 'DISCORD');
  expect(service.discord.secrets().length).toBeGreaterThan(4);
  service.secrets.expectNoneIn(service.log(), 'the log');
  const [kept] = await service.db.query<{ text: string }>(
    `SELECT row_to_json(i)::text AS text FROM identities i WHERE display_name = 'kept'`,
  );
  expect(Object.keys(JSON.parse(kept!.text) as object).sort()).toEqual(
    [
      'acting_permissions',
      'display_name',
      'id',
      'last_used_at',
      'linked_at',
      'network',
      'provider',
      'state',
      'subject',
      'user_id',
    ].sort(),
  );
});
