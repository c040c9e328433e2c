import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from 'vitest';
import { ircIdentitiesIn, newIrcBot, offerOf, seen, type IrcBot } from '../../modules/identities/irc-support.js';
import { focused, openBrowser, screenshot } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
let browser: Browser | null;
let origin: string;
let bot: IrcBot;
beforeAll(async () => {
  const port = await freePort('localhost');
  origin = `http://localhost:${port}`;
  service = await startTestService({ publicUrl: origin, sample: false });
  await service.http.listen({ host: 'localhost', port });
  bot = await newIrcBot(service);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service.close();
});
beforeEach((context: TestContext) => {
  if (browser === null) context.skip('no Chromium on this machine');
});

test('without script, by keyboard, on a small phone: accepts a link, says what bots may do, takes a code', async () => {
  const person = await signUp(service);
  const account = seen({ account: 'a-name-that-is-rather-long-for-an-account' });
  const code = await offerOf(bot, account);
  const context = await browser!.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const reach = (title: string) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  const fits = async (name: string) => {
    await screenshot(page, name);
    expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 320]);
  };

  await page.goto(`${origin}/account/link-irc?code=${code}`);
  await reach('Sign in');
  await focused(page);
  await page.keyboard.type(person.handle);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await reach('Link this IRC account?');
  await fits('irc-offer');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await reach('Your account');
  expect(await page.getByRole('status').textContent()).toContain('The IRC account is linked.');
  expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${account.accountId} ${account.account} ACTIVE`]);

  await page.getByText('What bots may do for you', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await fits('account-irc');
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Saved: bots may do that for you').waitFor();
  const [saved] = await service.db.query(`SELECT acting_permissions AS may FROM identities WHERE subject = $1`, [
    account.accountId,
  ]);
  expect(saved).toEqual({ may: ['MAPPING_VOTE'] });

  await page.getByLabel('IRC network').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await reach('Link an IRC account');
  expect(await page.textContent('main')).toContain(`/msg ${bot.handle} link`);
  await fits('irc-code');
  service.secrets.add((await context.cookies()).map(({ value }) => value));
  await context.close();
});
