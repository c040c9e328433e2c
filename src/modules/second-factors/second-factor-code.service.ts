import { matchTotp } from '../../auth/second-factor/totp.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql } from '../../db/index.js';
import { takeRecoveryCode } from './recovery-codes.store.js';
import { findTotp, takeTotpStep, type TotpRow } from './totp.store.js';

/** What a code turned out to be, in words for the log. */
export type CodeKind = 'authenticator app' | 'recovery code';

/** Longer ones are no codes; the text is not carried further. */
const MAX_CODE_LENGTH = 64;

type CodeServices = Pick<AuthServices, 'keyring' | 'log'>;

/**
 * The step of an authenticator app's code; null for a wrong one. A key that can not be read, for SECRET_KEYS lacks the one that
 * it was encrypted under, is a fault of ours and no way in: recovery codes still are.
 */
export function totpStep(
  { keyring, log }: CodeServices,
  userId: number,
  { key: sealed, lastStep }: TotpRow,
  code: string,
  now: Date,
): number | null {
  let key: Uint8Array;
  try {
    key = keyring.decrypt('totp', sealed, String(userId));
  } catch (error) {
    log.error({ err: error, userId }, 'the key of an authenticator app can not be read');
    return null;
  }
  return matchTotp({ key, code, now, lastStep });
}

/**
 * Uses a code of an account's second factor up: of its authenticator app, or a recovery code. Counting wrong ones is the
 * caller's. @returns what it was; null for one that is wrong or was used
 */
export async function takeSecondFactorCode(
  auth: CodeServices,
  tx: Sql,
  userId: number,
  code: string,
  now: Date,
): Promise<CodeKind | null> {
  if (code.length > MAX_CODE_LENGTH) return null;
  const totp = await findTotp(tx, userId);
  if (totp?.confirmed) {
    const step = totpStep(auth, userId, totp, code, now);
    if (step !== null && (await takeTotpStep(tx, userId, step))) return 'authenticator app';
  }
  return (await takeRecoveryCode(tx, userId, code)) ? 'recovery code' : null;
}
