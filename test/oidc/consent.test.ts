import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import type { TestClient } from '../support/client.js';
import { forgetPresence, signInAgain, signUp, type Person } from '../support/people.js';
import { REAUTHENTICATE, SIGN_IN } from '../modules/accounts/support.js';
import {
  addClient,
  authorizationRequest,
  authorize,
  browse,
  callerWith,
  relyingParty,
  startOidcService,
  submit,
  type Arrival,
  type ClientInput,
  type OidcService,
} from './support.js';

const SCOPE = 'openid mapping:vote';

describe('Who is asked what before an application gets anything', () => {
  let service: OidcService;
  let alice: Person;
  beforeAll(async () => void (service = await startOidcService()));
  beforeEach(async () => void (alice = await signUp(service)));
  afterAll(() => service.close());

  async function party(input: Partial<ClientInput> = {}): Promise<oidc.Configuration> {
    const permissions = [Permission.MAPPING_VOTE, Permission.MAPPING_PROPOSE];
    const client = await addClient(service, { owner: alice.handle, permissions, ...input });
    return relyingParty(service, client, input.kind === 'NATIVE' ? oidc.None() : undefined);
  }

  /** A request as a browser follows it, up to where somebody has to do something. */
  async function begin(browser: TestClient, client: oidc.Configuration, parameters: Record<string, string> = {}) {
    const { url, checks } = await authorizationRequest(client, { scope: SCOPE, ...parameters });
    const arrival = await browse(service, browser, url);
    service.secrets.add(arrival.url.searchParams.get('code'));
    return { arrival, checks };
  }

  const errorOf = ({ url }: Arrival): string | null => url.searchParams.get('error');
  const hasCode = ({ url }: Arrival): boolean => url.searchParams.has('code');
  const asksConsent = ({ url, body }: Arrival): boolean =>
    url.pathname.startsWith('/interaction/') && body.includes('Allow A test client?');

  /** What somebody allowed to whom. */
  async function allowed(person: TestClient): Promise<string[]> {
    const { viewer } = await person.query('{ viewer { authorizedClients { clientId } } }');
    return viewer.authorizedClients.map(({ clientId }: { clientId: string }) => clientId);
  }

  test('prompt=none shows nothing: an error without session or consent, a code with both', async () => {
    const web = await party();
    const none = { prompt: 'none' };
    expect(errorOf((await begin(service.client(), web, none)).arrival)).toBe('login_required');
    await begin(alice, web);
    expect(errorOf((await begin(alice, web, none)).arrival)).toBe('consent_required');
    await authorize(service, alice, web, SCOPE);
    expect(hasCode((await begin(alice, web, none)).arrival)).toBe(true);
    await alice.query('mutation { signOut { ok } }');
    expect(errorOf((await begin(alice, web, none)).arrival)).toBe('login_required');
  });

  test('a browser in which nobody is signed in is sent to sign in, and comes back', async () => {
    const browser = service.client();
    const { arrival } = await begin(browser, await party());
    expect(arrival.url.pathname).toBe('/sign-in');
    const back = arrival.url.searchParams.get('returnTo')!;
    expect(back).toMatch(/^\/interaction\/[\w-]+$/);
    await browser.query(SIGN_IN, { handle: alice.handle, password: alice.password });
    expect(asksConsent(await browse(service, browser, back))).toBe(true);
  });

  test.each<[string, Record<string, string>]>([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
    ['max_age=0', { max_age: '0' }],
  ])('%s: who is signed in proves it again, and the ID token says when', async (_what, parameters) => {
    const web = await party();
    await forgetPresence(service, alice);
    await authorize(service, alice, web, SCOPE);
    const { arrival, checks } = await begin(alice, web, parameters);
    expect([arrival.url.pathname, arrival.url.searchParams.get('prove')]).toEqual(['/sign-in', '1']);
    const back = arrival.url.searchParams.get('returnTo')!;
    expect((await browse(service, alice, back)).url.pathname).toBe('/sign-in');

    await alice.query(REAUTHENTICATE, { password: alice.password });
    const proven = await browse(service, alice, back);
    service.secrets.add(proven.url.searchParams.get('code'));
    const maxAge = Number(parameters['max_age'] ?? 60) + 5;
    const tokens = await oidc.authorizationCodeGrant(web, proven.url, { ...checks, maxAge });
    expect(tokens.claims()?.auth_time).toBeGreaterThan(Date.now() / 1_000 - 60);
  });

  test('who refuses gives nothing', async () => {
    const { arrival } = await begin(alice, await party());
    const refused = await submit(service, alice, arrival.url, { answer: 'refuse' });
    expect([errorOf(refused), hasCode(refused)]).toEqual(['access_denied', false]);
    expect(await allowed(alice)).toEqual([]);
    // The answer is given: the page is gone.
    expect((await browse(service, alice, arrival.url)).status).toBe(400);
  });

  test('OP3: a web application asks once, in whatever browser, and anew for more', async () => {
    const web = await party();
    expect(asksConsent((await begin(alice, web)).arrival)).toBe(true);
    await authorize(service, alice, web, SCOPE);
    expect(hasCode((await begin(alice, web)).arrival)).toBe(true);
    const elsewhere = await signInAgain(service, alice);
    expect(hasCode((await begin(elsewhere, web)).arrival)).toBe(true);
    const more = { scope: `${SCOPE} mapping:propose` };
    expect(asksConsent((await begin(alice, web, more)).arrival)).toBe(true);
    expect(asksConsent((await begin(elsewhere, web, more)).arrival)).toBe(true);
    expect(asksConsent((await begin(alice, web, { prompt: 'consent' })).arrival)).toBe(true);
    const bob = await signUp(service);
    expect(asksConsent((await begin(bob, web)).arrival)).toBe(true);
  });

  test.each([false, true])('OP3: an installed application asks every time, trusted: %s', async (trusted) => {
    const installed = await party({ kind: 'NATIVE', trusted });
    const here = { redirect_uri: 'http://127.0.0.1:50000/callback' };
    await authorize(service, alice, installed, SCOPE, here);
    const { arrival } = await begin(alice, installed, here);
    expect(asksConsent(arrival)).toBe(true);
    expect(arrival.body.includes('This service does not run it')).toBe(!trusted);
    expect(errorOf((await begin(alice, installed, { ...here, prompt: 'none' })).arrival)).toBe('interaction_required');
  });

  test('OP3: a web application of those who run the service does not ask', async () => {
    const { arrival, checks } = await begin(alice, await party({ trusted: true }));
    expect([hasCode(arrival), checks.expectedState]).toEqual([true, arrival.url.searchParams.get('state')]);
  });

  test("OP3: another site's page can not agree, nor one that does not say where it comes from", async () => {
    const { arrival } = await begin(alice, await party());
    for (const origin of ['https://evil.example', 'null', undefined]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(origin && { origin }) };
      Object.assign(alice.headers, headers);
      const answer = await alice.request('POST', arrival.url.pathname, 'answer=allow' as unknown as object);
      expect(answer.statusCode, origin).toBe(403);
      for (const name of Object.keys(headers)) delete alice.headers[name];
    }
    expect(await allowed(alice)).toEqual([]);
  });

  test('OP3: only the browser that began can agree, whoever is signed in in another', async () => {
    const { arrival } = await begin(alice, await party());
    const elsewhere = await signInAgain(service, alice);
    for (const browser of [elsewhere, await signUp(service), service.client()]) {
      expect((await browse(service, browser, arrival.url)).status).toBe(400);
      expect((await submit(service, browser, arrival.url, { answer: 'allow' })).status).toBe(400);
    }
    expect(await allowed(alice)).toEqual([]);
  });

  test('who has signed out meanwhile signs in first, and nothing is allowed', async () => {
    const { arrival } = await begin(alice, await party());
    await alice.query('mutation { signOut { ok } }');
    expect((await submit(service, alice, arrival.url, { answer: 'allow' })).url.pathname).toBe('/sign-in');
    expect(await allowed(await signInAgain(service, alice))).toEqual([]);
  });

  test('where somebody else has signed in meanwhile, they are asked, and answer for themselves', async () => {
    const web = await party();
    const { arrival, checks } = await begin(alice, web);
    const bob = await signUp(service);
    await alice.query(SIGN_IN, { handle: bob.handle, password: bob.password });
    const asked = await submit(service, alice, arrival.url, { answer: 'allow' });
    expect(asksConsent(asked)).toBe(true);
    expect(asked.body).toContain(`<strong>${bob.handle}</strong>`);
    expect([await allowed(bob), await allowed(await signInAgain(service, alice))]).toEqual([[], []]);
    const done = await submit(service, alice, asked.url, { answer: 'allow' });
    service.secrets.add(done.url.searchParams.get('code'));
    const tokens = await oidc.authorizationCodeGrant(web, done.url, checks);
    expect(await callerWith(service, tokens.access_token)).toBe(bob.handle);
    expect(await allowed(await signInAgain(service, alice))).toEqual([]);
  });

  test('an application learns no more by naming somebody else: the browser is asked who it is', async () => {
    const web = await party();
    const { id_token: hint } = await authorize(service, alice, web, SCOPE);
    const bob = await signUp(service);
    await authorize(service, bob, web, SCOPE);
    const { arrival } = await begin(bob, web, { id_token_hint: hint! });
    expect([errorOf(arrival), hasCode(arrival)]).toEqual(['login_required', false]);
  });
});
