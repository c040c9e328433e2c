import { newCode, normaliseCode } from '../secrets.js';

const COUNT = 10;
const GROUPS = 4;
const ISSUED = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/;

/** Ten codes of 80 bits each, as `ABCD-EFGH-JKMN-PQRS`: each opens the account once, in place of a second factor. */
export const newRecoveryCodes = (): string[] => Array.from({ length: COUNT }, () => newCode(GROUPS));

/** A recovery code as it was handed out, from whatever somebody typed; null if it can't be one. */
export function normaliseRecoveryCode(text: string): string | null {
  const code = normaliseCode(text);
  return ISSUED.test(code) ? code : null;
}
