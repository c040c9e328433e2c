import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import { expect } from 'vitest';
import { hashSecret, newSecret } from '../../src/auth/secrets.js';
import type { Permission } from '../../src/auth/permissions.js';
import type { TestClient } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { startTestService, type TestService, type TestServiceOptions } from '../support/service.js';

/** A service that listens, so that real relying parties can reach it. */
export interface OidcService extends TestService {
  /** Its address. */
  readonly url: string;
}

export async function startOidcService(options: TestServiceOptions = {}): Promise<OidcService> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const service = await startTestService({ publicUrl: url, ...options });
  await service.http.listen({ port, host: '127.0.0.1' });
  return { ...service, url };
}

export interface ClientInput {
  kind?: 'WEB' | 'NATIVE' | 'BOT';
  authentication?: 'NONE' | 'SECRET_BASIC' | 'SECRET_POST' | 'PRIVATE_KEY';
  permissions?: Permission[];
  redirectUris?: string[];
  postLogoutRedirectUris?: string[];
  backchannelLogoutUri?: string;
  trusted?: boolean;
  dpopBound?: boolean;
  jwks?: object;
  /** The IRC networks that it speaks for. */
  networks?: string[];
  /** The handle of the bot. */
  bot?: string;
  /** The handle of its owner. */
  owner: string;
  name?: string;
}

export interface TestOAuthClient {
  clientId: string;
  secret: string;
}

/** Where clients of tests are called back; nobody listens there. */
export const REDIRECT_URI = 'http://localhost:7777/callback';

/** Puts a client into the database, as `registerClient` would. */
export async function addClient(service: TestService, input: ClientInput): Promise<TestOAuthClient> {
  const { kind = 'WEB', permissions = [], trusted = false, dpopBound = false, owner, bot = null } = input;
  const { authentication = kind === 'NATIVE' ? 'NONE' : 'SECRET_BASIC', name = 'A test client', jwks = null } = input;
  const { redirectUris = kind === 'BOT' ? [] : [kind === 'WEB' ? REDIRECT_URI : 'http://127.0.0.1/callback'] } = input;
  const [clientId, secret] = [newSecret().slice(0, 22), `mcp_client_${newSecret()}`];
  service.secrets.add(secret);
  const hash = authentication.startsWith('SECRET') ? hashSecret(secret) : null;
  await service.db.query(
    `INSERT INTO oauth_clients (client_id, name, kind, authentication, owner_id, bot_id, trusted, dpop_bound, redirect_uris,
       post_logout_redirect_uris, backchannel_logout_uri, permissions, networks, jwks, secret_hash, subject_salt)
     VALUES ($1, $2, $3::oauth_client_kind, $4::client_authentication, (SELECT id FROM users WHERE handle_key = $5),
       (SELECT id FROM users WHERE handle_key = $6), $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16)`,
    [
      ...[clientId, name, kind, authentication, owner, bot, trusted, dpopBound, redirectUris],
      ...[input.postLogoutRedirectUris ?? [], input.backchannelLogoutUri ?? null, permissions],
      input.networks ?? [],
      ...[jwks === null ? null : JSON.stringify(jwks), hash, randomBytes(32)],
    ],
  );
  return { clientId, secret };
}

/** A relying party of the service. */
export const relyingParty = (
  { url }: OidcService,
  { clientId, secret }: TestOAuthClient,
  authentication: oidc.ClientAuth = oidc.ClientSecretBasic(secret),
): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(`${url}/oidc`), clientId, undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
  });

/** An authorization request with PKCE, and what its answer is checked with. */
export async function authorizationRequest(
  party: oidc.Configuration,
  parameters: Record<string, string>,
): Promise<{ url: URL; checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string } }> {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  const url = oidc.buildAuthorizationUrl(party, {
    redirect_uri: REDIRECT_URI,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { url, checks };
}

/** Where a browser ended up: at an address that is not the service's, or on a page of it. */
export interface Arrival {
  /** The last address, whole. */
  url: URL;
  status: number;
  /** The page; empty at an address elsewhere. */
  body: string;
}

/** Lets a browser (a test client, which has its cookies) follow redirects within the service. */
export async function browse(service: OidcService, browser: TestClient, start: string | URL): Promise<Arrival> {
  let url = new URL(start, service.url);
  const { host } = new URL(service.url);
  for (let hops = 0; hops < 15; hops++) {
    if (url.origin !== service.url) return { url, status: 0, body: '' };
    Object.assign(browser.headers, { host, accept: 'text/html' });
    const { statusCode, headers, body } = await browser.request('GET', url.pathname + url.search);
    delete browser.headers['accept'];
    if (headers.location === undefined) return { url, status: statusCode, body };
    url = new URL(headers.location, url);
  }
  throw new Error('The browser was sent around in circles.');
}

/** Posts a form of the page that a browser is on, and goes on from there. */
export async function submit(
  service: OidcService,
  browser: TestClient,
  page: string | URL,
  fields: Record<string, string>,
): Promise<Arrival> {
  const url = new URL(page, service.url);
  Object.assign(browser.headers, {
    'content-type': 'application/x-www-form-urlencoded',
    origin: service.url,
    host: url.host,
  });
  const body = new URLSearchParams(fields).toString();
  const answer = await browser.request('POST', url.pathname + url.search, body as unknown as object);
  delete browser.headers['content-type'];
  delete browser.headers['origin'];
  const { location } = answer.headers;
  if (location === undefined) return { url, status: answer.statusCode, body: answer.body };
  return browse(service, browser, new URL(location, url));
}

/** Signs in to a client with a browser that is signed in here, and agrees to what it asks. */
export async function authorize(
  service: OidcService,
  browser: TestClient,
  party: oidc.Configuration,
  scope = 'openid',
  parameters: Record<string, string> = {},
): Promise<oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers> {
  const prompt: Record<string, string> = scope.includes('offline_access') ? { prompt: 'consent' } : {};
  const { url, checks } = await authorizationRequest(party, { scope, ...prompt, ...parameters });
  let arrival = await browse(service, browser, url);
  if (arrival.url.pathname.startsWith('/interaction/')) {
    expect(arrival.body).toContain('Allow');
    arrival = await submit(service, browser, arrival.url, { answer: 'allow' });
  }
  const tokens = await oidc.authorizationCodeGrant(party, arrival.url, checks);
  for (const secret of [tokens.access_token, tokens.refresh_token, arrival.url.searchParams.get('code')]) {
    service.secrets.add(secret);
  }
  return tokens;
}

/** Whom an access token speaks for at the interface: a handle, or the code of the refusal. */
export async function callerWith(service: TestService, token: string): Promise<string> {
  const program = Object.assign(service.client(), { token });
  const { data, errors } = await program.send('{ viewer { user { handle } } }');
  return errors?.[0]?.extensions.code ?? data.viewer.user.handle;
}

/** What became of a request to the provider: OK, or the OAuth code of its error. */
export const outcomeOfGrant = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'OK',
    (error: unknown) => (error as { error?: string }).error ?? String(error),
  );

/** The value of a hidden field of a page. */
export const hiddenField = (body: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
