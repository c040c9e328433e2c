import * as oidc from 'openid-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../../src/auth/limits/catalogue.js';
import { Permission } from '../../src/auth/permissions.js';
import { DEVICE_GRANT } from '../../src/oidc/client-metadata.js';
import type { TestClient } from '../support/client.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
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

const SCOPE = 'openid offline_access mapping:vote';

const WRONG = 'There is no such code, or it was used or has expired.';

describe('Signing in on another device', () => {
  let service: OidcService;
  let alice: Person;
  let device: oidc.Configuration;
  beforeAll(async () => void (service = await startOidcService()));
  beforeEach(async () => {
    alice = await signUp(service);
    device = await party('mcp-cli');
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => service.close());

  async function party(name: string): Promise<oidc.Configuration> {
    const permissions = [Permission.MAPPING_VOTE];
    const client = await addClient(service, { owner: alice.handle, kind: 'NATIVE', name, permissions });
    return relyingParty(service, client, oidc.None());
  }

  async function begin(): Promise<oidc.DeviceAuthorizationResponse> {
    const begun = await oidc.initiateDeviceAuthorization(device, { scope: SCOPE });
    service.secrets.add(begun.device_code);
    service.secrets.add(begun.user_code);
    return begun;
  }

  /** Types a code in, on the page for it. @returns the next page */
  async function type(browser: TestClient, code: string): Promise<Arrival> {
    const page = await browse(service, browser, '/oidc/device');
    return submit(service, browser, '/oidc/device', { xsrf: hiddenField(page.body, 'xsrf'), user_code: code });
  }

  /** Answers the question whether it is this device that is meant. */
  function answer(browser: TestClient, { body }: Arrival, choice: 'confirm' | 'abort'): Promise<Arrival> {
    const fields = { xsrf: hiddenField(body, 'xsrf'), user_code: hiddenField(body, 'user_code') };
    return submit(service, browser, '/oidc/device', { ...fields, [choice]: 'yes' });
  }

  /** Confirms and allows, as somebody who wants it. */
  async function connect(browser: TestClient, code: string): Promise<Arrival> {
    const asked = await answer(browser, await type(browser, code), 'confirm');
    return submit(service, browser, asked.url, { answer: 'allow' });
  }

  async function poll({ device_code }: { device_code: string }): Promise<string> {
    return outcomeOfGrant(
      oidc.genericGrantRequest(device, DEVICE_GRANT, { device_code }).then(({ access_token, refresh_token }) => {
        for (const secret of [access_token, refresh_token]) service.secrets.add(secret);
      }),
    );
  }

  /** Lets time pass for the service, and for the client; from then on it stands still. */
  function pass(seconds: number): void {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(now + seconds * 1_000);
  }

  test('a device gets tokens of whoever confirms its code', async () => {
    const begun = await begin();
    expect(begun.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(begun).toMatchObject({ verification_uri: `${service.url}/oidc/device`, expires_in: 600 });
    const polling = oidc.pollDeviceAuthorizationGrant(device, { ...begun, interval: 1 });
    expect((await connect(alice, begun.user_code)).body).toContain('The device may go on.');
    const tokens = await polling;
    for (const secret of [tokens.access_token, tokens.refresh_token]) service.secrets.add(secret);
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    const refreshed = await oidc.refreshTokenGrant(device, tokens.refresh_token!);
    service.secrets.add(refreshed.refresh_token);
    expect(await callerWith(service, refreshed.access_token)).toBe(alice.handle);
    // Once is enough.
    pass(6);
    expect(await poll(begun)).toBe('invalid_grant');
  });

  test('OP2: the page names the application, the code and what is asked for, and warns', async () => {
    const { user_code: code } = await begin();
    const { body } = await type(alice, code);
    expect(body).toContain('Connect mcp-cli?');
    expect(body).toContain(`<pre>${code}</pre>`);
    expect(body).toContain('Vote');
    expect(body).toContain('Somebody else gave you the code? Then refuse');
  });

  test('OP2: who is signed in nowhere signs in before anything is given', async () => {
    const begun = await begin();
    const browser = service.client();
    const arrival = await answer(browser, await type(browser, begun.user_code), 'confirm');
    expect(arrival.url.pathname).toBe('/sign-in');
    expect(await poll(begun)).toBe('authorization_pending');
  });

  test('a code may be typed in lower case, without its dash, and a link may bring it along', async () => {
    const { user_code: code, verification_uri_complete: link } = await begin();
    expect((await type(alice, code.toLowerCase().replace('-', ''))).body).toContain(`<pre>${code}</pre>`);
    const page = await browse(service, alice, link!);
    expect(page.body).toContain(`value="${code}"`);
    expect(page.body).not.toContain('Connect mcp-cli?');
  });

  test('OP2: a code that is unknown, used or expired leads nowhere', async () => {
    expect((await type(alice, 'BCDF-GHJK')).body).toContain(WRONG);
    const used = await begin();
    await connect(alice, used.user_code);
    expect((await type(await signUp(service), used.user_code)).body).toContain(WRONG);
    const old = await begin();
    pass(601);
    expect((await type(alice, old.user_code)).body).toContain(WRONG);
    expect(await poll(old)).toBe('expired_token');
  });

  test('OP2: codes can not be tried out: an address has so many tries', async () => {
    const browser = service.client();
    const { user_code: code } = await begin();
    for (let i = 0; i < LIMITS.deviceCodeAddress.points; i++) {
      expect((await type(browser, 'BCDF-GHJK')).status).toBe(200);
    }
    const { status, body } = await type(browser, code);
    expect([status, body.includes('mcp-cli')]).toEqual([429, false]);
  });

  test('OP2: a device that asks too often is told to slow down', async () => {
    const begun = await begin();
    pass(0);
    expect([await poll(begun), await poll(begun)]).toEqual(['authorization_pending', 'slow_down']);
    pass(6);
    expect(await poll(begun)).toBe('authorization_pending');
  });

  test('OP2: a device that is refused gets nothing, whether by its code or when it is said what it asks for', async () => {
    const first = await begin();
    const refused = await answer(alice, await type(alice, first.user_code), 'abort');
    expect(refused.body).toContain('Refused: the device gets nothing.');
    expect(await poll(first)).toBe('access_denied');

    const second = await begin();
    const asked = await answer(alice, await type(alice, second.user_code), 'confirm');
    await submit(service, alice, asked.url, { answer: 'refuse' });
    expect(await poll(second)).toBe('access_denied');
  });

  test("OP2: another site can not confirm in somebody's name, nor can a page of somebody else", async () => {
    const begun = await begin();
    const bob = await signUp(service);
    const page = await type(bob, begun.user_code);
    await browse(service, alice, '/oidc/device');
    for (const xsrf of ['', 'guessed', hiddenField(page.body, 'xsrf')]) {
      const fields = { xsrf, user_code: begun.user_code, confirm: 'yes' };
      const { body } = await submit(service, alice, '/oidc/device', fields);
      expect(body, xsrf).not.toContain('Allow mcp-cli?');
    }
    expect(await poll(begun)).toBe('authorization_pending');
  });

  test('OP2: a device acts as whoever confirmed, whose consent no other can give', async () => {
    const begun = await begin();
    const asked = await answer(alice, await type(alice, begun.user_code), 'confirm');
    const bob = await signUp(service);
    expect((await submit(service, bob, asked.url, { answer: 'allow' })).status).toBe(400);
    expect((await type(bob, begun.user_code)).body).toContain(WRONG);
    expect(await poll(begun)).toBe('authorization_pending');
    await submit(service, alice, asked.url, { answer: 'allow' });
    pass(6);
    expect(await poll(begun)).toBe('OK');
  });

  test('OP2: a code is for its client alone', async () => {
    const begun = await begin();
    await connect(alice, begun.user_code);
    const other = await party('other');
    const { device_code } = begun;
    expect(await outcomeOfGrant(oidc.genericGrantRequest(other, DEVICE_GRANT, { device_code }))).toBe('invalid_grant');
    pass(6);
    expect(await poll(begun)).toBe('OK');
  });
});
