/** No provider has login names anywhere near as long. */
const MAX_READ = 1000;
const MAX_KEPT = 100;

/** Control and format characters, lone surrogates, line separators, and whatever else is drawn as nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A login name as it may be shown: cleaned, one line, at most 100 characters. Null if it is none, or absurdly long. */
export function displayNameOf(login: unknown): string | null {
  if (typeof login !== 'string' || login.length > MAX_READ) return null;
  const seen = [...login.replace(UNSEEN, '').trim()].slice(0, MAX_KEPT).join('').trimEnd();
  return seen === '' ? null : seen;
}
