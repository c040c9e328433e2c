import type { MappingKind } from '../mappings/mapping.js';

/** What a rule finds wrong with a name. */
export interface NameFault {
  code:
    | 'NOT_AN_IDENTIFIER'
    | 'RESERVED_WORD'
    | 'TOO_LONG'
    | 'STYLE_CONSTANT'
    | 'STYLE_CASE'
    | 'RESERVED_LOCAL'
    | 'INVALID_INPUT';
  severity: 'ERROR' | 'WARNING';
  message: string;
}

/** Characters of a new name. Old names may be longer: some of every real name set are. */
export const MAX_NAME = 32;

/** Characters that a name can have at all, a class with its package included. */
const MAX_PATH = 255;

/** Characters of one documentation. */
export const MAX_DOCUMENTATION = 20_000;

// ASCII alone, so that no two names look alike (the predecessor's rule -7).
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Keywords and literals (Java Language Specification 3.9, 3.10). */
const RESERVED: ReadonlySet<string> = new Set(
  `abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally
   float for goto if implements import instanceof int interface long native new package private protected public return short
   static strictfp super switch synchronized this throw throws transient try void volatile while _ true false null`.split(
    /\s+/,
  ),
);

/** What decompilers in the style of JAD call locals: `i`, `j1`, `d0`, `flag2`, `astring`; a parameter would be taken for one. */
const LOCAL =
  /^(?:[ijkl]\d*|[bcdfs]\d+|short\d+|flag\d*|o(?:long|byte|short|bool|class|package|enum)\d*|a(?:int|byte|char|short|long|float|double|boolean|string)\d*)$/;

const error = (code: NameFault['code'], message: string): NameFault => ({ code, severity: 'ERROR', message });
const warning = (code: NameFault['code'], message: string): NameFault => ({ code, severity: 'WARNING', message });

const isUpper = (name: string) => /^[A-Z][A-Z0-9_$]*$/.test(name) && /[A-Z]/.test(name);
const quoted = (name: string) => JSON.stringify(name.slice(0, 100));

/** What is wrong with the spelling of a name that no entry could have. */
function spellingFaults(kind: MappingKind, name: string): NameFault[] {
  const parts = kind === 'CLASS' ? name.split('/') : [name];
  if (name.length > MAX_PATH) return [error('TOO_LONG', `A name has at most ${MAX_PATH} characters.`)];
  if (!parts.every((part) => IDENTIFIER.test(part))) {
    const what = kind === 'CLASS' ? 'the name of a Java class' : 'a Java identifier';
    return [error('NOT_AN_IDENTIFIER', `${quoted(name)} is not ${what}: letters A-Z, digits, _ and $ are.`)];
  }
  const reserved = parts.find((part) => RESERVED.has(part));
  return reserved === undefined ? [] : [error('RESERVED_WORD', `${reserved} is a reserved word of Java.`)];
}

function styleFaults(kind: MappingKind, name: string, current: string | null): NameFault[] {
  if (kind === 'CLASS') {
    const simple = name.slice(name.lastIndexOf('/') + 1);
    if (/^[a-z]/.test(simple)) return [warning('STYLE_CASE', `${simple} should start with an upper-case letter.`)];
    return [];
  }
  if (kind === 'FIELD') {
    if (isUpper(name)) return [];
    // The sources do not say which fields are final and static: what is called like a constant is one.
    if (current !== null && current.length > 1 && isUpper(current)) {
      return [warning('STYLE_CONSTANT', `${current} is named as a constant, and ${name} is not in UPPER_CASE.`)];
    }
    if (/^[A-Z][A-Z0-9]*_/.test(name)) {
      return [warning('STYLE_CONSTANT', `${name} looks like a constant, and is not all in UPPER_CASE.`)];
    }
  }
  if (/^[A-Z]/.test(name)) return [warning('STYLE_CASE', `${name} should start with a lower-case letter.`)];
  return [];
}

/**
 * What the rules say of a name by itself, for an entry that has `current` now. The rules are those of the predecessor
 * (bot@6a984a9~1, result codes -7 to -9, -11, -12 and -14).
 */
export function nameFaults(kind: MappingKind, name: string, current: string | null): NameFault[] {
  const spelling = spellingFaults(kind, name);
  if (spelling.length > 0) return spelling;
  const faults = styleFaults(kind, name, current);
  const simple = name.slice(name.lastIndexOf('/') + 1);
  if (simple.length > MAX_NAME) {
    faults.push(error('TOO_LONG', `A new name has at most ${MAX_NAME} characters; ${simple} has ${simple.length}.`));
  }
  if (kind === 'PARAMETER' && LOCAL.test(name)) {
    faults.push(warning('RESERVED_LOCAL', `${name} is what decompilers call local variables.`));
  }
  return faults;
}

// Line feed and tabulator are the only control characters that every format can hold.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** What is wrong with a documentation; null where nothing is. */
export function documentationFault(text: string): NameFault | null {
  if (text.length > MAX_DOCUMENTATION) {
    return error(
      'INVALID_INPUT',
      `A documentation has at most ${MAX_DOCUMENTATION} characters; this has ${text.length}.`,
    );
  }
  if (text.includes('*/'))
    return error('INVALID_INPUT', 'A documentation can not hold "*/", which would end the comment.');
  if (/\\u/.test(text)) {
    // Java reads \u002f as a slash even in comments, so that it could end one; and \users as an error.
    return error('INVALID_INPUT', 'A documentation can not hold "\\u", which Java reads as an escape.');
  }
  if (CONTROL.test(text) || /\p{Surrogate}/u.test(text)) {
    return error('INVALID_INPUT', 'A documentation can not hold control characters.');
  }
  return null;
}

/** Documentation as it is kept: line feeds alone, no blanks around it; null for none. */
export function normalDocumentation(text: string): string | null {
  const plain = text.replace(/\r\n?/g, '\n').trim();
  return plain === '' ? null : plain;
}
