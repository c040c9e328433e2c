import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { userError } from '../../shared/user-errors.js';

/** How many public keys a client has at most: the one in use, and those before and after it. */
const MAX_KEYS = 5;

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** Members that a JWK has of its private half, or of a key that both sides know (RFC 7518, 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const KID = /^[\x21-\x7e]{1,100}$/;

const invalid = (message: string, path: string) => userError('INVALID_INPUT', message, path);

/** The members that make the public key; null for a kind of key that is not taken. */
function publicMembers({ kty, crv, x, y, n, e }: Record<string, unknown>): Record<string, unknown> | null {
  if (kty === 'EC' && crv === 'P-256') return { kty, crv, x, y };
  if (kty === 'OKP' && crv === 'Ed25519') return { kty, crv, x };
  if (kty === 'RSA') return { kty, n, e };
  return null;
}

/** Whether it is a key: a point of its curve, a modulus that is long enough. */
function isSound(jwk: Record<string, unknown>): boolean {
  try {
    const { asymmetricKeyDetails: details } = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const bits = details?.modulusLength;
    if (bits === undefined) return true;
    return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS && (details?.publicExponent ?? 0n) >= 3n;
  } catch {
    return false;
  }
}

async function checkKey(given: Record<string, unknown>, path: string): Promise<Record<string, unknown>> {
  if (PRIVATE_MEMBERS.some((member) => given[member] !== undefined)) {
    throw invalid('This is a private key, and is private no more: make another one, and give its public half.', path);
  }
  const members = publicMembers(given);
  if (members === null || !isSound(members)) {
    throw invalid('A public key is a JWK: EC of P-256, OKP of Ed25519, or RSA of 2048 to 8192 bits.', path);
  }
  const kid = given['kid'] ?? (await calculateJwkThumbprint(members));
  if (typeof kid !== 'string' || !KID.test(kid)) throw invalid('A "kid" has 1 to 100 ASCII characters.', path);
  return { ...members, kid, use: 'sig' };
}

/**
 * Checks the public keys of a client (RFC 7517): one to five, of kinds that sign. One without a name gets its thumbprint
 * (RFC 7638) as `kid`.
 * @throws UserErrors INVALID_INPUT naming the key
 */
export async function checkPublicKeys(given: readonly object[]): Promise<Record<string, unknown>[]> {
  const path = 'publicKeys';
  if (given.length > MAX_KEYS) throw invalid(`A client has ${MAX_KEYS} public keys at most.`, path);
  const keys = await Promise.all(given.map((each, i) => checkKey(each as Record<string, unknown>, `${path}.${i}`)));
  keys.forEach(({ kid }, i) => {
    if (keys.findIndex((other) => other['kid'] === kid) === i) return;
    throw invalid('Two keys have one "kid".', `${path}.${i}`);
  });
  return keys;
}
