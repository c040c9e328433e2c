import * as oidc from 'openid-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { REFRESH_GRACE } from '../../src/oidc/adapter.js';
import { CHANGE_PASSWORD } from '../modules/accounts/support.js';
import { SUSPEND } from '../modules/roles/support.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorize,
  callerWith,
  outcomeOfGrant,
  relyingParty,
  startOidcService,
  type OidcService,
} from './support.js';

const SCOPE = 'openid offline_access mapping:vote';
const DAY = 86_400_000;

describe('Refresh tokens', () => {
  let service: OidcService;
  let alice: Person;
  let web: oidc.Configuration;
  beforeAll(async () => void (service = await startOidcService()));
  beforeEach(async () => {
    alice = await signUp(service);
    web = await party();
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => service.close());

  async function party(): Promise<oidc.Configuration> {
    const client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_VOTE] });
    return relyingParty(service, client);
  }

  /** Tokens of a family that has just begun. */
  async function begin(): Promise<{ access: string; refresh: string }> {
    const { access_token: access, refresh_token: refresh } = await authorize(service, alice, web, SCOPE);
    return { access, refresh: refresh! };
  }

  async function refresh(token: string, client = web): Promise<{ access: string; refresh: string }> {
    const { access_token: access, refresh_token: refresh } = await oidc.refreshTokenGrant(client, token);
    for (const secret of [access, refresh]) service.secrets.add(secret);
    return { access, refresh: refresh! };
  }

  const outcome = (token: string, client = web) => outcomeOfGrant(refresh(token, client));

  /** Lets time pass for the service, and for the client; from then on it stands still. */
  function pass(milliseconds: number): void {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(now + milliseconds);
  }

  test('each is used once and brings the next', async () => {
    const first = await begin();
    const second = await refresh(first.refresh);
    const third = await refresh(second.refresh);
    expect(new Set([first.refresh, second.refresh, third.refresh]).size).toBe(3);
    expect(await callerWith(service, third.access)).toBe(alice.handle);
  });

  test('without offline_access there is none', async () => {
    expect((await authorize(service, alice, web, 'openid mapping:vote')).refresh_token).toBeUndefined();
  });

  test('OP7: two tabs that refresh at once both go on', async () => {
    const { refresh: token } = await begin();
    const [one, two] = await Promise.all([refresh(token), refresh(token)]);
    expect(await callerWith(service, one.access)).toBe(alice.handle);
    expect(await callerWith(service, two.access)).toBe(alice.handle);
    expect([await outcome(one.refresh), await outcome(two.refresh)]).toEqual(['OK', 'OK']);
  });

  test('OP1: one that comes again later was stolen: its whole family ends, with the access tokens', async () => {
    const first = await begin();
    const second = await refresh(first.refresh);
    pass(REFRESH_GRACE + 1_000);
    expect(await callerWith(service, second.access)).toBe(alice.handle);
    expect(await outcome(first.refresh)).toBe('invalid_grant');
    expect(await outcome(second.refresh)).toBe('invalid_grant');
    for (const { access } of [first, second]) expect(await callerWith(service, access)).toBe('UNAUTHENTICATED');
  });

  test('OP1: the grace is counted from the first use, however often it comes within', async () => {
    const { refresh: token } = await begin();
    expect(await outcome(token)).toBe('OK');
    pass(REFRESH_GRACE - 2_000);
    expect(await outcome(token)).toBe('OK');
    pass(4_000);
    expect(await outcome(token)).toBe('invalid_grant');
  });

  test('one that nobody uses for thirty days ends', async () => {
    const { refresh: token } = await begin();
    pass(31 * DAY);
    expect(await outcome(token)).toBe('invalid_grant');
  });

  test('a family ends after half a year, however often it is used', async () => {
    let { refresh: token } = await begin();
    for (let day = 0; day < 174; day += 29) {
      pass(29 * DAY);
      token = (await refresh(token)).refresh;
    }
    pass(5 * DAY);
    const last = await refresh(token);
    pass(2 * DAY);
    expect(await outcome(last.refresh)).toBe('invalid_grant');
  });

  test('it is good for its client alone, and another that tries does no harm', async () => {
    const { refresh: token } = await begin();
    expect(await outcome(token, await party())).toBe('invalid_grant');
    expect(await outcome(token)).toBe('OK');
  });

  test('no scope is got by it that was not there before; less may be asked', async () => {
    const { refresh: token } = await begin();
    const ask = (token: string, scope: string) => oidc.refreshTokenGrant(web, token, { scope });
    expect(await outcomeOfGrant(ask(token, 'openid mapping:vote mapping:propose'))).toBe('invalid_scope');
    const less = await ask(token, 'openid');
    const program = Object.assign(service.client(), { token: less.access_token });
    expect((await program.query('{ viewer { permissions } }')).viewer.permissions).toEqual([]);
  });

  test('of somebody who is suspended nothing can be refreshed, nor after that', async () => {
    const { access, refresh: token } = await begin();
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    await admin.query(SUSPEND, { input: { user: alice.id, reason: 'for a test' } });
    expect(await callerWith(service, access)).toBe('UNAUTHENTICATED');
    expect(await outcome(token)).toBe('invalid_grant');
  });

  test('whoever changes the password ends all of them', async () => {
    const { access, refresh: token } = await begin();
    await alice.query(CHANGE_PASSWORD, { current: alice.password, new: 'a wholly new pass phrase of mine' });
    expect(await callerWith(service, access)).toBe('UNAUTHENTICATED');
    expect(await outcome(token)).toBe('invalid_grant');
  });

  test('revoking one ends its family, and the access tokens with it', async () => {
    const first = await begin();
    const second = await refresh(first.refresh);
    await oidc.tokenRevocation(web, second.refresh);
    expect([await outcome(first.refresh), await outcome(second.refresh)]).toEqual(['invalid_grant', 'invalid_grant']);
    for (const { access } of [first, second]) expect(await callerWith(service, access)).toBe('UNAUTHENTICATED');
  });

  test('another client can neither revoke it nor learn whether it is good', async () => {
    const { refresh: token } = await begin();
    const other = await party();
    await oidc.tokenRevocation(other, token).catch(() => undefined);
    expect(await oidc.tokenIntrospection(other, token)).toEqual({ active: false });
    const own = await oidc.tokenIntrospection(web, token);
    expect(own).toMatchObject({ active: true, client_id: web.clientMetadata().client_id, scope: SCOPE });
    expect(await outcome(token)).toBe('OK');
  });

  test('access tokens for the interface are looked into by nobody: they say themselves what they are', async () => {
    const { access } = await begin();
    expect(await outcomeOfGrant(oidc.tokenIntrospection(web, access))).toBe('unsupported_token_type');
    expect(await outcomeOfGrant(oidc.tokenRevocation(web, access))).toBe('unsupported_token_type');
  });
});
