import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  FINISH_REGISTRATION,
  PASSKEY_REAUTHENTICATION,
  PASSKEY_SIGN_IN,
  START_PASSKEY_REAUTHENTICATION,
  START_PASSKEY_SIGN_IN,
  START_REGISTRATION,
  VIEWER,
} from './support.js';

let browser: Browser | null;
let service: TestService;
let origin: string;
beforeAll(async () => {
  const port = await freePort('localhost');
  origin = `http://localhost:${port}`;
  service = await startTestService({ sample: false, publicUrl: origin });
  await service.http.listen({ port, host: 'localhost' });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service.close();
});

/** A page of the service in a browser with an authenticator that verifies its user without asking. */
async function openPage(): Promise<Page> {
  const context = await browser!.newContext();
  const page = await context.newPage();
  // The page of the service that may ask it.
  await page.goto(`${origin}/graphiql`);
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

/** Sends an operation as the page would. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function ask(page: Page, query: string, variables: object = {}): Promise<any> {
  service.secrets.gather(variables);
  const body = JSON.stringify(JSON.stringify({ query, variables }));
  const answer = await page.evaluate<{ data: object; errors?: object[] }>(`(async () => {
    const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${body} });
    return response.json();
  })()`);
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  service.secrets.gather(answer.data);
  return answer.data;
}

/** Calls navigator.credentials as a page does, JSON in and out. */
function credentials(page: Page, method: 'create' | 'get', options: object): Promise<object> {
  const parse = method === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
  return page.evaluate(`(async () => {
    const publicKey = PublicKeyCredential.${parse}(${JSON.stringify(options)});
    return (await navigator.credentials.${method}({ publicKey })).toJSON();
  })()`);
}

describe('passkeys in a real browser, through GraphQL', () => {
  test('are made, sign in, and prove presence', async (context) => {
    if (browser === null) return context.skip('no Chromium on this machine');
    const page = await openPage();
    const input = { handle: 'alex', password: 'a password of the browser' };
    await ask(
      page,
      `mutation ($input: SignUpInput!) { signUp(input: $input) { viewer { user { id } } userErrors { code } } }`,
      {
        input,
      },
    );
    const { startPasskeyRegistration } = await ask(page, START_REGISTRATION);
    const made = await credentials(page, 'create', startPasskeyRegistration.options);
    const { finishPasskeyRegistration } = await ask(page, FINISH_REGISTRATION, {
      input: { name: 'laptop', response: made },
    });
    expect(finishPasskeyRegistration).toMatchObject({ passkey: { name: 'laptop' }, userErrors: [] });
    expect(finishPasskeyRegistration.recoveryCodes).toHaveLength(10);

    await ask(page, `mutation { signOut { ok } }`);
    expect((await ask(page, VIEWER)).viewer).toBeNull();
    const { startPasskeySignIn } = await ask(page, START_PASSKEY_SIGN_IN);
    const response = await credentials(page, 'get', startPasskeySignIn.options);
    const { signInWithPasskey } = await ask(page, PASSKEY_SIGN_IN, { input: { response } });
    expect(signInWithPasskey).toMatchObject({ viewer: { user: { handle: 'alex' } }, userErrors: [] });
    expect((await ask(page, VIEWER)).viewer.passkeys).toMatchObject([{ name: 'laptop' }]);

    const { startPasskeyReauthentication } = await ask(page, START_PASSKEY_REAUTHENTICATION);
    const proof = await credentials(page, 'get', startPasskeyReauthentication.options);
    const { reauthenticateWithPasskey } = await ask(page, PASSKEY_REAUTHENTICATION, { input: { response: proof } });
    expect(reauthenticateWithPasskey).toMatchObject({ userErrors: [] });
    expect((await ask(page, VIEWER)).viewer.user.handle).toBe('alex');
  });
});
