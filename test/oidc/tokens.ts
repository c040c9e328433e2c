import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { expect } from 'vitest';
import type { TestClient } from '../support/client.js';
import type { TestService } from '../support/service.js';

export const WHO = '{ viewer { user { handle } permissions credential { kind actingClient } } }';

/** A program that calls with an access token. */
export const programWith = (service: TestService, token: string): TestClient => {
  service.secrets.add(token);
  return Object.assign(service.client(), { token });
};

/** Seconds since 1970, some of them from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

interface Signing {
  /** What the header says beside or in place of the usual. */
  header?: Record<string, unknown>;
  /** In place of the key that signs now. */
  jwk?: JWK;
}

/** Signs claims with the service's own key: what only the service can do. */
export async function forge({ auth }: TestService, claims: JWTPayload, { header, jwk }: Signing = {}): Promise<string> {
  const key = jwk ?? (await auth.signingKeys.get()).private[0]!;
  const usual = { alg: 'ES256', typ: 'at+jwt', kid: key.kid };
  return new SignJWT(claims).setProtectedHeader({ ...usual, ...header }).sign(await importJWK(key, 'ES256'));
}

/** The claims of a token, with others in their place. */
export const claimsOf = (token: string, changed: JWTPayload = {}): JWTPayload => ({ ...decodeJwt(token), ...changed });

/** A key pair of a client; the public half as the client is registered with it. */
export async function keyPair(): Promise<{ privateKey: KeyObject; publicJwk: JWK; jwks: { keys: JWK[] } }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const open = publicKey.export({ format: 'jwk' }) as JWK;
  const publicJwk = { ...open, kid: await calculateJwkThumbprint(open), use: 'sig' };
  return { privateKey, publicJwk, jwks: { keys: [publicJwk] } };
}

/** The one answer to all tokens that are not good. */
export const REFUSED = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This access token is not good, has expired or was ended.',
};

/** What becomes of a call. */
export async function answerTo(program: TestClient, query = WHO): Promise<unknown> {
  const { status, data, errors } = await program.send(query);
  const error = errors?.[0];
  return error === undefined ? data : { status, code: error.extensions.code, message: error.message };
}

/** What a program may do; fails the test where it is refused. */
export async function permissionsOf(program: TestClient): Promise<string[]> {
  return (await program.query('{ viewer { permissions } }')).viewer.permissions as string[];
}

export async function expectRefused(program: TestClient): Promise<void> {
  expect(await answerTo(program)).toEqual(REFUSED);
}
