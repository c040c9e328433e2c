import { createServer, type Server } from 'node:http';
import * as oidc from 'openid-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { focused, openBrowser, screenshot } from '../support/browser.js';
import { signUp, type Person } from '../support/people.js';
import { addClient, authorizationRequest, relyingParty, startOidcService, type OidcService } from './support.js';

let service: OidcService;
let browser: Browser | null;
let application: Server;
let home: string;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  service = await startOidcService();
  browser = await openBrowser();
  // An application that only shows where it was come back to.
  application = createServer((request, response) => response.end(`back at ${request.url!}`));
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  home = `http://127.0.0.1:${(application.address() as { port: number }).port}`;
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => application.close(resolve));
  await service.close();
});

/** A phone without script, in which somebody is signed in. */
async function signedInAs(person: Person): Promise<void> {
  context = await browser!.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await context.addCookies([{ name: 'mcp_session', value: person.cookies.get('mcp_session')!, url: service.url }]);
  page = await context.newPage();
}

async function fits(name: string): Promise<void> {
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await screenshot(page, name);
}

/** Moves with the Tab key alone until the focus is on what is named so, and presses Enter. */
async function tabTo(name: string): Promise<void> {
  for (let step = 0; step < 30; step++) {
    const current = page.locator(':focus');
    if ((await current.count()) > 0 && (await current.innerText()).trim() === name) return page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
  }
  throw new Error(`${name} is not reached by keyboard.`);
}

const webClient = (owner: Person, name: string) =>
  addClient(service, {
    owner: owner.handle,
    name,
    permissions: [Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE],
    redirectUris: [`${home}/callback`],
    postLogoutRedirectUris: [`${home}/bye`],
  });

describe('The pages of the provider, in a real browser without script, by keyboard alone', () => {
  beforeEach((test: TestContext) => {
    if (browser === null) test.skip('no Chromium on this machine');
  });
  afterEach(async () => {
    for (const { value } of await context.cookies()) service.secrets.add(value);
    await context.close();
  });

  test('consent names the application and what it asks for, and leads back to it', async () => {
    const alice = await signUp(service);
    const party = await relyingParty(service, await webClient(alice, 'Mapping Viewer'));
    const scope = 'openid profile offline_access mapping:propose mapping:vote';
    const parameters = { scope, redirect_uri: `${home}/callback`, prompt: 'consent' };
    await signedInAs(alice);

    const refused = await authorizationRequest(party, parameters);
    await page.goto(refused.url.href);
    expect(await page.textContent('h1')).toBe('Allow Mapping Viewer?');
    expect(await page.textContent('main')).toContain(alice.handle);
    expect(await page.textContent('main')).toContain('Propose names and documentation');
    await fits('consent');
    await tabTo('Refuse');
    await page.waitForURL(`${home}/**`);
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');

    const allowed = await authorizationRequest(party, parameters);
    await page.goto(allowed.url.href);
    await tabTo('Allow');
    await page.waitForURL(`${home}/**`);
    const tokens = await oidc.authorizationCodeGrant(party, new URL(page.url()), allowed.checks);
    expect(tokens.claims()?.['preferred_username']).toBe(alice.handle);
  });

  test('who is not signed in signs up on the way, and comes back to the application', async () => {
    const alice = await signUp(service);
    const party = await relyingParty(service, await webClient(alice, 'Mapping Viewer'));
    const parameters = { scope: 'openid profile', redirect_uri: `${home}/callback` };
    context = await browser!.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    page = await context.newPage();
    const { url, checks } = await authorizationRequest(party, parameters);
    await page.goto(url.href);
    await page.getByRole('link', { name: /sign up/i }).click();
    const password = 'eleven quiet paper lanterns';
    service.secrets.add(password);
    await page.getByLabel(/handle/i).fill('newcomer');
    await page.getByLabel(/password/i).fill(password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Allow Mapping Viewer?');
    await tabTo('Allow');
    await page.waitForURL(`${home}/**`);
    const tokens = await oidc.authorizationCodeGrant(party, new URL(page.url()), checks);
    expect(tokens.claims()?.['preferred_username']).toBe('newcomer');

    // A second browser, which the application knows already: signing in leads straight back to it.
    const { value } = (await context.cookies()).find(({ name }) => name === 'mcp_session')!;
    service.secrets.add(value);
    await context.close();
    context = await browser!.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    const again = await authorizationRequest(party, parameters);
    await page.goto(again.url.href);
    await page.getByLabel(/handle/i).fill('newcomer');
    await page.getByLabel(/password/i).fill(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${home}/**`);
    await oidc.authorizationCodeGrant(party, new URL(page.url()), again.checks);
  });

  test('a device is connected by its code', async () => {
    const alice = await signUp(service);
    const permissions = [Permission.MAPPING_VOTE];
    const client = await addClient(service, { owner: alice.handle, kind: 'NATIVE', name: 'mcp-cli', permissions });
    const party = await relyingParty(service, client, oidc.None());
    const begun = await oidc.initiateDeviceAuthorization(party, { scope: 'openid mapping:vote' });
    await signedInAs(alice);

    await page.goto(begun.verification_uri);
    await fits('device-code');
    await focused(page);
    await page.keyboard.type('BCDF-GHJK');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    expect(await page.textContent('[role=alert]')).toContain('There is no such code');
    await fits('device-code-wrong');

    await page.goto(begun.verification_uri_complete!);
    expect(await page.inputValue('#user_code')).toBe(begun.user_code);
    await tabTo('Go on');
    await page.waitForSelector('pre');
    expect(await page.textContent('pre')).toBe(begun.user_code);
    expect(await page.textContent('main')).toContain('Vote and comment on changes.');
    await fits('device-confirm');
    await tabTo('It is the same code: go on');
    await page.waitForSelector('text=Allow mcp-cli?');
    await fits('device-consent');
    await tabTo('Allow');
    await page.waitForSelector('text=Connected');
    await fits('device-connected');
    const tokens = await oidc.pollDeviceAuthorizationGrant(party, begun);
    const program = service.client();
    program.token = tokens.access_token;
    expect(await program.query('{ viewer { user { handle } } }')).toEqual({
      viewer: { user: { handle: alice.handle } },
    });
  });

  test('an application asks to sign out, and the person decides', async () => {
    const alice = await signUp(service);
    const party = await relyingParty(service, await webClient(alice, 'Mapping Viewer'));
    await signedInAs(alice);
    const { url, checks } = await authorizationRequest(party, { scope: 'openid', redirect_uri: `${home}/callback` });
    await page.goto(url.href);
    await tabTo('Allow');
    await page.waitForURL(`${home}/**`);
    const { id_token: hint } = await oidc.authorizationCodeGrant(party, new URL(page.url()), checks);
    const leave = oidc.buildEndSessionUrl(party, {
      id_token_hint: hint!,
      post_logout_redirect_uri: `${home}/bye`,
    }).href;

    await page.goto(leave);
    await fits('sign-out-by-application');
    await tabTo('Stay signed in');
    await page.waitForURL(`${home}/bye**`);
    expect((await alice.query('{ viewer { user { handle } } }')).viewer.user.handle).toBe(alice.handle);

    await page.goto(leave);
    await tabTo('Sign out');
    await page.waitForURL(`${home}/bye**`);
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('mcp_session');
    expect((await alice.send('{ viewer { user { handle } } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('OP4: a link of anybody to the end of the session asks, where the provider knows of nobody too', async () => {
    const alice = await signUp(service);
    await signedInAs(alice);
    await page.goto(`${service.url}/oidc/session/end`);
    expect(await page.textContent('h1')).toBe('Sign out?');
    expect(await page.content()).not.toContain('<script');
    expect((await alice.query('{ viewer { user { handle } } }')).viewer.user.handle).toBe(alice.handle);
    await tabTo('Sign out');
    await page.waitForSelector('text=You are signed out');
    await fits('signed-out-by-provider');
    expect((await alice.send('{ viewer { user { handle } } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('a request that can not be answered is told in words', async () => {
    const alice = await signUp(service);
    await signedInAs(alice);
    const response = await page.goto(`${service.url}/oidc/auth?client_id=nobody`);
    expect(response!.status()).toBe(400);
    expect(await page.textContent('[role=alert]')).toContain('client is invalid');
    await fits('provider-error');
    await page.goto(`${service.url}/interaction/nothing`);
    expect(await page.textContent('main')).toContain('This was not begun in this browser');
    await fits('interaction-unknown');
  });
});
