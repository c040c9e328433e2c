import { AppError } from '../../shared/errors.js';

/**
 * A file that is not what its format says. The message is `file:line: reason`, or `file: reason` where no line is to blame.
 * Code BAD_USER_INPUT, details `{ file, line, reason }`.
 */
export class FormatError extends AppError {
  constructor(
    readonly file: string,
    /** 1-based, or null for the file as a whole. */
    readonly line: number | null,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(
      'BAD_USER_INPUT',
      line === null ? `${file}: ${reason}` : `${file}:${line}: ${reason}`,
      { file, line, reason },
      options,
    );
  }
}

/** A piece of a file for a message: shortened, with control characters made visible, so that hostile input stays harmless. */
export function quoted(text: string, max = 60): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `1 column`, `3 columns`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
