import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import type { TestClient } from '../support/client.js';
import { signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorize,
  relyingParty,
  startOidcService,
  type OidcService,
  type TestOAuthClient,
} from './support.js';
import { answerTo, claimsOf, expectRefused, forge, inSeconds, programWith, REFUSED } from './tokens.js';

const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('JW1 tokens that are not good', () => {
  let service: OidcService;
  let alice: Person;
  let client: TestOAuthClient;
  let good: { access: string; id: string };
  let signing: JWK & { kid: string };
  /** Keys of whoever attacks. */
  let foreign: JWK;
  /** Where an attacker would have its keys looked up, and how often somebody did. */
  let attacker: Server;
  let lookedUp = 0;

  beforeAll(async () => {
    service = await startOidcService();
    alice = await signUp(service);
    client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_VOTE] });
    const tokens = await authorize(service, alice, await relyingParty(service, client), 'openid mapping:vote');
    good = { access: tokens.access_token, id: tokens.id_token! };
    signing = (await service.auth.signingKeys.get()).private[0]!;
    foreign = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
    attacker = createServer((_request, response) => {
      lookedUp += 1;
      response.end(JSON.stringify({ keys: [foreignPublic()] }));
    }).listen(0, '127.0.0.1');
    await programWith(service, good.access).query('{ viewer { user { handle } } }');
  });
  afterAll(async () => {
    attacker.close();
    await service.close();
  });

  /** A good token with other claims, signed by the service's own key. */
  const signed = (changed: object, header?: Record<string, unknown>) =>
    forge(service, claimsOf(good.access, { ...changed }), { header });
  const attackerUrl = (path: string) => `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/${path}`;
  const parts = () => good.access.split('.') as [string, string, string];
  const publicJwk = () => ({ kty: signing.kty, crv: signing.crv, x: signing.x, y: signing.y });
  const byForeignKey = (header: Record<string, unknown>) =>
    forge(service, claimsOf(good.access), { header, jwk: { ...foreign, kid: signing.kid } });
  const foreignPublic = () => ({ kty: 'EC', crv: foreign.crv, x: foreign.x, y: foreign.y, kid: signing.kid });

  /** HMAC with what everybody knows of the key, in each form that a careless library might take for a secret. */
  function hmacWith(secret: string | Buffer): string {
    const head = `${base64({ alg: 'HS256', typ: 'at+jwt', kid: signing.kid })}.${parts()[1]}`;
    return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
  }
  const publicKey = (): KeyObject => createPublicKey({ key: publicJwk() as never, format: 'jwk' });

  /** A payload as it stands, signed by the service's own key. */
  const raw = async (payload: string) =>
    new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signing.kid })
      .sign(await importJWK(signing, 'ES256'));
  /** The payload with claims said once more at its end. */
  const twice = (claims: object) =>
    JSON.stringify(claimsOf(good.access)).replace(/\}$/, `,${JSON.stringify(claims).slice(1)}`);

  const CASES: Record<string, () => string | Promise<string>> = {
    'alg none': () => `${base64({ alg: 'none', typ: 'at+jwt', kid: signing.kid })}.${parts()[1]}.`,
    'alg nOnE with the signature': () =>
      `${base64({ alg: 'nOnE', typ: 'at+jwt', kid: signing.kid })}.${parts()[1]}.${parts()[2]}`,
    'HS256 with the public key as JWK': () => hmacWith(JSON.stringify(publicJwk())),
    'HS256 with the public key as PEM': () => hmacWith(publicKey().export({ format: 'pem', type: 'spki' })),
    'HS256 with the public key as DER': () => hmacWith(publicKey().export({ format: 'der', type: 'spki' })),
    'HS256 with nothing': () => hmacWith(''),
    'ES384 in the name of our key': async () => {
      const { privateKey } = await generateKeyPair('ES384');
      return new SignJWT(claimsOf(good.access))
        .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid: signing.kid })
        .sign(privateKey);
    },
    'RS256 in the name of our key': () =>
      new SignJWT(claimsOf(good.access))
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: signing.kid })
        .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    'no kid': () => signed({}, { kid: undefined }),
    'kid of a path': () => signed({}, { kid: '../../etc/passwd' }),
    'kid with SQL': () => signed({}, { kid: "' OR 1=1 --" }),
    'kid of a prototype': () => signed({}, { kid: '__proto__' }),
    'kid that is no text': () => signed({}, { kid: { $ne: '' } }),
    'a foreign key under our kid': () => byForeignKey({}),
    'jku of the attacker': () => byForeignKey({ jku: attackerUrl('jwks') }),
    'x5u of the attacker': () => byForeignKey({ x5u: attackerUrl('cert.pem') }),
    'jwk of the attacker': () => byForeignKey({ jwk: foreignPublic() }),
    'x5c of the attacker': () => byForeignKey({ x5c: [base64('not a certificate')] }),
    'a critical header that nobody knows': () =>
      `${base64({
        alg: 'ES256',
        typ: 'at+jwt',
        kid: signing.kid,
        crit: ['exp2'],
        exp2: 1,
      })}.${parts()[1]}.${parts()[2]}`,
    'aud of another': () => signed({ aud: 'https://elsewhere.example/graphql' }),
    'aud of the client': () => signed({ aud: client.clientId }),
    'no aud': () => signed({ aud: undefined }),
    'iss of another': () => signed({ iss: 'https://elsewhere.example/oidc' }),
    'iss with a slash more': () => signed({ iss: `${service.url}/oidc/` }),
    'typ JWT': () => signed({}, { typ: 'JWT' }),
    'no typ': () => signed({}, { typ: undefined }),
    'typ of a proof of possession': () => signed({}, { typ: 'dpop+jwt' }),
    'typ of a sign-out': () => signed({}, { typ: 'logout+jwt' }),
    'exp in the past': () => signed({ iat: inSeconds(-100), exp: inSeconds(-11) }),
    'no exp': () => signed({ exp: undefined }),
    'exp as text': () => signed({ exp: String(inSeconds(60)) as never }),
    'nbf in the future': () => signed({ nbf: inSeconds(60) }),
    'iat in the future': () => signed({ iat: inSeconds(60), exp: inSeconds(120) }),
    'no iat': () => signed({ iat: undefined }),
    'iat longer ago than a token lives': () => signed({ iat: inSeconds(-311), exp: inSeconds(60) }),
    'a life of an hour': () => signed({ exp: inSeconds(3_600) }),
    'no epoch': () => signed({ epoch: undefined }),
    'no jti': () => signed({ jti: undefined }),
    'no client': () => signed({ client_id: undefined }),
    'an ID token': () => good.id,
    'the claims of a good one under the signature of an ID token': () =>
      `${parts()[0]}.${parts()[1]}.${good.id.split('.')[2]}`,
    'claims said twice, without a signature for them': () =>
      `${parts()[0]}.${base64(twice({ sub: 'VXNlcjox' }))}.${parts()[2]}`,
    'aud said twice, the last of another': () => raw(twice({ aud: 'https://elsewhere.example' })),
    'exp said twice, the last in the past': () => raw(twice({ exp: inSeconds(-60) })),
    'a header that says alg twice': () =>
      `${base64(`{"alg":"ES256","typ":"at+jwt","kid":"${signing.kid}","alg":"none"}`)}.${parts()[1]}.${parts()[2]}`,
    'claims that are no object': () => raw('["a"]'),
    'claims that are no JSON': () => raw('{'),
    'no signature': () => `${parts()[0]}.${parts()[1]}.`,
    'a signature cut short': () => good.access.slice(0, -4),
    'a signature of zeros (CVE-2022-21449)': () => `${parts()[0]}.${parts()[1]}.${'A'.repeat(86)}`,
    'a signature as DER': () => {
      const head = `${parts()[0]}.${parts()[1]}`;
      const key = createPrivateKey({ key: signing as never, format: 'jwk' });
      return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
    },
    'much too long, signed by our key': () => signed({ filling: 'x'.repeat(8_000) }),
    '5 MB': () => `${parts()[0]}.${base64('x'.repeat(3_750_000))}.${parts()[2]}`,
    'nothing at all': () => 'eyJ..',
  };

  test('the token that they are made of is good', async () => {
    expect(await answerTo(programWith(service, await signed({})))).toMatchObject({
      viewer: { user: { handle: alice.handle }, permissions: ['MAPPING_VOTE'] },
    });
  });

  test.each(Object.keys(CASES))('%s: refused as all others, and no statement is spent on it', async (name) => {
    const token = await CASES[name]!();
    const program = programWith(service, token);
    const before = service.db.statementCount;
    expect(await answerTo(program)).toEqual(REFUSED);
    expect(service.db.statementCount - before).toBe(0);
    expect(lookedUp).toBe(0);
  });

  test('a key, an account, a grant or a client that do not belong together: the same refusal', async () => {
    const bob = await signUp(service);
    const other = await addClient(service, { owner: bob.handle, permissions: [Permission.MAPPING_VOTE] });
    const theirs = await authorize(service, bob, await relyingParty(service, other), 'openid mapping:vote');
    const { grant } = claimsOf(theirs.access_token) as { grant: string };
    const changes: object[] = [
      { client_id: other.clientId },
      { grant },
      { grant: 'no-such-grant' },
      { grant: undefined },
      { grant: undefined, sub: client.clientId },
      { grant: undefined, sub: other.clientId, client_id: other.clientId },
      { client_id: 'no-such-client' },
      { epoch: 1 },
      { act: { sub: client.clientId } },
      { act: { sub: client.clientId }, identity: 1 },
      { act: { sub: client.clientId }, identity: 1, sub: alice.id },
      { act: { sub: client.clientId }, identity: 1, sub: 'not an id' },
    ];
    for (const change of changes) {
      expect(await answerTo(programWith(service, await signed(change))), JSON.stringify(change)).toEqual(REFUSED);
    }
  });

  test('the subject is said by the grant: another one in a token is nobody', async () => {
    const bob = await signUp(service);
    expect(await answerTo(programWith(service, await signed({ sub: bob.id })))).toMatchObject({
      viewer: { user: { handle: alice.handle } },
    });
  });

  test('tokens of another issuer under its own key, whatever they say', async () => {
    const other = await startOidcService();
    try {
      // Keys and all: what it signs for its own people, and what it signs for ours.
      const token = await forge(other, claimsOf(good.access));
      await expectRefused(programWith(service, token));
      await expectRefused(
        programWith(service, await forge(other, claimsOf(good.access), { header: { kid: signing.kid } })),
      );
      await expectRefused(programWith(other, good.access));
    } finally {
      await other.close();
    }
  });

  test.each(['Bearer', 'DPoP', 'Basic', 'Token', ''])(
    'under the scheme "%s" a bad one is never anonymous',
    async (scheme) => {
      const program = service.client();
      program.headers['authorization'] = `${scheme} ${good.access.slice(0, -4)}`.trim();
      expect(await answerTo(program)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    },
  );

  test('one that holds only together with a key is refused without its proof', async () => {
    const bound = await signed({ cnf: { jkt: 'a'.repeat(43) } });
    await expectRefused(programWith(service, bound));
    const program: TestClient = service.client();
    for (const dpop of [undefined, 'eyJ.e30.', good.access]) {
      program.headers['authorization'] = `DPoP ${bound}`;
      if (dpop !== undefined) program.headers['dpop'] = dpop;
      await expectRefused(program);
    }
    // Nor does a token without a key pass for one with it.
    program.headers['authorization'] = `DPoP ${good.access}`;
    await expectRefused(program);
  });

  test('5 MB over a connection: refused while its headers are read', async () => {
    const token = await CASES['5 MB']!();
    const status = await new Promise<number | string | undefined>((resolve) => {
      const call = request(`${service.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      call.on('response', (answer) => resolve(answer.statusCode));
      call.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      call.end('{}');
    });
    expect([431, 'ECONNRESET', 'EPIPE']).toContain(status);
    expect(await answerTo(programWith(service, good.access))).toMatchObject({ viewer: {} });
  });

  test('a clock that is ahead by less than 10 seconds is forgiven', async () => {
    expect(
      await answerTo(programWith(service, await signed({ iat: inSeconds(5), exp: inSeconds(200) }))),
    ).toMatchObject({
      viewer: {},
    });
    await expectRefused(programWith(service, await signed({ iat: inSeconds(15), exp: inSeconds(200) })));
  });
});
