import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { dumpAccounts } from '../support/secrets.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorizationRequest,
  authorize,
  browse,
  hiddenField,
  relyingParty,
  startOidcService,
  submit,
  type OidcService,
} from './support.js';
import { claimsOf, expectRefused, permissionsOf, programWith } from './tokens.js';

const SCOPE = 'openid profile offline_access mapping:vote';
const PERMISSIONS = [Permission.MAPPING_VOTE];

let service: OidcService;
let alice: Person;
beforeAll(async () => {
  service = await startOidcService();
  alice = await signUp(service);
});
afterAll(() => service.close());

const party = async () =>
  relyingParty(service, await addClient(service, { owner: alice.handle, permissions: PERMISSIONS }));

/** What is kept of the provider's, by model. */
async function models(): Promise<string[]> {
  const rows = await service.db.query<{ model: string }>(`SELECT DISTINCT model FROM oidc_records ORDER BY model`);
  return rows.map(({ model }) => model);
}

/** An authorization code, and how it is exchanged. */
async function newCode(client: oidc.Configuration) {
  const { url, checks } = await authorizationRequest(client, { scope: SCOPE, prompt: 'consent' });
  const asked = await browse(service, alice, url);
  const { url: answer } = await submit(service, alice, asked.url, { answer: 'allow' });
  const code = answer.searchParams.get('code')!;
  service.secrets.add(code);
  return { code, exchange: () => oidc.authorizationCodeGrant(client, answer, checks) };
}

/** Lets a device in by its code. @returns what the device and the person held */
async function connectDevice() {
  const client = await addClient(service, { kind: 'NATIVE', owner: alice.handle, permissions: PERMISSIONS });
  const device = await relyingParty(service, client, oidc.None());
  const shown = await oidc.initiateDeviceAuthorization(device, { scope: SCOPE });
  const form = await browse(service, alice, '/oidc/device');
  const xsrf = hiddenField(form.body, 'xsrf');
  const confirm = await submit(service, alice, '/oidc/device', { xsrf, user_code: shown.user_code });
  const again = hiddenField(confirm.body, 'xsrf');
  const consent = await submit(service, alice, '/oidc/device', {
    xsrf: again,
    user_code: shown.user_code,
    confirm: 'yes',
  });
  const done = await submit(service, alice, consent.url, { answer: 'allow' });
  expect(done.body).toContain('Connected');
  return { shown, poll: () => oidc.pollDeviceAuthorizationGrant(device, shown) };
}

describe('SE1 what the provider keeps', () => {
  test('spells none of the secrets that it handed out', async () => {
    const client = await party();
    const unused = await newCode(client);
    const tokens = await authorize(service, alice, client, SCOPE);
    const refreshed = await oidc.refreshTokenGrant(client, tokens.refresh_token!);
    const { shown, poll } = await connectDevice();
    // A code is kept until it is used, a device's code until the device asks.
    expect(await models()).toEqual(
      expect.arrayContaining(['AuthorizationCode', 'DeviceCode', 'Grant', 'RefreshToken', 'Session']),
    );
    const grant = claimsOf(tokens.access_token)['grant'] as string;
    const secrets = {
      code: unused.code,
      refreshToken: tokens.refresh_token!,
      nextRefreshToken: refreshed.refresh_token!,
      accessToken: tokens.access_token,
      idToken: tokens.id_token!,
      grant,
      deviceCode: shown.device_code,
      userCode: shown.user_code,
      userCodeWithoutDash: shown.user_code.replace('-', ''),
      ...Object.fromEntries([...alice.cookies].map(([name, value]) => [`cookie ${name}`, value])),
    };
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(['cookie mcp_session', 'cookie mcp_oidc_session']));
    const beforePoll = await dumpAccounts(service.db);
    const device = await poll();
    const dump = beforePoll + (await dumpAccounts(service.db));
    for (const [name, secret] of Object.entries({ ...secrets, deviceRefreshToken: device.refresh_token! })) {
      expect(secret.length, name).toBeGreaterThan(7);
      expect(dump.includes(secret), name).toBe(false);
      service.secrets.add(secret);
    }
    // Nor what belongs to them: whom they are for, what was asked, where the browser went.
    const [{ text }] = (await service.db.query<{ text: string }>(
      `SELECT string_agg(encode(payload, 'escape'), ' ') AS text FROM oidc_records`,
    )) as [{ text: string }];
    for (const told of ['accountId', 'clientId', alice.id, 'mapping:vote', 'localhost'])
      expect(text).not.toContain(told);
  });

  test('can be read under none but the keys of the service, and not as another model', async () => {
    const client = await party();
    const tokens = await authorize(service, alice, client, SCOPE);
    // Whoever can write to the database makes a refresh token of a grant.
    await service.db.query(
      `UPDATE oidc_records r SET payload = g.payload FROM oidc_records g
        WHERE r.model = 'RefreshToken' AND g.model = 'Grant' AND g.hash = r.grant_hash AND g.user_id = $1`,
      [alice.userId],
    );
    await expect(oidc.refreshTokenGrant(client, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const other = await authorize(service, alice, client, SCOPE);
    await service.db.query(
      `UPDATE oidc_records SET payload = set_byte(payload, 20, get_byte(payload, 20) # 1) WHERE model = 'RefreshToken'`,
    );
    await expect(oidc.refreshTokenGrant(client, other.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(service.log()).not.toContain('provider fault');
  });

  test('ids that are none of ours are found nowhere, and are no fault', async () => {
    const client = await party();
    for (const token of ["' OR 1=1 --", '../../etc/passwd', 'a'.repeat(100_000), '\u0000', '%00', 'ü'.repeat(43)]) {
      await expect(oidc.refreshTokenGrant(client, token), token.slice(0, 20)).rejects.toMatchObject({
        error: expect.stringMatching(/^invalid_(grant|request)$/),
      });
    }
    expect(service.log()).not.toContain('provider fault');
  });
});

describe('OP1 a code is used once', () => {
  test('of twenty that exchange it at once one wins, and what it won ends, as one of them is a thief', async () => {
    const { exchange } = await newCode(await party());
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, exchange));
    const won = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(won).toHaveLength(1);
    for (const each of outcomes) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ error: 'invalid_grant', status: 400 });
    }
    await expectRefused(programWith(service, won[0]!.access_token));
    expect(service.log()).not.toContain('provider fault');
  });

  test('a code of somebody else is none of their business', async () => {
    const [{ exchange }, other] = [await newCode(await party()), await newCode(await party())];
    await other.exchange();
    await expect(other.exchange()).rejects.toMatchObject({ error: 'invalid_grant' });
    const { access_token: token } = await exchange();
    expect(await permissionsOf(programWith(service, token))).toEqual(['MAPPING_VOTE']);
  });
});
