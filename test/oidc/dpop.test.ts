import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT, type JWTPayload } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { signUp, type Person } from '../support/people.js';
import { answerTo, inSeconds, REFUSED } from './tokens.js';
import {
  addClient,
  browse,
  callerWith,
  outcomeOfGrant,
  REDIRECT_URI,
  startOidcService,
  submit,
  type OidcService,
} from './support.js';

const INSECURE = { [oauth.allowInsecureRequests]: true };
const QUERY = '{ viewer { user { handle } } }';

/** Whom a page without a server calls as, with keys that never leave its browser. */
describe('Access tokens that are bound to a key (RFC 9449)', () => {
  let service: OidcService;
  let server: oauth.AuthorizationServer;
  let alice: Person;
  beforeAll(async () => {
    service = await startOidcService();
    const issuer = new URL(`${service.url}/oidc`);
    server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
  });
  beforeEach(async () => void (alice = await signUp(service)));
  afterAll(() => service.close());

  interface Page {
    client: oauth.Client;
    keys: oauth.CryptoKeyPair;
  }

  async function page(dpopBound = true): Promise<Page> {
    const permissions = [Permission.MAPPING_VOTE];
    const settings = { owner: alice.handle, authentication: 'NONE', permissions, dpopBound } as const;
    const { clientId } = await addClient(service, settings);
    return { client: { client_id: clientId }, keys: await oauth.generateKeyPair('ES256') };
  }

  /** Signs in with PKCE. @param proving the keys that the exchange of the code is proven with; null for none */
  async function tokens({ client, keys }: Page, proving: oauth.CryptoKeyPair | null = keys) {
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const request = new URL(server.authorization_endpoint!);
    const parameters = {
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'openid offline_access mapping:vote',
      prompt: 'consent',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    request.search = new URLSearchParams(parameters).toString();
    const asked = await browse(service, alice, request);
    const { url } = await submit(service, alice, asked.url, { answer: 'allow' });
    service.secrets.add(url.searchParams.get('code'));
    const answer = oauth.validateAuthResponse(server, client, url, state);
    const options = { ...INSECURE, ...(proving !== null && { DPoP: oauth.DPoP(client, proving) }) };
    const auth = oauth.None();
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, auth, answer, REDIRECT_URI, verifier, options] as const),
    );
    const result = await oauth.processAuthorizationCodeResponse(server, client, response, { requireIdToken: true });
    for (const secret of [result.access_token, result.refresh_token]) service.secrets.add(secret);
    return result;
  }

  /** A proof for a call with a token, with other claims or another key than the right ones. */
  async function proof(keys: oauth.CryptoKeyPair, token: string, changed: JWTPayload = {}, jwk?: object) {
    const ath = createHash('sha256').update(token).digest('base64url');
    const claims = { jti: randomUUID(), iat: inSeconds(0), htm: 'POST', htu: `${service.url}/graphql`, ath };
    return new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: jwk ?? (await exportJWK(keys.publicKey)) })
      .sign(keys.privateKey);
  }

  /** What becomes of a call with a token and a proof. */
  async function call(token: string, dpop: string, scheme = 'DPoP') {
    const program = service.client();
    Object.assign(program.headers, { authorization: `${scheme} ${token}`, dpop });
    return answerTo(program, QUERY);
  }

  test('a page signs in, and calls with a proof for every call', async () => {
    const here = await page();
    const { access_token: token, token_type: type } = await tokens(here);
    expect(type).toBe('dpop');
    const body = JSON.stringify({ query: QUERY });
    const response = await oauth.protectedResourceRequest(
      token,
      'POST',
      new URL(`${service.url}/graphql`),
      new Headers({ 'content-type': 'application/json' }),
      body,
      { ...INSECURE, DPoP: oauth.DPoP(here.client, here.keys) },
    );
    expect(await response.json()).toMatchObject({ data: { viewer: { user: { handle: alice.handle } } } });
    expect(await call(token, await proof(here.keys, token))).toMatchObject({
      viewer: { user: { handle: alice.handle } },
    });
  });

  test('whoever finds such a token does nothing with it, as a bearer or with a proof beside', async () => {
    const here = await page();
    const { access_token: token } = await tokens(here);
    expect(await callerWith(service, token)).toBe('UNAUTHENTICATED');
    expect(await call(token, await proof(here.keys, token), 'Bearer')).toEqual(REFUSED);
  });

  test('a proof is good for its key, method, address, token and time', async () => {
    const here = await page();
    const { access_token: token } = await tokens(here);
    const thief = await oauth.generateKeyPair('ES256');
    const open = await exportJWK(here.keys.publicKey);
    const htu = `${service.url}/graphql`;
    const proofs: Record<string, Promise<string>> = {
      'another key': proof(thief, token),
      'a key that signed nothing': proof(thief, token, {}, open),
      'another method': proof(here.keys, token, { htm: 'GET' }),
      'another path': proof(here.keys, token, { htu: `${htu}/other` }),
      'another host': proof(here.keys, token, { htu: 'https://evil.example/graphql' }),
      'no address': proof(here.keys, token, { htu: undefined }),
      'two minutes ago': proof(here.keys, token, { iat: inSeconds(-120) }),
      'in two minutes': proof(here.keys, token, { iat: inSeconds(120) }),
      'no time': proof(here.keys, token, { iat: undefined }),
      'no token': proof(here.keys, token, { ath: undefined }),
      'another token': proof(here.keys, token, { ath: createHash('sha256').update('other').digest('base64url') }),
      'no id': proof(here.keys, token, { jti: undefined }),
    };
    for (const [what, made] of Object.entries(proofs)) expect(await call(token, await made), what).toEqual(REFUSED);
    expect(await call(token, await proof(here.keys, token, { htu: `${htu}?query=1#here` }))).toHaveProperty('viewer');
  });

  test('a proof is good once', async () => {
    const here = await page();
    const { access_token: token } = await tokens(here);
    const once = await proof(here.keys, token);
    expect(await call(token, once)).toHaveProperty('viewer');
    expect(await call(token, once)).toEqual(REFUSED);
    const jti = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async () => call(token, await proof(here.keys, token, { jti }))),
    );
    expect(outcomes.filter((outcome) => 'viewer' in (outcome as object))).toHaveLength(1);
  });

  test('an application that is bound gets no token without a proof; another may choose', async () => {
    expect(await outcomeOfGrant(tokens(await page(), null))).toBe('invalid_grant');
    const free = await page(false);
    const bearer = await tokens(free, null);
    expect(bearer.token_type).toBe('bearer');
    expect(await callerWith(service, bearer.access_token)).toBe(alice.handle);
    const bound = await tokens(free);
    expect(await callerWith(service, bound.access_token)).toBe('UNAUTHENTICATED');
  });

  test('a token that is bound to nothing is no better with a proof', async () => {
    const free = await page(false);
    const { access_token: token } = await tokens(free, null);
    expect(await call(token, await proof(free.keys, token))).toEqual(REFUSED);
  });

  test('its refresh token is bound to the key, too', async () => {
    const here = await page();
    const { refresh_token: token } = await tokens(here);
    const refresh = async (keys: oauth.CryptoKeyPair | null) => {
      const options = { ...INSECURE, ...(keys !== null && { DPoP: oauth.DPoP(here.client, keys) }) };
      const response = await oauth.refreshTokenGrantRequest(server, here.client, oauth.None(), token!, options);
      const result = await oauth.processRefreshTokenResponse(server, here.client, response);
      service.secrets.add(result.refresh_token);
      return result;
    };
    expect(await outcomeOfGrant(refresh(null))).toBe('invalid_grant');
    expect(await outcomeOfGrant(refresh(await oauth.generateKeyPair('ES256')))).toBe('invalid_grant');
    const { access_token: access } = await refresh(here.keys);
    expect(await call(access, await proof(here.keys, access))).toHaveProperty('viewer');
  });
});
