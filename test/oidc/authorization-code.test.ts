import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorizationRequest,
  authorize,
  browse,
  callerWith,
  outcomeOfGrant,
  REDIRECT_URI,
  relyingParty,
  startOidcService,
  submit,
  type ClientInput,
  type OidcService,
} from './support.js';

const SCOPE = 'openid mapping:propose';

/** An error stands where the answer would have stood: in the fragment, where a token was asked for. */
const errorIn = ({ searchParams, hash }: URL) =>
  searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error');

describe('Authorization code with PKCE', () => {
  let service: OidcService;
  let alice: Person;
  beforeAll(async () => {
    service = await startOidcService();
    alice = await signUp(service);
  });
  afterAll(() => service.close());

  async function party(input: Partial<ClientInput> = {}): Promise<oidc.Configuration> {
    const permissions = [Permission.MAPPING_PROPOSE];
    const client = await addClient(service, { owner: alice.handle, permissions, ...input });
    const isPublic = input.kind === 'NATIVE' || input.authentication === 'NONE';
    return relyingParty(service, client, isPublic ? oidc.None() : undefined);
  }

  /** Sends a request that lacks something, or has something else in place of it. @returns what the browser got */
  async function ask(client: oidc.Configuration, change: Record<string, string | null>) {
    const { url, checks } = await authorizationRequest(client, { scope: SCOPE });
    for (const [name, value] of Object.entries(change)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    let arrival = await browse(service, alice, url);
    if (arrival.url.pathname.startsWith('/interaction/')) {
      arrival = await submit(service, alice, arrival.url, { answer: 'allow' });
    }
    service.secrets.add(arrival.url.searchParams.get('code'));
    return { ...arrival, checks, error: errorIn(arrival.url) };
  }

  test('a web application learns who somebody is, and calls the interface as them', async () => {
    const web = await party();
    const tokens = await authorize(service, alice, web, 'openid profile roles offline_access mapping:propose');
    expect(tokens.claims()).toMatchObject({ preferred_username: alice.handle, roles: ['USER'] });
    expect(tokens.expires_in).toBe(300);

    const program = service.client();
    program.token = tokens.access_token;
    const { viewer } = await program.query(
      '{ viewer { user { handle } permissions credential { kind actingClient } } }',
    );
    expect(viewer).toEqual({
      user: { handle: alice.handle },
      permissions: ['MAPPING_PROPOSE'],
      credential: { kind: 'ACCESS_TOKEN', actingClient: 'A test client' },
    });
    const refreshed = await oidc.refreshTokenGrant(web, tokens.refresh_token!);
    service.secrets.add(refreshed.refresh_token);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  });

  test('OP1: a code that comes again ends the grant, and the access token with it', async () => {
    const web = await party();
    const { url, checks } = await ask(web, {});
    const tokens = await oidc.authorizationCodeGrant(web, url, checks);
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    expect(await outcomeOfGrant(oidc.authorizationCodeGrant(web, url, checks))).toBe('invalid_grant');
    expect(await callerWith(service, tokens.access_token)).toBe('UNAUTHENTICATED');
  });

  test('OP1: of two that exchange a code at once, one gets tokens at most', async () => {
    const web = await party();
    const { url, checks } = await ask(web, {});
    const exchange = () => outcomeOfGrant(oidc.authorizationCodeGrant(web, url, checks));
    const outcomes = await Promise.all([exchange(), exchange(), exchange(), exchange()]);
    expect(outcomes.filter((outcome) => outcome === 'OK').length).toBeLessThanOrEqual(1);
    expect(outcomes.filter((outcome) => outcome === 'invalid_grant').length).toBeGreaterThanOrEqual(3);
  });

  test('OP1: a code is good for who began: with the verifier, the redirect address and the client of its request', async () => {
    const [web, other] = [await party(), await party()];
    const { url, checks } = await ask(web, {});
    const wrong = { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    expect(await outcomeOfGrant(oidc.authorizationCodeGrant(web, url, wrong))).toBe('invalid_grant');
    expect(await outcomeOfGrant(oidc.authorizationCodeGrant(other, url, checks))).toBe('invalid_grant');
    const code = url.searchParams.get('code')!;
    const bare = { code, redirect_uri: REDIRECT_URI };
    expect(await outcomeOfGrant(oidc.genericGrantRequest(web, 'authorization_code', bare))).toBe('invalid_grant');
    const elsewhere = { code, redirect_uri: `${REDIRECT_URI}2`, code_verifier: checks.pkceCodeVerifier };
    expect(await outcomeOfGrant(oidc.genericGrantRequest(web, 'authorization_code', elsewhere))).toBe('invalid_grant');
  });

  test.each([
    ['no PKCE', { code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    ['the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without method', { code_challenge_method: null }, 'invalid_request'],
    ['an ID token from the browser', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['a token from the browser', { response_type: 'token' }, 'unsupported_response_type'],
    ['both', { response_type: 'code id_token' }, 'unsupported_response_type'],
    [
      'an unsigned request object',
      { request: 'eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9.' },
      'request_not_supported',
    ],
    ['a request object elsewhere', { request_uri: 'https://example.org/request' }, 'request_uri_not_supported'],
    ['an interface of others', { resource: 'https://example.org/graphql' }, 'invalid_target'],
  ])('OP1: %s is refused', async (_what, change, error) => {
    expect((await ask(await party(), change)).error).toBe(error);
  });

  test.each([
    ['a suffix', `${REDIRECT_URI}/more`],
    ['a query', `${REDIRECT_URI}?more`],
    ['another path', 'http://localhost:7777/'],
    ['a path that leads back', 'http://localhost:7777/x/../callback'],
    ['another port', 'http://localhost:7778/callback'],
    ['another host', 'http://localhost.example.org:7777/callback'],
    ['a user in front', 'http://localhost:7777@example.org/callback'],
    ['another scheme', 'https://localhost:7777/callback'],
    ['other letters', 'http://localhost:7777/Callback'],
  ])('OP1: a redirect address with %s is refused on a page of the service', async (_what, address) => {
    const arrival = await ask(await party(), { redirect_uri: address });
    expect([arrival.url.origin, arrival.status]).toEqual([service.url, 400]);
    expect(arrival.body).toContain('redirect_uri');
  });

  test('an installed application listens on any port of its own machine, and on no other', async () => {
    const installed = await party({ kind: 'NATIVE' });
    const { url, checks } = await ask(installed, { redirect_uri: 'http://127.0.0.1:51234/callback' });
    expect(url.host).toBe('127.0.0.1:51234');
    const tokens = await oidc.authorizationCodeGrant(installed, url, checks);
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    for (const address of [
      'http://127.0.0.1:51234/other',
      'http://127.0.0.2:51234/callback',
      'http://[::1]/callback',
    ]) {
      expect((await ask(installed, { redirect_uri: address })).status, address).toBe(400);
    }
  });

  test('a request is answered with its state and with who answers (RFC 9207)', async () => {
    const { url, checks } = await ask(await party(), {});
    expect(Object.fromEntries(url.searchParams)).toEqual({
      code: expect.any(String),
      state: checks.expectedState,
      iss: `${service.url}/oidc`,
    });
  });

  test('a request that was pushed before is known by its name alone', async () => {
    const web = await party();
    const verifier = oidc.randomPKCECodeVerifier();
    const pushed = await oidc.buildAuthorizationUrlWithPAR(web, {
      redirect_uri: REDIRECT_URI,
      scope: SCOPE,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    expect([...pushed.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    let arrival = await browse(service, alice, pushed);
    arrival = await submit(service, alice, arrival.url, { answer: 'allow' });
    const tokens = await oidc.authorizationCodeGrant(web, arrival.url, { pkceCodeVerifier: verifier });
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    const other = await party();
    pushed.searchParams.set('client_id', other.clientMetadata().client_id);
    expect(errorIn((await browse(service, alice, pushed)).url)).toBe('invalid_request_uri');
  });

  test('without a permission a token is for the interface where it is asked for by name', async () => {
    const web = await party();
    const resource = `${service.url}/graphql`;
    const { url, checks } = await ask(web, { scope: 'openid', resource });
    const tokens = await oidc.authorizationCodeGrant(web, url, checks, { resource });
    expect(await callerWith(service, tokens.access_token)).toBe(alice.handle);
    const bare = await authorize(service, alice, web, 'openid');
    expect(await callerWith(service, bare.access_token)).toBe('UNAUTHENTICATED');
  });

  test('a client gets no scope that it may not have, though the person has the right', async () => {
    const web = await party();
    const tokens = await authorize(service, alice, web, 'openid mapping:propose mapping:vote');
    const program = Object.assign(service.client(), { token: tokens.access_token });
    expect((await program.query('{ viewer { permissions } }')).viewer.permissions).toEqual(['MAPPING_PROPOSE']);
    expect(tokens.scope).toBe('mapping:propose');
    // It is neither shown nor written down: what the client may have later has to be asked for then.
    const [grant] = await service.db.query<{ scope: string }>(
      `SELECT scope FROM oidc_records WHERE model = 'Grant' ORDER BY created_at DESC LIMIT 1`,
    );
    expect(grant!.scope.split(' ').sort()).toEqual(['mapping:propose', 'openid']);
    const { url } = await authorizationRequest(web, {
      scope: 'openid mapping:propose mapping:vote',
      prompt: 'consent',
    });
    expect((await browse(service, alice, url)).body).not.toContain('Vote and comment');
  });
});
