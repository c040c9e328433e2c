import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { credentialIdOf, relyingPartyOf } from '../../../src/auth/second-factor/passkeys.js';
import { openBrowser } from '../../support/browser.js';
import { Site, USER } from './support.js';

let server: Server;
let browser: Browser | null;
let site: Site;
beforeAll(async () => {
  server = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>x</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  site = new Site(relyingPartyOf(`http://localhost:${(server.address() as AddressInfo).port}`));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  server.close();
});

/** A page of the site in a browser with an authenticator that verifies its user without asking. */
async function openPage(): Promise<Page> {
  const context = await browser!.newContext();
  const page = await context.newPage();
  await page.goto(site.rp.origin);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  return page;
}

/** Calls navigator.credentials as a page of ours does, JSON in and out. */
function credentials(page: Page, method: 'create' | 'get', options: object): Promise<unknown> {
  const parse = method === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
  return page.evaluate(`(async () => {
    const publicKey = PublicKeyCredential.${parse}(${JSON.stringify(options)});
    return (await navigator.credentials.${method}({ publicKey })).toJSON();
  })()`);
}

describe('passkeys in a real browser', () => {
  beforeEach((context: TestContext) => {
    if (browser === null) context.skip('no Chromium on this machine');
  });

  test('are made, sign in by themselves and as one of a user', async () => {
    const page = await openPage();
    const made = await credentials(page, 'create', await site.registrationOptions());
    const passkey = (await site.verifyRegistration(made))!;
    expect(passkey).toMatchObject({ transports: ['internal'] });

    for (const allow of [undefined, [passkey]]) {
      const response = await credentials(page, 'get', await site.signInOptions(allow));
      expect(response).toMatchObject({ response: { userHandle: Buffer.from(USER.id).toString('base64url') } });
      expect(credentialIdOf(response)).toBe(passkey.credentialId);
      const outcome = await site.verifySignIn(response, passkey);
      expect(outcome!.counter).toBeGreaterThan(passkey.counter);
      passkey.counter = outcome!.counter;
      expect(await site.verifySignIn(response, passkey)).toBeNull();
    }
  });

  test('are made once for a user on each authenticator', async () => {
    const page = await openPage();
    const passkey = await site.verifyRegistration(await credentials(page, 'create', await site.registrationOptions()));
    const again = await site.registrationOptions(USER, [passkey!]);
    await expect(credentials(page, 'create', again)).rejects.toThrow('InvalidStateError');
  });
});
