import { userError } from '../../shared/user-errors.js';

/** Characters of a reason. */
export const MAX_REASON = 500;

/** Why something is done, where it need not be said; null where it is not. @throws UserErrors INVALID_INPUT */
export function optionalReason(reason: string | null | undefined): string | null {
  const plain = reason?.trim() ?? '';
  if (plain.length > MAX_REASON) {
    throw userError('INVALID_INPUT', `A reason has at most ${MAX_REASON} characters.`, 'reason');
  }
  // Half a character would be kept as another one than it was sealed as.
  if (/\p{Surrogate}/u.test(plain)) throw userError('INVALID_INPUT', 'A reason is text in Unicode.', 'reason');
  return plain === '' ? null : plain;
}

/** Why something is done, where the person concerned must be told. @throws UserErrors INVALID_INPUT */
export function requiredReason(reason: string): string {
  const plain = optionalReason(reason);
  if (plain === null) throw userError('INVALID_INPUT', 'Say why: the person concerned is told.', 'reason');
  return plain;
}
