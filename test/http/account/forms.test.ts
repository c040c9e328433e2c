import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signUp, type Person } from '../../support/people.js';
import { startDoorService, textOf, type DoorService } from '../../support/round-trip.js';
import { accountRows, handleOf, OWN, post } from './support.js';

let service: DoorService;
let person: Person;
beforeAll(async () => {
  service = await startDoorService();
  person = await signUp(service);
});
afterAll(() => service.close());

const PASSWORD = 'a password of nobody here';

/** Every form that there is, with fields that would do something. */
const FORMS: [string, Record<string, string>][] = [
  ['/sign-in', { handle: 'someone', password: PASSWORD }],
  ['/sign-in/second-factor', { challenge: 'x', code: '123456', methods: 'TOTP' }],
  ['/sign-in/prove', { password: PASSWORD }],
  ['/sign-in/prove/provider', { provider: 'GITHUB' }],
  ['/sign-up', { handle: 'brand-new', password: PASSWORD }],
  ['/recover', { handle: 'someone', recoveryCode: 'x', newPassword: PASSWORD }],
  ['/sign-out', {}],
  ['/account/identities/link', { provider: 'GITHUB' }],
  ['/account/identities/confirm', { id: '1' }],
  ['/account/identities/unlink', { id: '1' }],
  ['/account/identities/irc', { network: 'EsperNet' }],
  ['/account/identities/acting', { id: '1', permission: 'MAPPING_VOTE' }],
  ['/account/link-irc', { code: 'ABCD-EFGH-JKMN-PQRS' }],
  ['/account/passkeys/remove', { id: '1' }],
  ['/account/recovery-codes', {}],
  ['/account/sessions/end', { id: '1' }],
  ['/account/sessions/end-others', {}],
  ['/account/applications/withdraw', { id: '1' }],
  ['/account/password', { new: PASSWORD }],
];

describe.each(FORMS)('%s', (path, fields) => {
  test.each<[string, string | null]>([
    ['no origin', null],
    ['an origin that is none', 'null'],
    ['another site', 'https://evil.example'],
    ['another port', 'http://localhost:4001'],
    ['a name that begins alike', 'http://localhost:4000.evil.example'],
  ])('login CSRF, OP4: is refused from %s', async (_label, origin) => {
    const before = await accountRows(service);
    const response = await post(person, path, fields, { origin });
    expect([response.statusCode, response.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(textOf(response)).toContain('This form was not sent by a page of this service.');
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(await accountRows(service)).toBe(before);
    expect(await handleOf(person)).toBe(person.handle);
  });

  test('takes a form alone, and not an endless one', async () => {
    const before = await accountRows(service);
    for (const contentType of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      expect((await post(person, path, JSON.stringify(fields), { contentType })).statusCode).toBe(415);
    }
    expect((await post(person, path, `x=${'y'.repeat(64 * 1024)}`)).statusCode).toBe(413);
    expect(await accountRows(service)).toBe(before);
  });
});

test('what comes without a body is no form', async () => {
  for (const [path] of FORMS) {
    const response = await post(person, path, '', { contentType: null });
    expect([path, response.statusCode]).toEqual([path, 415]);
  }
  expect(await handleOf(person)).toBe(person.handle);
});

test('a field that stands twice counts as absent', async () => {
  const doubled = `handle=${person.handle}&handle=${person.handle}&password=${encodeURIComponent(person.password)}`;
  const client = service.client();
  expect((await post(client, '/sign-in', doubled)).statusCode).toBe(422);
  const query = new URLSearchParams({ handle: person.handle, password: person.password }).toString();
  expect((await post(client, '/sign-in', `${query}&password=x`)).statusCode).toBe(422);
  expect(client.cookies.has('mcp_session')).toBe(false);
  // As if nothing were said: no place to go on to that somebody put beside the own one.
  const response = await post(client, '/sign-in', `${query}&returnTo=/a&returnTo=/b`);
  expect([response.statusCode, response.headers.location]).toEqual([303, '/account']);
});

const PAGES = ['/sign-in', '/sign-in?prove=1', '/sign-up', '/recover', '/sign-out', '/account'];

test('pages run no script but the own one, show nothing of others, and are kept by nobody', async () => {
  for (const client of [service.client(), person]) {
    for (const path of PAGES) {
      const { statusCode, headers, body } = await client.request('GET', path);
      expect(headers['cache-control']).toBe('no-store');
      if (statusCode === 303) continue;
      const policy = String(headers['content-security-policy']);
      expect([path, statusCode, headers['referrer-policy']]).toEqual([path, 200, 'same-origin']);
      expect(policy).toMatch(/^default-src 'none'; base-uri 'none'; form-action 'self'[^;]*; frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|\*/);
      const scripts = [...body.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
      expect(scripts.filter((tag) => tag !== '<script src="/assets/passkeys.js" defer>')).toEqual([]);
      expect(policy.includes('script-src')).toBe(scripts.length > 0);
      expect([...body.matchAll(/<h1>/g)]).toHaveLength(1);
      // Each input that people see has a label.
      for (const [, id] of body.matchAll(/<input id="([^"]+)"/g)) expect(body).toContain(`<label for="${id}">`);
    }
  }
});

test('looking at a link does nothing', async () => {
  for (const path of PAGES) {
    expect((await service.http.inject({ method: 'HEAD', url: path })).statusCode).toBe(404);
  }
});

test('the script is the same until there is another one', async () => {
  const { statusCode, headers, body } = await service.http.inject('/assets/passkeys.js');
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(body).toContain('navigator.credentials');
  expect(body).not.toMatch(/innerHTML|eval|https?:/);
  const again = { url: '/assets/passkeys.js', headers: { 'if-none-match': String(headers['etag']) } };
  expect((await service.http.inject(again)).statusCode).toBe(304);
});

describe('where the browser goes in the end', () => {
  test.each(['/', '/interaction/abc?x=1', '/a/b?c=d&e=%2F#f', '/über?x=ü', '/@evil.example', '/..//evil.example'])(
    'OA6: %s stays here',
    async (returnTo) => {
      const { handle, password } = person;
      const response = await post(service.client(), '/sign-in', { handle, password, returnTo });
      const { location } = response.headers;
      expect(response.statusCode).toBe(303);
      expect(location).toMatch(/^\/(?![/\\])/);
      expect(new URL(location!, OWN).origin).toBe(OWN);
    },
  );

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/\t/evil.example',
    'javascript:alert(1)',
    'x',
  ])('OA6: %j is refused before anything is done', async (returnTo) => {
    const { handle, password } = person;
    for (const path of ['/sign-in', '/sign-up', '/recover', '/sign-out', '/sign-in?prove=1']) {
      const address = `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ returnTo }).toString()}`;
      expect((await person.request('GET', address)).statusCode).toBe(400);
    }
    const client = service.client();
    for (const path of ['/sign-in', '/sign-up', '/recover', '/sign-out', '/sign-in/prove']) {
      const response = await post(client, path, { handle, password, returnTo });
      expect([path, response.statusCode]).toEqual([path, 400]);
      expect(response.headers['set-cookie']).toBeUndefined();
    }
  });
});
