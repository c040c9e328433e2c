import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letIn, register } from '../../modules/clients/support.js';
import { addPasskey, newAuthenticator } from '../../modules/second-factors/support.js';
import type { TestClient } from '../../support/client.js';
import { forgetPresence, signInAgain, signUp, type Person } from '../../support/people.js';
import {
  linkThrough,
  newAccount,
  startDoorService,
  textOf,
  whoIs,
  type DoorService,
} from '../../support/round-trip.js';
import { accountRows, handleOf, post } from './support.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const SIGN_IN = '/sign-in?returnTo=%2Faccount';
const PROVE = '/sign-in?prove=1&returnTo=%2Faccount';
const NEW_PASSWORD = 'something new to remember';

/** The row of a kind that a person had last. */
async function lastKey(table: 'identities' | 'passkeys' | 'sessions', { userId }: Person): Promise<string> {
  const rows = await service.db.query<{ id: number }>(
    `SELECT id FROM ${table} WHERE user_id = $1 ORDER BY id DESC LIMIT 1`,
    [userId],
  );
  return String(rows[0]!.id);
}

/** Where an answer leads, or its status. */
async function outcomeOf(client: TestClient, path: string, fields: Record<string, string>): Promise<string | number> {
  const { statusCode, headers } = await post(client, path, fields);
  return headers.location ?? statusCode;
}

/** Somebody with one of everything that can be taken away. */
async function ownerOfMuch(): Promise<Person> {
  const person = await signUp(service);
  newAccount(service.github);
  await linkThrough(service, person, 'GITHUB');
  await addPasskey(person, newAuthenticator());
  return person;
}

describe('who may do what', () => {
  // What takes a fresh proof, and what a session is enough for.
  test.each<[string, 'identities' | 'passkeys' | 'sessions' | null, string]>([
    ['/account/identities/unlink', 'identities', PROVE],
    ['/account/identities/confirm', 'identities', PROVE],
    ['/account/identities/link', null, PROVE],
    ['/account/passkeys/remove', 'passkeys', PROVE],
    ['/account/recovery-codes', null, PROVE],
    ['/account/sessions/end', 'sessions', '/account?done=session'],
    ['/account/sessions/end-others', null, '/account?done=sessions'],
  ])('%s', async (path, table, stale) => {
    const [owner, other] = [await ownerOfMuch(), await signUp(service)];
    await signInAgain(service, await signUp(service));
    const fields = { provider: 'GITHUB', id: table === null ? '1' : await lastKey(table, owner) };
    const before = await accountRows(service);
    expect(await outcomeOf(service.client(), path, fields)).toBe(SIGN_IN);
    expect(await accountRows(service)).toBe(before);
    if (table !== null) {
      // Rows of others, and what are none.
      expect(await outcomeOf(other, path, fields)).toBe(422);
      for (const id of ['0', '-1', '1e3', '99999999999', 'x', '']) {
        expect(await outcomeOf(other, path, { ...fields, id })).toBe(422);
      }
      expect(await accountRows(service)).toBe(before);
    }
    await forgetPresence(service, owner);
    expect(await outcomeOf(owner, path, fields)).toBe(stale);
  });

  test('the page is for whoever is signed in', async () => {
    expect((await service.client().request('GET', '/account')).headers.location).toBe(SIGN_IN);
    const person = await signUp(service);
    expect(textOf(await person.request('GET', '/account'))).toContain(`You are signed in as ${person.handle}`);
  });
});

test('identities are unlinked and confirmed, but for the last way in', async () => {
  const person = await signUp(service);
  newAccount(service.github);
  await linkThrough(service, person, 'GITHUB');
  const id = await lastKey('identities', person);
  await service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE id = $1`, [Number(id)]);
  expect(textOf(await person.request('GET', '/account'))).toContain('Set aside until you confirm it.');
  expect(await outcomeOf(person, '/account/identities/confirm', { id })).toBe('/account?done=confirmed');
  expect(await outcomeOf(person, '/account/identities/unlink', { id })).toBe('/account?done=unlinked');
  expect(await whoIs(person)).toMatchObject({ identities: ['LOCAL'] });
  const last = await post(person, '/account/identities/unlink', { id: await lastKey('identities', person) });
  expect([last.statusCode, textOf(last).includes('nobody could sign in to your account')]).toEqual([422, true]);
});

test('passkeys are removed, and shown by their names', async () => {
  const person = await signUp(service);
  await addPasskey(person, newAuthenticator(), '<b>key');
  const page = await person.request('GET', '/account');
  expect([page.body.includes('&#60;b&#62;key'), page.body.includes('<b>key')]).toEqual([true, false]);
  const id = await lastKey('passkeys', person);
  expect(await outcomeOf(person, '/account/passkeys/remove', { id })).toBe('/account?done=passkey-removed');
  expect(textOf(await person.request('GET', '/account?done=passkey-removed'))).toContain('The passkey is removed.');
});

test('sessions are ended, one and all others; the own one takes its cookie along', async () => {
  const person = await signUp(service);
  const [second, third] = [await signInAgain(service, person), await signInAgain(service, person)];
  expect(await outcomeOf(person, '/account/sessions/end', { id: await lastKey('sessions', person) })).toBe(
    '/account?done=session',
  );
  expect((await third.send(`{ viewer { permissions } }`)).status).toBe(401);
  expect(await handleOf(second)).toBe(person.handle);
  await post(person, '/account/sessions/end-others');
  expect((await second.send(`{ viewer { permissions } }`)).status).toBe(401);
  await post(person, '/account/sessions/end', { id: await lastKey('sessions', person) });
  expect(person.cookies.has('mcp_session')).toBe(false);
});

test('the password is changed, and what is wrong told beside its field', async () => {
  const person = await signUp(service);
  const other = await signInAgain(service, person);
  const wrong = await post(person, '/account/password', { current: 'not mine', new: NEW_PASSWORD });
  expect([wrong.statusCode, wrong.body.includes('id="current-error"')]).toEqual([422, true]);
  const weak = await post(person, '/account/password', { current: person.password, new: 'short' });
  expect([weak.statusCode, weak.body.includes('id="new-error"')]).toEqual([422, true]);
  for (const { body } of [wrong, weak]) expect(body).not.toMatch(/not mine|something new to remember/);
  expect(await outcomeOf(person, '/account/password', { current: person.password, new: NEW_PASSWORD })).toBe(
    '/account?done=password',
  );
  expect(await handleOf(person)).toBe(person.handle);
  expect((await other.send(`{ viewer { permissions } }`)).status).toBe(401);
  await signInAgain(service, Object.assign(service.client(), { ...person, password: NEW_PASSWORD }));
});

test('recovery codes are shown once', async () => {
  const person = await signUp(service);
  const page = await post(person, '/account/recovery-codes');
  const codes = /<pre>([^<]+)<\/pre>/.exec(page.body)![1]!.split('\n');
  service.secrets.add(codes);
  expect([codes.length, page.headers['cache-control']]).toEqual([10, 'no-store']);
  expect(textOf(await person.request('GET', '/account'))).toContain('Recovery codes left: 10.');
});

test('an application that was let in is named with what it may do, and its access withdrawn', async () => {
  const [person, owner, other] = [await signUp(service), await signUp(service), await signUp(service)];
  const client = await register(owner, { name: 'Name & Viewer', permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'] });
  await letIn(service, person, client, { scope: 'openid mapping:vote offline_access' });
  const page = await person.request('GET', '/account');
  expect(textOf(page)).toContain('Name & Viewer');
  expect(textOf(page)).toContain('Vote and comment on changes.');
  expect(textOf(page)).not.toContain('Propose names');
  const id = String(client.key);
  expect(await outcomeOf(service.client(), '/account/applications/withdraw', { id })).toBe(SIGN_IN);
  expect(await outcomeOf(other, '/account/applications/withdraw', { id })).toBe(422);
  expect(await outcomeOf(person, '/account/applications/withdraw', { id })).toBe('/account?done=withdrawn');
  expect(textOf(await person.request('GET', '/account'))).toContain('You have let none in.');
});
