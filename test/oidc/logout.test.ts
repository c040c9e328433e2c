import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { ANY_TARGET } from '../modules/webhooks/support.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorizationRequest,
  authorize,
  browse,
  callerWith,
  hiddenField,
  outcomeOfGrant,
  relyingParty,
  startOidcService,
  submit,
  type Arrival,
  type OidcService,
} from './support.js';

const BYE = 'http://localhost:7777/bye';
const SCOPE = 'openid mapping:vote';

let service: OidcService;
let listener: Server;
/** The bodies that applications were called with. */
let calls: string[];
let listening: string;
beforeAll(async () => {
  listener = createServer((request, response) => {
    void text(request).then((body) => {
      calls.push(body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listening = `http://127.0.0.1:${(listener.address() as { port: number }).port}/logged-out`;
});
beforeEach(() => void (calls = []));
afterAll(async () => {
  await new Promise((resolve) => listener.close(resolve));
});

async function party(owner: Person): Promise<oidc.Configuration> {
  const client = await addClient(service, {
    owner: owner.handle,
    permissions: [Permission.MAPPING_VOTE],
    postLogoutRedirectUris: [BYE],
    backchannelLogoutUri: listening,
  });
  return relyingParty(service, client);
}

/** Sends the browser to sign out. @returns the page that asks */
const leave = (browser: Person, client: oidc.Configuration, parameters: Record<string, string>): Promise<Arrival> =>
  browse(service, browser, oidc.buildEndSessionUrl(client, parameters));

const agree = (browser: Person, { body }: Arrival): Promise<Arrival> =>
  submit(service, browser, '/oidc/session/end/confirm', { xsrf: hiddenField(body, 'xsrf'), logout: 'yes' });

const isSignedIn = async (browser: Person): Promise<boolean> =>
  (await browser.send('{ viewer { user { handle } } }')).data?.viewer?.user.handle === browser.handle;

/** Whether the provider knows the browser, so that it gives a code without asking. */
async function isKnown(browser: Person, client: oidc.Configuration): Promise<boolean> {
  const { url } = await authorizationRequest(client, { scope: SCOPE, prompt: 'none' });
  const arrival = await browse(service, browser, url);
  service.secrets.add(arrival.url.searchParams.get('code'));
  return arrival.url.searchParams.has('code');
}

describe('Signing out through an application', () => {
  let alice: Person;
  let web: oidc.Configuration;
  beforeAll(async () => void (service = await startOidcService({ webhookTargets: ANY_TARGET })));
  beforeEach(async () => {
    alice = await signUp(service);
    web = await party(alice);
  });
  afterAll(() => service.close());

  test('whoever agrees is signed out here and there, and comes back to the application', async () => {
    const tokens = await authorize(service, alice, web, SCOPE);
    const hint = { id_token_hint: tokens.id_token!, post_logout_redirect_uri: BYE, state: 'where we were' };
    const page = await leave(alice, web, hint);
    expect(page.body).toContain('Do you want to sign out of MCP WebService in this browser, too?');
    const done = await agree(alice, page);
    expect(done.url.href).toBe(`${BYE}?state=where+we+were`);
    expect([await isSignedIn(alice), await isKnown(alice, web)]).toEqual([false, false]);
    expect(await callerWith(service, tokens.access_token)).toBe('UNAUTHENTICATED');
  });

  test('what was allowed for the time away goes on', async () => {
    const tokens = await authorize(service, alice, web, `${SCOPE} offline_access`);
    await agree(alice, await leave(alice, web, { id_token_hint: tokens.id_token! }));
    expect(await isSignedIn(alice)).toBe(false);
    const refreshed = oidc.refreshTokenGrant(web, tokens.refresh_token!);
    expect(await outcomeOfGrant(refreshed)).toBe('OK');
    service.secrets.add((await refreshed).refresh_token);
  });

  test('OP4: a link ends nothing, whatever it says, nor does a form of another page', async () => {
    const tokens = await authorize(service, alice, web, SCOPE);
    await leave(alice, web, { id_token_hint: tokens.id_token!, logout: 'yes' });
    const nobody = service.client();
    const theirs = await browse(service, nobody, '/oidc/session/end');
    for (const xsrf of ['', 'guessed', hiddenField(theirs.body, 'xsrf')]) {
      const answer = await submit(service, alice, '/oidc/session/end/confirm', { xsrf, logout: 'yes' });
      expect(answer.status, xsrf).toBe(400);
    }
    expect([await isSignedIn(alice), await isKnown(alice, web)]).toEqual([true, true]);
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    expect(calls).toEqual([]);
  });

  test('OP4: who is signed in here but to no application is asked, too', async () => {
    const page = await browse(service, alice, '/oidc/session/end');
    expect(page.body).toContain('Sign out?');
    expect(page.body).not.toContain('submit()');
    expect(await isSignedIn(alice)).toBe(true);
    await agree(alice, page);
    expect(await isSignedIn(alice)).toBe(false);
  });

  test('OP4: nobody is sent on to an address that the application did not register', async () => {
    const tokens = await authorize(service, alice, web, SCOPE);
    for (const address of [`${BYE}/more`, `${BYE}?more`, 'https://evil.example/bye', 'http://localhost:7778/bye']) {
      const hint = { id_token_hint: tokens.id_token!, post_logout_redirect_uri: address };
      expect((await leave(alice, web, hint)).status, address).toBe(400);
    }
    expect(await isSignedIn(alice)).toBe(true);
  });

  test('who stays signed in here leaves that application, and nothing else', async () => {
    const tokens = await authorize(service, alice, web, SCOPE);
    const page = await leave(alice, web, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: BYE });
    const fields = { xsrf: hiddenField(page.body, 'xsrf') };
    expect((await submit(service, alice, '/oidc/session/end/confirm', fields)).url.href).toBe(BYE);
    expect(await isSignedIn(alice)).toBe(true);
    // It is told that it was left, and no other is.
    expect(calls).toHaveLength(1);
  });

  test('every application that wants to know is told, each in its own words', async () => {
    const other = await party(alice);
    const tokens = await authorize(service, alice, web, SCOPE);
    const others = await authorize(service, alice, other, SCOPE);
    await agree(alice, await leave(alice, web, { id_token_hint: tokens.id_token! }));
    expect(calls).toHaveLength(2);
    const keys = createRemoteJWKSet(new URL(`${service.url}/oidc/jwks`));
    const issuer = `${service.url}/oidc`;
    const told = await Promise.all(
      calls.map(async (body) => {
        const { payload } = await jwtVerify(new URLSearchParams(body).get('logout_token')!, keys, {
          issuer,
          typ: 'logout+jwt',
          algorithms: ['ES256'],
          requiredClaims: ['iat', 'jti', 'sid', 'events'],
        });
        expect(payload['events']).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
        expect(payload).not.toHaveProperty('nonce');
        return [payload.aud, payload.sub];
      }),
    );
    const known = [tokens, others].map((each) => [each.claims()!.aud, each.claims()!.sub]);
    expect(told.sort()).toEqual(known.sort());
  });

  test('an application that does not answer keeps nobody signed in', async () => {
    const backchannelLogoutUri = 'http://127.0.0.1:9/';
    const silent = await relyingParty(service, await addClient(service, { owner: alice.handle, backchannelLogoutUri }));
    const tokens = await authorize(service, alice, silent, 'openid');
    await agree(alice, await leave(alice, silent, { id_token_hint: tokens.id_token! }));
    expect(await isSignedIn(alice)).toBe(false);
    expect(service.log()).toContain('a client was not told of a sign-out');
  });
});

describe('OP5: addresses of a private network', () => {
  beforeAll(async () => void (service = await startOidcService()));
  afterAll(() => service.close());

  test('are not called, and the person is signed out all the same', async () => {
    const alice = await signUp(service);
    const web = await party(alice);
    const tokens = await authorize(service, alice, web, SCOPE);
    await agree(alice, await leave(alice, web, { id_token_hint: tokens.id_token! }));
    expect([await isSignedIn(alice), calls]).toEqual([false, []]);
    expect(service.log()).toContain('a client was not told of a sign-out');
  });
});
