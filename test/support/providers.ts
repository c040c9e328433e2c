/** GitHub and Discord as real HTTP servers on this machine, as strict as they are, and as faulty as a test wants them. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { misanswer, sendJson, type Misbehaviour } from './providers/misbehaviour.js';

export type ProviderName = 'GITHUB' | 'DISCORD';

/** The account that is signed in at the provider. Its id may be anything, so that odd ones can be tried. */
export interface ProviderAccount {
  id: unknown;
  login: string;
  email: string;
  emailVerified: boolean;
}

export interface SeenRequest {
  method: string;
  path: string;
  /** Of the query or, with POST, the form. */
  parameters: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Whether the client took the whole answer. */
  answered: boolean;
}

export interface TestProvider {
  readonly name: ProviderName;
  /** Its base address, with `settings` as the service takes them. */
  readonly url: string;
  readonly settings: { clientId: string; clientSecret: string; url: string };
  account: ProviderAccount;
  /** Whether the person lets the service know who they are. */
  consents: boolean;
  /** The one redirect address that is registered. */
  redirectUri: string;
  /** What callbacks carry as `iss` (RFC 9207); as the real ones do, unless a test sets another, or null for none. */
  issuer: string | null;
  /** What an endpoint does wrong from now on; null for nothing. */
  misbehave(endpoint: 'token' | 'user', how: Misbehaviour | null): void;
  /** Every request so far, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** Every value so far that must stand in no log: the client's secret, codes, tokens, verifiers. */
  secrets(): string[];
  /** Plays the browser: opens the address and returns where the provider sends it. @throws if the provider refuses */
  authorize(url: URL): Promise<URL>;
  close(): Promise<void>;
}

export interface TestProviderOptions {
  clientId?: string;
  clientSecret?: string;
  /** By default that of a service at http://localhost:4000. */
  redirectUri?: string;
}

interface Grant {
  challenge: string;
  redirectUri: string;
  scope: string;
  account: ProviderAccount;
}

const PATHS = {
  GITHUB: { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token', user: '/api/v3/user' },
  DISCORD: { authorize: '/oauth2/authorize', token: '/api/oauth2/token', user: '/api/users/@me' },
} as const;

const ACCOUNTS: Record<ProviderName, ProviderAccount> = {
  GITHUB: { id: 583_231, login: 'octocat', email: 'octocat@example.org', emailVerified: false },
  DISCORD: { id: '80351110224678912', login: 'nelly', email: 'nelly@example.org', emailVerified: false },
};

const random = (prefix = '') => prefix + randomBytes(24).toString('base64url');
const sha256 = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

/** Starts a provider. A code is good once, and for the account that was signed in when it was given. */
export async function startProvider(name: ProviderName, options: TestProviderOptions = {}): Promise<TestProvider> {
  const { clientId = `client-${name.toLowerCase()}`, clientSecret = random('secret-') } = options;
  const redirectUri = options.redirectUri ?? `http://localhost:4000/sign-in/${name.toLowerCase()}/callback`;
  const paths = PATHS[name];
  const requests: SeenRequest[] = [];
  const secrets = new Set([clientSecret]);
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Grant>();
  const faults: Partial<Record<'token' | 'user', Misbehaviour | null>> = {};

  function authorize(parameters: URLSearchParams, response: ServerResponse): void {
    const fault = authorizationFault(parameters, { clientId, redirectUri: provider.redirectUri });
    if (fault !== null) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(fault);
      return;
    }
    const callback = new URL(provider.redirectUri);
    if (provider.consents) {
      const code = random();
      secrets.add(code);
      codes.set(code, {
        challenge: parameters.get('code_challenge')!,
        redirectUri: provider.redirectUri,
        scope: parameters.get('scope') ?? '',
        account: { ...provider.account },
      });
      callback.searchParams.set('code', code);
    } else {
      callback.searchParams.set('error', 'access_denied');
      callback.searchParams.set('error_description', 'The user has denied your application access.');
    }
    callback.searchParams.set('state', parameters.get('state')!);
    if (provider.issuer !== null) callback.searchParams.set('iss', provider.issuer);
    response.writeHead(302, { location: callback.href }).end();
  }

  /** The token answer, or an error code of the provider. */
  function exchange(form: URLSearchParams): object | string {
    for (const secret of ['code_verifier', 'code']) if (form.has(secret)) secrets.add(form.get(secret)!);
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) return 'invalid_client';
    if (form.get('grant_type') !== 'authorization_code') return 'unsupported_grant_type';
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (grant === undefined || sha256(form.get('code_verifier') ?? '') !== grant.challenge) return 'invalid_grant';
    if (form.get('redirect_uri') !== grant.redirectUri) return 'redirect_uri_mismatch';
    const token = random(name === 'GITHUB' ? 'gho_' : '');
    secrets.add(token);
    tokens.set(token, grant);
    if (name === 'GITHUB') return { access_token: token, token_type: 'bearer', scope: grant.scope };
    const refreshToken = random();
    secrets.add(refreshToken);
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: 604_800,
      refresh_token: refreshToken,
      scope: grant.scope,
    };
  }

  function answerToken(
    form: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> | void {
    const answer = exchange(form);
    if (typeof answer === 'string') return refuseToken(name, answer, response);
    if (faults.token != null && request.url === paths.token) return misanswer(response, faults.token, answer);
    if (name === 'DISCORD' || request.headers.accept?.includes('json')) return sendJson(response, 200, answer);
    response
      .writeHead(200, { 'content-type': 'application/x-www-form-urlencoded' })
      .end(new URLSearchParams(Object.entries(answer)).toString());
  }

  function answerUser(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    const grant = tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (grant === undefined) return sendJson(response, 401, { message: 'Bad credentials' });
    const answer = userAnswer(name, grant);
    if (faults.user != null && request.url === paths.user) return misanswer(response, faults.user, answer);
    return sendJson(response, 200, answer);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const parameters = method === 'POST' ? new URLSearchParams(await text(request)) : searchParams;
    const seen = { method, path, parameters: Object.fromEntries(parameters), headers, answered: false };
    requests.push(seen);
    response.on('finish', () => (seen.answered = true));
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    if (method === 'GET' && path === paths.authorize) authorize(parameters, response);
    else if (method === 'POST' && isForm && path === paths.token) await answerToken(parameters, request, response);
    else if (method === 'GET' && path === paths.user) await answerUser(request, response);
    else if (path === '/elsewhere' && method === 'POST') await answerToken(parameters, request, response);
    else if (path === '/elsewhere') await answerUser(request, response);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  }

  const server = createServer((request, response) => {
    // A client that hangs up early is a case of its own, not a fault of the server.
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: TestProvider = {
    name,
    url,
    settings: { clientId, clientSecret, url },
    account: { ...ACCOUNTS[name] },
    consents: true,
    redirectUri,
    issuer: name === 'GITHUB' ? `${url}/login/oauth` : url,
    misbehave: (endpoint, how) => (faults[endpoint] = how),
    requests,
    secrets: () => [...secrets],
    async authorize(address) {
      const response = await fetch(address, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${name} answers ${response.status}: ${await response.text()}`);
      return new URL(location);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

/** Why an authorization request is not good; both providers take S256 alone. */
function authorizationFault(
  parameters: URLSearchParams,
  registered: { clientId: string; redirectUri: string },
): string | null {
  const repeated = [...parameters.keys()].find((key, at, keys) => keys.indexOf(key) !== at);
  if (repeated !== undefined) return `${repeated} stands twice`;
  if (parameters.get('response_type') !== 'code') return 'response_type is not code';
  if (parameters.get('client_id') !== registered.clientId) return 'client_id is unknown';
  if (parameters.get('redirect_uri') !== registered.redirectUri) return 'redirect_uri is not registered';
  if (!parameters.get('state')) return 'state is missing';
  if (parameters.get('code_challenge_method') !== 'S256') return 'code_challenge_method is not S256';
  // 43 characters are the 32 bytes of SHA-256.
  return /^[\w-]{43}$/.test(parameters.get('code_challenge') ?? '') ? null : 'code_challenge is no SHA-256';
}

/** GitHub has names of its own for errors and sends them with status 200. */
function refuseToken(name: ProviderName, error: string, response: ServerResponse): void {
  if (name === 'DISCORD') return sendJson(response, error === 'invalid_client' ? 401 : 400, { error });
  const own: Record<string, string> = {
    invalid_client: 'incorrect_client_credentials',
    invalid_grant: 'bad_verification_code',
  };
  sendJson(response, 200, {
    error: own[error] ?? error,
    error_description: 'The code passed is incorrect or expired.',
  });
}

/** GitHub shows a public address to everybody, Discord its own only to who asked for the scope. */
function userAnswer(name: ProviderName, { account, scope }: Grant): object {
  const { id, login, email, emailVerified } = account;
  if (name === 'GITHUB') return { login, id, node_id: 'MDQ6VXNlcjU4MzIzMQ==', type: 'User', name: 'Mona', email };
  return {
    id,
    username: login,
    discriminator: '0',
    global_name: 'Nelly',
    avatar: null,
    ...(scope.split(' ').includes('email') && { email, verified: emailVerified }),
  };
}
