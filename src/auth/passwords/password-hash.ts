import type { Options } from '@node-rs/argon2';
import { AppError } from '../../shared/errors.js';

/** OWASP's recommendation for argon2id, the package's own algorithm: 19 MiB, two passes, one lane. */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Passwords are computed on at most this many threads at once, and this many may wait for one. */
const AT_ONCE = 2;
const WAITING = 100;

let running = 0;
const queue: (() => void)[] = [];

/** Bounds what password checks cost the process. @throws AppError RATE_LIMITED when too many wait */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING) {
      throw new AppError('RATE_LIMITED', 'Too many people sign in just now. Try again in a few seconds.', {
        retryAfter: 5,
      });
    }
    await new Promise<void>((resolve) => queue.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/**
 * A password as it is hashed and compared: RFC 8265's OpaqueString, so that the same keys pressed on another device give the
 * same password: foreign spaces become plain ones, and accents are composed. Everything else counts, NUL and length included.
 */
const prepared = (password: string): string => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** Native code: loaded when the first password is given. */
const argon2 = () => import('@node-rs/argon2');

/** Hashes a password with argon2id. @returns a PHC string */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(async () => (await argon2()).hash(prepared(password), OPTIONS));

// Of a random password that nobody has: compared with when there is no account, so that the answer takes as long.
let nobody: Promise<string> | undefined;

/**
 * Compares a password with a stored hash; null stands for an account that is not there or has none, and takes as long.
 * @param onMalformed called where the stored hash can not be read, which is a fault of ours and no way in
 */
export async function verifyPassword(
  stored: string | null,
  password: string,
  onMalformed: () => void = () => undefined,
): Promise<boolean> {
  const against = stored ?? (await (nobody ??= hashPassword(crypto.randomUUID())));
  try {
    return (await inTurn(async () => (await argon2()).verify(against, prepared(password)))) && stored !== null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    onMalformed();
    return false;
  }
}
