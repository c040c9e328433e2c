import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { enableTotp, codeOf } from '../modules/second-factors/support.js';
import { focused, openBrowser, screenshot } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { signUp } from '../support/people.js';
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

const PASSWORD = 'four words that nobody says';

/** Opens a page and notes what it complains of. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> {
  const context = await browser!.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(origin + path);
  return { page, faults };
}

const WITHOUT_SCRIPT = { javaScriptEnabled: false };
const PHONE = { ...WITHOUT_SCRIPT, viewport: { width: 360, height: 740 } };

/** Waits for the page of a title. @returns its path with what follows */
async function reach(page: Page, title: string): Promise<string> {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  return page.url().slice(origin.length);
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function fillIn(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

/** Ends a test's browser; its cookies are secrets like others. */
async function leave(page: Page): Promise<void> {
  service.secrets.add((await page.context().cookies()).map(({ value }) => value));
  await page.context().close();
}

describe('in a real browser', () => {
  beforeEach((context: TestContext) => {
    if (browser === null) context.skip('no Chromium on this machine');
  });

  test('without script: signs up, links GitHub, signs out, and in again', async () => {
    const { page, faults } = await open('/', WITHOUT_SCRIPT);
    await screenshot(page, 'start');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await screenshot(page, 'sign-up');
    await fillIn(page, { Handle: 'admin', Password: 'short' });
    await press(page, 'Sign up');
    expect(await page.locator('#handle-error').textContent()).toContain('is taken');
    expect(await page.locator('#password-error').textContent()).toContain('10 characters');
    expect(await page.getByLabel('Handle', { exact: true }).inputValue()).toBe('admin');
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    await screenshot(page, 'sign-up-errors');
    await fillIn(page, { Handle: 'steve', Password: PASSWORD });
    await press(page, 'Sign up');
    expect(await reach(page, 'Your account')).toBe('/account');

    newAccount(service.github, 'steve-at-github');
    await press(page, 'Link GitHub');
    expect(await page.getByRole('status').textContent()).toContain('Linked');
    expect(await page.textContent('main')).toContain('steve-at-github');
    await screenshot(page, 'account');

    await page.getByRole('link', { name: 'Sign out' }).click();
    await reach(page, 'Sign out?');
    await screenshot(page, 'sign-out');
    await press(page, 'Sign out');
    await reach(page, 'You are signed out');
    await screenshot(page, 'signed-out');
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('mcp_session');

    await page.getByRole('link', { name: 'Sign in again' }).click();
    await screenshot(page, 'sign-in');
    await fillIn(page, { Handle: 'steve', Password: 'not the password' });
    await press(page, 'Sign in');
    expect(await page.getByRole('alert').textContent()).toContain('do not belong together');
    await screenshot(page, 'sign-in-errors');
    await fillIn(page, { Password: PASSWORD });
    await press(page, 'Sign in');
    await reach(page, 'Your account');
    // The answers 422 are what the console tells of.
    expect(faults.filter((text) => !text.includes('422'))).toEqual([]);
    await leave(page);
  });

  test('without script: signs in through GitHub to where it was going', async () => {
    newAccount(service.github, 'by-github');
    const { page } = await open('/sign-in?returnTo=/account%3Fx%3D1', WITHOUT_SCRIPT);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    expect(await reach(page, 'Your account')).toBe('/account?x=1');
    await service.db.query(`UPDATE sessions SET proven_at = now() - interval '1 hour'`);
    await press(page, 'Link Discord');
    await reach(page, 'Prove that it is you');
    await screenshot(page, 'prove');
    await press(page, 'Prove it with GitHub');
    await reach(page, 'Your account');
    newAccount(service.discord, 'by-discord');
    await press(page, 'Link Discord');
    expect(await page.textContent('main')).toContain('by-discord');
    await leave(page);
  });

  test('by keyboard alone: password, then the code of the authenticator app', async () => {
    const person = await signUp(service);
    const { secret, recoveryCodes } = await enableTotp(person);
    const { page } = await open('/sign-in', WITHOUT_SCRIPT);
    await focused(page);
    await page.keyboard.type(person.handle);
    await page.keyboard.press('Tab');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await reach(page, 'One more step')).toBe('/sign-in');
    await screenshot(page, 'second-factor');
    await focused(page);
    await page.keyboard.type('no code');
    await page.keyboard.press('Enter');
    expect(await page.locator('#code-error').textContent()).toContain('wrong');
    await focused(page);
    // The code of now was used when the app was turned on.
    const next = codeOf(secret, 1);
    await page.keyboard.type(next);
    await page.keyboard.press('Enter');
    await reach(page, 'Your account');
    service.secrets.add(recoveryCodes);
    await leave(page);
  });

  test('with script: adds a passkey, keeps the codes, signs in and proves presence with it', async () => {
    const { page, faults } = await open('/sign-up');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal' },
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      },
    });
    await fillIn(page, { Handle: 'alex', Password: PASSWORD });
    await press(page, 'Sign up');
    await fillIn(page, { 'What to call it': 'my laptop' });
    await press(page, 'Add a passkey');
    await page.getByText('I have kept them').waitFor();
    service.secrets.add((await page.textContent('form pre'))!.split('\n'));
    await page.getByText('I have kept them').click();
    expect(await page.textContent('main')).toContain('my laptop');
    await screenshot(page, 'account-with-passkey');

    await page.goto(`${origin}/sign-out?returnTo=/account%3Fx%3D1`);
    await press(page, 'Sign out');
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await screenshot(page, 'sign-in-with-script');
    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${origin}/account?x=1`);

    await page.goto(`${origin}/sign-in?prove=1`);
    await screenshot(page, 'prove-with-passkey');
    await press(page, 'Use a passkey');
    await page.waitForURL(`${origin}/account`);
    expect(await page.textContent('main')).toContain('alex');

    await page.goto(`${origin}/sign-out`);
    await press(page, 'Sign out');
    await page.goto(`${origin}/sign-in`);
    await fillIn(page, { Handle: 'alex', Password: PASSWORD });
    await press(page, 'Sign in');
    expect(await page.getByLabel('Recovery code').isVisible()).toBe(true);
    await press(page, 'Use a passkey');
    await page.waitForURL(`${origin}/account`);
    expect(faults).toEqual([]);
    await leave(page);
  });

  test('on a phone no page scrolls sideways', async () => {
    const { page } = await open('/sign-up', PHONE);
    const fits = async (name: string) => {
      await screenshot(page, `phone-${name}`);
      expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 360]);
    };
    await fits('sign-up');
    for (const path of ['sign-in', 'recover']) {
      await page.goto(`${origin}/${path}`);
      await fits(path);
    }
    await page.goto(`${origin}/sign-up`);
    await fillIn(page, { Handle: `${'long-'.repeat(6)}ab`, Password: PASSWORD });
    await press(page, 'Sign up');
    await fits('account');
    for (const path of ['sign-in?prove=1', 'sign-out']) {
      await page.goto(`${origin}/${path}`);
      await fits(path.replace(/\W/g, '-'));
    }
    await page.goto(`${origin}/account`);
    await press(page, 'Make new recovery codes');
    service.secrets.add((await page.textContent('pre'))!.split('\n'));
    await fits('recovery-codes');
    await leave(page);
  });

  test('what is wrong is told in the dark too', async () => {
    const { page } = await open('/sign-in', { ...PHONE, colorScheme: 'dark' });
    await fillIn(page, { Handle: 'nobody', Password: 'nothing at all' });
    await press(page, 'Sign in');
    await screenshot(page, 'dark-sign-in');
    expect(await page.getByRole('alert').isVisible()).toBe(true);
    await leave(page);
  });
});
