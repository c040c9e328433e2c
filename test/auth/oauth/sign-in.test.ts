import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProviders, newFlow } from '../../../src/auth/oauth/index.js';
import { NAMES, providerInTest, PUBLIC_URL, refusal } from './support.js';

const EXPECTED = {
  GITHUB: {
    profile: { provider: 'GITHUB', subject: '583231', displayName: 'octocat' },
    title: 'GitHub',
    paths: ['GET /login/oauth/authorize', 'POST /login/oauth/access_token', 'GET /api/v3/user'],
    redirectUri: `${PUBLIC_URL}/sign-in/github/callback`,
    scope: undefined,
  },
  DISCORD: {
    profile: { provider: 'DISCORD', subject: '80351110224678912', displayName: 'nelly' },
    title: 'Discord',
    paths: ['GET /oauth2/authorize', 'POST /api/oauth2/token', 'GET /api/users/@me'],
    redirectUri: `${PUBLIC_URL}/sign-in/discord/callback`,
    scope: 'identify',
  },
} as const;

describe.each(NAMES)('%s', (name) => {
  const { profile, title, paths, redirectUri, scope } = EXPECTED[name];
  const provider = providerInTest(name);

  test('who signed in is read with one exchange and one question', async () => {
    const flow = await provider.begin();
    expect(flow.callback.href.split('?')[0]).toBe(redirectUri);
    expect(flow.callback.searchParams.get('state')).toBe(flow.state);
    expect(provider.client()).toMatchObject({ name, title });
    expect(await provider.client().profile(flow)).toEqual(profile);
    expect(provider.server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(paths);
  });

  test('OA4: its own redirect address, in the authorization and the token request alike', async () => {
    await provider.client().profile(await provider.begin());
    const [authorize, token] = provider.server.requests;
    expect(authorize?.parameters.redirect_uri).toBe(redirectUri);
    expect(token?.parameters.redirect_uri).toBe(redirectUri);
  });

  test('OA4: the issuer of a callback is this provider or not named (RFC 9207)', async () => {
    const { callback } = await provider.begin();
    const client = provider.client();
    expect(callback.searchParams.get('iss')).toBe(provider.server.issuer);
    expect(
      [callback.searchParams.get('iss'), null, provider.server.url].map((iss) => client.acceptsIssuer(iss)),
    ).toEqual([true, true, true]);
    const { host, port } = new URL(provider.server.url);
    const others = [
      '',
      'null',
      host,
      `https://${host}`,
      `http://127.0.0.1`,
      `http://127.0.0.1:${port}.evil.example`,
      `http://${host}@evil.example`,
      `http://evil.example/http://${host}`,
      'https://github.com/login/oauth',
      'https://discord.com',
      'javascript:alert(1)',
    ];
    expect(others.filter((iss) => client.acceptsIssuer(iss))).toEqual([]);
  });

  test('OA5: an S256 challenge goes out, and the verifier that it is of comes after', async () => {
    const flow = await provider.begin();
    await provider.client().profile(flow);
    const [authorize, token] = provider.server.requests;
    expect(authorize?.parameters).toMatchObject({
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(flow.codeVerifier).digest('base64url'),
    });
    expect(JSON.stringify(authorize)).not.toContain(flow.codeVerifier);
    expect(token?.parameters.code_verifier).toBe(flow.codeVerifier);
  });

  test('OA5: another verifier than the one that the sign-in began with is refused, and ends the code', async () => {
    const flow = await provider.begin();
    const other = newFlow().codeVerifier;
    const refused = (codeVerifier: string) =>
      refusal(provider.client().profile({ code: flow.code, codeVerifier }), () => provider.server.secrets());
    expect(await refused(other)).toContain('access token');
    await refused(flow.codeVerifier);
    expect(provider.server.requests.map(({ path }) => path)).not.toContain(paths[2].slice(4));
  });

  test('OA5: the provider gives no code for a challenge that was stripped or made plain', async () => {
    const url = provider.client().authorizationUrl(newFlow());
    const stripped = new URL(url);
    stripped.searchParams.delete('code_challenge');
    stripped.searchParams.delete('code_challenge_method');
    await expect(provider.server.authorize(stripped)).rejects.toThrow('not S256');
    const plain = new URL(url);
    plain.searchParams.set('code_challenge_method', 'plain');
    await expect(provider.server.authorize(plain)).rejects.toThrow('not S256');
  });

  test('OA5: no two sign-ins share a challenge or a state, and no code is good twice', async () => {
    const flow = await provider.begin();
    await provider.client().profile(flow);
    await refusal(provider.client().profile(flow), () => provider.server.secrets());
    await provider.begin();
    const begun = provider.server.requests.filter(({ path }) => path === paths[0].slice(4));
    expect(begun).toHaveLength(2);
    expect(new Set(begun.map(({ parameters }) => parameters.code_challenge)).size).toBe(2);
    expect(new Set(begun.map(({ parameters }) => parameters.state)).size).toBe(2);
  });

  test('OA7: a renamed account stays the same, and who takes the old name over is somebody else', async () => {
    const signIn = async () => provider.client().profile(await provider.begin());
    const { account } = provider.server;
    const before = await signIn();
    provider.server.account = { ...account, login: 'renamed' };
    expect(await signIn()).toEqual({ ...before, displayName: 'renamed' });
    provider.server.account = { ...account, id: name === 'GITHUB' ? 999_999_999 : '999999999999999999' };
    const successor = await signIn();
    expect(successor.displayName).toBe(before.displayName);
    expect(successor.subject).not.toBe(before.subject);
  });

  test('OA10: nothing is kept of the token, the code or the secret', async () => {
    const client = provider.client();
    const signedIn = await client.profile(await provider.begin());
    const kept = inspect([client, signedIn], { depth: null, showHidden: true });
    expect(provider.server.secrets().length).toBeGreaterThanOrEqual(4);
    expect(provider.server.secrets().filter((secret) => kept.includes(secret))).toEqual([]);
  });

  test('PH5: no e-mail address is asked for, and one that comes all the same is not looked at', async () => {
    provider.server.misbehave('user', {
      changes: { email: 'victim@example.org', verified: true, email_verified: true },
    });
    expect(await provider.client().profile(await provider.begin())).toEqual(profile);
    expect(provider.server.requests[0]?.parameters.scope).toBe(scope);
  });

  test('who does not consent comes back with the state and no code', async () => {
    provider.server.consents = false;
    const { callback, state } = await provider.begin();
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ error: 'access_denied', state });
    expect(callback.searchParams.has('code')).toBe(false);
  });

  test('a wrong client secret is refused', async () => {
    const flow = await provider.begin();
    provider.server.settings.clientSecret = 'another-secret';
    const message = await refusal(provider.client().profile(flow), () => [
      ...provider.server.secrets(),
      'another-secret',
    ]);
    expect(message).toContain(name === 'GITHUB' ? 'incorrect_client_credentials' : '401');
  });
});

test('OA5: states and verifiers are 256 random bits each in base64url, never twice', () => {
  const values = Array.from({ length: 1000 }, () => Object.values(newFlow())).flat();
  expect(values.filter((value) => !/^[\w-]{43}$/.test(value))).toEqual([]);
  expect(new Set(values).size).toBe(2000);
});

describe('addresses', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Where the two requests of a sign-in go. */
  async function asked(input: { github?: string; discord?: string }): Promise<string[]> {
    const urls: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
      urls.push(url as string);
      return Response.json({ access_token: 't', token_type: 'bearer', id: 7, login: 'a' });
    });
    const settings = (url?: string) => (url === undefined ? null : { clientId: 'c', clientSecret: 's', url });
    const providers = createProviders({
      publicUrl: PUBLIC_URL,
      github: settings(input.github),
      discord: settings(input.discord),
    });
    for (const provider of providers.values()) {
      urls.push(provider.authorizationUrl(newFlow()).href.split('?')[0]!);
      await provider.profile({ code: 'c', codeVerifier: 'v' }).catch(() => undefined);
    }
    return urls;
  }

  test('github.com has its API at a host of its own, a GitHub Enterprise server below /api/v3', async () => {
    expect(await asked({ github: 'https://github.com' })).toEqual([
      'https://github.com/login/oauth/authorize',
      'https://github.com/login/oauth/access_token',
      'https://api.github.com/user',
    ]);
    expect(await asked({ github: 'https://git.example.org' })).toEqual([
      'https://git.example.org/login/oauth/authorize',
      'https://git.example.org/login/oauth/access_token',
      'https://git.example.org/api/v3/user',
    ]);
  });

  test('discord.com', async () => {
    expect(await asked({ discord: 'https://discord.com' })).toEqual([
      'https://discord.com/oauth2/authorize',
      'https://discord.com/api/oauth2/token',
      'https://discord.com/api/users/@me',
    ]);
  });

  test('only what is set up is there', async () => {
    expect(createProviders({ publicUrl: PUBLIC_URL, github: null, discord: null }).size).toBe(0);
    const settings = { clientId: 'c', clientSecret: 's', url: 'https://discord.com' };
    expect([...createProviders({ publicUrl: PUBLIC_URL, github: null, discord: settings }).keys()]).toEqual([
      'DISCORD',
    ]);
  });

  test('OA4: the issuers that the real providers name are accepted, each by its own provider alone', () => {
    const settings = (url: string) => ({ clientId: 'c', clientSecret: 's', url });
    const providers = createProviders({
      publicUrl: PUBLIC_URL,
      github: settings('https://github.com'),
      discord: settings('https://discord.com'),
    });
    const accepting = (iss: string) => [...providers.values()].filter((p) => p.acceptsIssuer(iss)).map((p) => p.name);
    expect(accepting('https://github.com/login/oauth')).toEqual(['GITHUB']);
    expect(accepting('https://discord.com')).toEqual(['DISCORD']);
  });
});
