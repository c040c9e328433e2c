import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { newAccount, startDoorService, type DoorService } from '../support/round-trip.js';

let service: DoorService;
let browser: Browser | null;
let origin: string;
beforeAll(async () => {
  const port = await freePort('localhost');
  origin = `http://localhost:${port}`;
  service = await startDoorService({ publicUrl: origin });
  await service.http.listen({ host: 'localhost', port });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service.close();
});

describe('in a real browser', () => {
  beforeEach((context: TestContext) => {
    if (browser === null) context.skip('no Chromium on this machine');
  });

  test('from the start page through GitHub and back, signed in', async () => {
    newAccount(service.github, 'in-a-browser');
    const context = await browser!.newContext();
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(origin);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.waitForURL(`${origin}/`);
    expect(service.github.requests.map(({ path }) => path)).toContain('/login/oauth/authorize');
    // The start page may ask nobody anything; this one asks its own host.
    await page.goto(`${origin}/graphiql`);
    const answer = await page.evaluate(`fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { user { handle } identities { provider } } }' }),
    }).then((response) => response.json())`);
    expect(answer).toMatchObject({
      data: { viewer: { user: { handle: 'in-a-browser' }, identities: [{ provider: 'GITHUB' }] } },
    });
    const cookies = await context.cookies();
    service.secrets.add(cookies.map(({ value }) => value));
    expect(cookies.map(({ name }) => name).sort()).toEqual(['mcp_device', 'mcp_session']);
    for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('who does not consent reads why, on a phone and without script', async () => {
    const context = await browser!.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 700 } });
    const page = await context.newPage();
    service.github.consents = false;
    const response = await page.goto(`${origin}/sign-in/github`);
    service.github.consents = true;
    expect(response!.status()).toBe(403);
    expect(await page.textContent('main')).toContain('GitHub was not allowed to tell who you are.');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.getByRole('link', { name: 'Start page' }).click();
    expect(await page.textContent('h1')).toBe('MCP WebService');
    expect((await context.cookies()).filter(({ name }) => name.includes('oauth'))).toEqual([]);
    await context.close();
  });
});
