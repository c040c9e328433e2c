import { userError } from '../../shared/user-errors.js';

/** Characters of the notes of a release. */
export const MAX_NOTES = 10_000;

const UNFIT = /[^\P{Cc}\n\t]|\p{Surrogate}/u;

/** Notes as they are kept: line feeds alone, no blanks around them; null for none. @throws UserErrors INVALID_INPUT */
export function releaseNotes(text: string | null | undefined): string | null {
  const notes = (text ?? '').replace(/\r\n?/g, '\n').trim();
  if (notes.length > MAX_NOTES) {
    throw userError('INVALID_INPUT', `Notes have at most ${MAX_NOTES} characters, not ${notes.length}.`, 'notes');
  }
  if (UNFIT.test(notes)) throw userError('INVALID_INPUT', 'Notes can not hold control characters.', 'notes');
  return notes === '' ? null : notes;
}
