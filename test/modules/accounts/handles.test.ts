import { describe, expect, it } from 'vitest';
import {
  checkHandle,
  handleKey,
  handleKeys,
  handlesFor,
  isReservedHandle,
} from '../../../src/modules/accounts/handles.js';

const accepted = (handle: string): boolean => {
  try {
    checkHandle(handle);
    return true;
  } catch {
    return false;
  }
};

describe('a handle', () => {
  it.each(['ab', 'Steve', 'a1', '1a', 'red-stone', 'red_stone_2', 'a-b_c', 'x'.repeat(32), ' trimmed '])(
    'may be %j',
    (handle) => {
      expect(accepted(handle)).toBe(true);
    },
  );

  it.each([
    ['empty', ''],
    ['one letter', 'a'],
    ['too long', 'x'.repeat(33)],
    ['far too long', 'x'.repeat(1_000_000)],
    ['two words', 'red stone'],
    ['hyphen first', '-red'],
    ['hyphen last', 'red-'],
    ['two hyphens', 'red--stone'],
    ['hyphen and underscore', 'red-_stone'],
    ['a dot', 'red.stone'],
    ['Cyrillic a', 'st\u0435ve'],
    ['full-width letters', '\uff53\uff54\uff45\uff56\uff45'],
    ['long s, which is s in lower case', '\u017fteve'],
    ['Kelvin sign, which is k in lower case', 'red\u212aing'],
    ['dotless i', 'st\u0131ve'],
    ['an accent', 'st\u00e9ve'],
    ['a joined accent', 'ste\u0301ve'],
    ['right-to-left override', 'steve\u202Enimda'],
    ['zero-width space', 'ste\u200bve'],
    ['soft hyphen', 'ste\u00adve'],
    ['NUL', 'steve\u0000'],
    ['a line break', 'steve\nadmin'],
    ['an emoji', 'steve😀'],
    ['Arabic digits', 'steve\u0661'],
  ])('LG14 may not have: %s', (_what, handle) => {
    expect(accepted(handle)).toBe(false);
  });

  it.each([
    ['Steve', 'STEVE'],
    ['old-man', 'oldman'],
    ['old_man', 'old-man'],
    ['oldman', '0ldman'],
    ['Illia', 'lllia'],
    ['illia', '1llia'],
    ['modern', 'modem'],
    ['vvizard', 'wizard'],
    ['B-0-B', 'bob'],
  ])('LG14 looks alike: %s and %s', (one, other) => {
    expect(handleKeys(one).skeleton).toBe(handleKeys(other).skeleton);
  });

  it('LG14 tells apart what looks different, and keeps what was written', () => {
    expect(handleKeys(' Red-Stone ')).toEqual({ handle: 'Red-Stone', key: 'red-stone', skeleton: 'redstone' });
    expect(handleKey(' RED ')).toBe('red');
    const different = ['steve', 'steven', 'stefe', 'alex', 'al3x', 'max', 'rnax2'];
    expect(new Set(different.map((handle) => handleKeys(handle).skeleton)).size).toBe(different.length);
  });

  it.each([
    'admin',
    'Adm1n',
    'ad-min',
    'ROOT',
    'r00t',
    'NickServ',
    'n1ckserv',
    'Chan-Serv',
    'mcpbot',
    'M0derator',
    'modera-tor',
    'support',
    'deleted-17',
    'Deleted-x',
  ])('LG14 is reserved: %s', (handle) => {
    expect(isReservedHandle(handleKeys(handle))).toBe(true);
  });

  it.each(['steve', 'adminton', 'rooted', 'servant', 'undeleted-1', 'botanist'])('is not reserved: %s', (handle) => {
    expect(isReservedHandle(handleKeys(handle))).toBe(false);
  });
});

describe('handles for a name of a provider', () => {
  const first = (name: string, count = 3) => {
    const handles = [];
    for (const { handle } of handlesFor(name)) if (handles.push(handle) === count) break;
    return handles;
  };

  it.each([
    'octocat',
    'Some One!',
    '日本語',
    '',
    'a',
    '--',
    'admin',
    'deleted',
    'deleted-5',
    'NickServ',
    'x'.repeat(500),
    'é'.repeat(40),
    '\u202Enimda',
    '_._',
    'A'.repeat(25) + '-bc',
  ])('LG14 are always ones that anyone may have: %j', (name) => {
    const handles = first(name, 50);
    expect(handles).toHaveLength(50);
    expect(handles.filter((handle) => !accepted(handle) || isReservedHandle(handleKeys(handle)))).toEqual([]);
  });

  it('are the name itself, and then numbered', () => {
    expect(first('octocat')).toEqual(['octocat', 'octocat-2', 'octocat-3']);
    expect(first('Some One!')).toEqual(['Some-One', 'Some-One-2', 'Some-One-3']);
  });
});
