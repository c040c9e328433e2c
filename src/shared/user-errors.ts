/** Codes of expected outcomes that are not what was asked for. */
export enum UserErrorCode {
  NOT_FOUND = 'NOT_FOUND',
  INVALID_INPUT = 'INVALID_INPUT',
  INVALID_CREDENTIALS = 'INVALID_CREDENTIALS',
  HANDLE_TAKEN = 'HANDLE_TAKEN',
  WEAK_PASSWORD = 'WEAK_PASSWORD',
  BREACHED_PASSWORD = 'BREACHED_PASSWORD',
  IDENTITY_IN_USE = 'IDENTITY_IN_USE',
  LAST_CREDENTIAL = 'LAST_CREDENTIAL',
  LAST_ADMIN = 'LAST_ADMIN',
  CODE_INVALID = 'CODE_INVALID',
  CODE_EXPIRED = 'CODE_EXPIRED',
  ALREADY_EXISTS = 'ALREADY_EXISTS',
  AMBIGUOUS = 'AMBIGUOUS',
  LOCKED = 'LOCKED',
  FROZEN = 'FROZEN',
  ALREADY_NAMED = 'ALREADY_NAMED',
  NO_CHANGE = 'NO_CHANGE',
  NAME_TAKEN = 'NAME_TAKEN',
  NOT_AN_IDENTIFIER = 'NOT_AN_IDENTIFIER',
  RESERVED_WORD = 'RESERVED_WORD',
  TOO_LONG = 'TOO_LONG',
  CONSTRUCTOR = 'CONSTRUCTOR',
  FIXED_NAME = 'FIXED_NAME',
  STYLE_CONSTANT = 'STYLE_CONSTANT',
  STYLE_CASE = 'STYLE_CASE',
  SHADOWS_FIELD = 'SHADOWS_FIELD',
  RESERVED_LOCAL = 'RESERVED_LOCAL',
  SHADOWS_CLASS = 'SHADOWS_CLASS',
  STALE = 'STALE',
  NOTHING_TO_UNDO = 'NOTHING_TO_UNDO',
  NOTHING_TO_RELEASE = 'NOTHING_TO_RELEASE',
}

/** One reason why an expected outcome is not what was asked for. */
export interface UserProblem {
  code: UserErrorCode;
  /** Written for the caller. */
  message: string;
  /** Where in the input: `['changes', '3', 'name']`. */
  path?: readonly string[];
  /** ERROR where it is not given. A warning can be overridden by force. */
  severity?: 'ERROR' | 'WARNING';
  /** Rows of the entries that a name collides with. */
  conflictsWith?: readonly object[];
}

/**
 * Thrown by services to undo what was begun and to tell the caller why: it becomes a payload's `userErrors`, or a line of the
 * shell. What a caller may not do at all is an AppError instead.
 */
export class UserErrors extends Error {
  override readonly name = 'UserErrors';

  constructor(readonly problems: readonly UserProblem[]) {
    super(problems.map(({ message }) => message).join(' '));
  }
}

/** The refusal of an input for one reason. @param path the field of the input, with dots: `user` */
export const userError = (code: keyof typeof UserErrorCode, message: string, path?: string): UserErrors =>
  new UserErrors([{ code: UserErrorCode[code], message, path: path?.split('.') }]);
