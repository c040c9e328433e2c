import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateSigningKey } from '../../src/auth/access-tokens/signing-keys.js';
import { ALL_PERMISSIONS, toScope } from '../../src/auth/permissions.js';
import { signUp, type Person } from '../support/people.js';
import { addClient, startOidcService, type OidcService } from './support.js';

/** Keys as anybody reads them. */
interface Published {
  keys: Record<string, string>[];
}

describe('What the provider says of itself', () => {
  let service: OidcService;
  let alice: Person;
  beforeAll(async () => {
    service = await startOidcService();
    alice = await signUp(service);
  });
  afterAll(() => service.close());

  const get = async <Body>(path: string): Promise<Body> =>
    (await (await fetch(`${service.url}${path}`)).json()) as Body;

  test('where everything is, and what can be asked for', async () => {
    const { url } = service;
    const document = await get<Record<string, unknown>>('/oidc/.well-known/openid-configuration');
    expect(document).toMatchObject({
      issuer: `${url}/oidc`,
      authorization_endpoint: `${url}/oidc/auth`,
      token_endpoint: `${url}/oidc/token`,
      device_authorization_endpoint: `${url}/oidc/device/auth`,
      pushed_authorization_request_endpoint: `${url}/oidc/request`,
      userinfo_endpoint: `${url}/oidc/me`,
      jwks_uri: `${url}/oidc/jwks`,
      introspection_endpoint: `${url}/oidc/token/introspection`,
      revocation_endpoint: `${url}/oidc/token/revocation`,
      end_session_endpoint: `${url}/oidc/session/end`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      subject_types_supported: ['public', 'pairwise'],
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      scopes_supported: expect.arrayContaining(['openid', 'offline_access', ...ALL_PERMISSIONS.map(toScope)]),
    });
    expect(document['grant_types_supported']).not.toContain('implicit');
    expect(document['dpop_signing_alg_values_supported']).not.toContain('none');
    for (const absent of ['registration_endpoint', 'request_object_signing_alg_values_supported']) {
      expect(document).not.toHaveProperty(absent);
    }
    expect(JSON.stringify(document)).not.toMatch(/HS256|"none"[^\]]*"alg/);
  });

  test('its keys, without what they sign with; a retired one stands there for a while', async () => {
    const { keys } = await get<Published>('/oidc/jwks');
    const kid = await rotateSigningKey({ db: service.db, keyring: service.auth.keyring });
    await expect.poll(async () => (await get<Published>('/oidc/jwks')).keys.map(({ kid }) => kid)).toContain(kid);
    const after = (await get<Published>('/oidc/jwks')).keys;
    expect(after.map((key) => key['kid'])).toEqual([kid, keys[0]!['kid']]);
    for (const key of after) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(key).toMatchObject({ alg: 'ES256', use: 'sig' });
    }
  });

  test('OP5: nobody registers a client there, whatever for', async () => {
    for (const path of ['/oidc/reg', '/oidc/register', '/oidc/reg/some-client']) {
      const body = JSON.stringify({ redirect_uris: ['https://example.org/cb'], logo_uri: 'http://169.254.169.254/' });
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(`${service.url}${path}`, { method: 'POST', headers, body })).status, path).toBe(404);
    }
  });

  test('the pages for trying it out are not there', async () => {
    const arrival = await alice.request('GET', '/oidc/interaction/some-uid');
    expect(arrival.statusCode).toBe(404);
    expect(arrival.body).not.toContain('Sign-in');
  });

  test('where it stands is what its settings say, whatever a request claims', async () => {
    const { headers } = alice;
    Object.assign(headers, { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' });
    const { body } = await alice.request('GET', '/oidc/.well-known/openid-configuration');
    for (const name of ['host', 'x-forwarded-host', 'x-forwarded-proto']) delete headers[name];
    expect(body).not.toContain('evil.example');
  });

  describe('to pages of other origins', () => {
    const ORIGIN = 'https://app.example';

    async function exchange(authentication: 'NONE' | 'SECRET_BASIC', origin: string): Promise<Response> {
      const redirectUris = [`${ORIGIN}/callback`];
      const { clientId } = await addClient(service, { owner: alice.handle, authentication, redirectUris });
      const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: 'none' });
      return fetch(`${service.url}/oidc/token`, { method: 'POST', headers: { origin }, body });
    }
    const allows = ({ headers }: Response) => headers.get('access-control-allow-origin');

    test('a page that is a client exchanges its code itself', async () => {
      const answer = await exchange('NONE', ORIGIN);
      expect([answer.status, allows(answer)]).toEqual([400, ORIGIN]);
      const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
      expect(allows(await fetch(`${service.url}/oidc/token`, { method: 'OPTIONS', headers }))).toBe(ORIGIN);
    });

    test('a page of another origin reads no answer, nor does one read that of a client with a secret', async () => {
      expect(allows(await exchange('NONE', 'https://evil.example'))).toBeNull();
      expect(allows(await exchange('SECRET_BASIC', ORIGIN))).toBeNull();
    });

    test('no answer may be read with cookies', async () => {
      const answer = await exchange('NONE', ORIGIN);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    });
  });
});

test('keys that can not be read are a fault that is answered, and nobody waits', async () => {
  const service = await startOidcService();
  try {
    const rename = (from: string, to: string) => service.db.query(`ALTER TABLE ${from} RENAME TO ${to}`);
    await rename('signing_keys', 'no_keys');
    const ask = () => fetch(`${service.url}/oidc/jwks`);
    const failed = await ask();
    expect([failed.status, await failed.json()]).toMatchObject([
      500,
      { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
    ]);
    await rename('no_keys', 'signing_keys');
    expect((await ask()).status).toBe(200);
  } finally {
    await service.close();
  }
});
