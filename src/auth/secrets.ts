import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh secret of 256 bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is kept of a secret that is random itself: its SHA-256. A dump of the database gives nobody a way in. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares in time that does not depend on where the texts differ. */
export const equalSecrets = (a: string, b: string): boolean => timingSafeEqual(hashSecret(a), hashSecret(b));

/** Crockford's base32: nothing in it is taken for something else when it is read out or typed. */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code for people to copy or type: groups of four, five bits a character, e.g. `7QK2-0VXN-84MT-ZP3A`. */
export function newCode(groups: number): string {
  const characters = [...randomBytes(groups * 4)].map((byte) => CODE_ALPHABET[byte & 31]!);
  return characters.join('').match(/.{4}/g)!.join('-');
}

/** A code as it was handed out, from whatever somebody typed: case, blanks and look-alikes are forgiven. */
export const normaliseCode = (typed: string): string =>
  (
    typed
      .toUpperCase()
      .replace(/O/g, '0')
      .replace(/[IL]/g, '1')
      .replace(/[^0-9A-Z]/g, '')
      .match(/.{1,4}/g) ?? []
  ).join('-');
