import { randomBytes } from 'node:crypto';
import { encodeBase32UpperCaseNoPadding } from '@oslojs/encoding';
import { createTOTPKeyURI, verifyHOTP } from '@oslojs/otp';

// RFC 6238 with SHA-1, six digits and steps of 30 s: what every authenticator app takes.
const DIGITS = 6;
const STEP_SECONDS = 30;

/** A fresh key of 160 bits, as RFC 4226 section 4 recommends. */
export const newTotpKey = (): Uint8Array => new Uint8Array(randomBytes(20));

/** The `otpauth://totp/` address of a key, for a QR code. @param input.account whose key it is, shown by the app */
export function totpUri(input: { key: Uint8Array; issuer: string; account: string }): string {
  const uri = createTOTPKeyURI(input.issuer, input.account, input.key, STEP_SECONDS, DIGITS);
  // Apps read the query by RFC 3986, in which a plus is no blank.
  return uri.replaceAll('+', '%20');
}

/** A key for typing by hand: base32 (RFC 4648) without padding. */
export const totpSecretText = (key: Uint8Array): string => encodeBase32UpperCaseNoPadding(key);

/**
 * The step (30 s since 1970) whose code was given: the one of now, before or after, for clocks that differ. Null for none.
 * @param input.code six digits; blanks are forgiven
 * @param input.lastStep the step that was taken last, -1 for none: only later ones count, so that a code is good once
 */
export function matchTotp(input: { key: Uint8Array; code: string; now: Date; lastStep: number }): number | null {
  const code = input.code.replace(/\s/g, '');
  if (!/^[0-9]{6}$/.test(code)) return null;
  const current = Math.floor(input.now.getTime() / 1000 / STEP_SECONDS);
  let matched: number | null = null;
  // Every candidate is compared, so that time does not tell which one it was. Of two with the same code the later one
  // is taken: the code would be good again otherwise.
  for (const step of [current - 1, current, current + 1]) {
    const matches = verifyHOTP(input.key, BigInt(step), DIGITS, code);
    if (matches && step > input.lastStep) matched = step;
  }
  return matched;
}
