import { describe, expect, it } from 'vitest';
import { newRecoveryCodes, normaliseRecoveryCode } from '../../../src/auth/second-factor/recovery-codes.js';

describe('new recovery codes', () => {
  it('are ten different ones, four groups of Crockford base32 each', () => {
    const codes = newRecoveryCodes();
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  });

  it('use the whole alphabet, at every place', () => {
    const codes = Array.from({ length: 200 }, newRecoveryCodes).flat();
    for (const place of [0, 1, 2, 3, 5, 8, 10, 13, 15, 18]) {
      expect(new Set(codes.map((code) => code[place])).size).toBe(32);
    }
  });
});

describe('a typed recovery code', () => {
  it('is as it was handed out', () => {
    for (const code of newRecoveryCodes()) {
      expect(normaliseRecoveryCode(code)).toBe(code);
      expect(normaliseRecoveryCode(code.toLowerCase())).toBe(code);
      expect(normaliseRecoveryCode(`  ${code.replaceAll('-', ' ')}\n`)).toBe(code);
      expect(normaliseRecoveryCode(code.replaceAll('-', ''))).toBe(code);
      expect(normaliseRecoveryCode(code.replaceAll('-', '–'))).toBe(code);
      expect(normaliseRecoveryCode(code.replaceAll('0', 'O').replaceAll('1', 'l'))).toBe(code);
    }
    expect(normaliseRecoveryCode('oOiI-lL01-ABCD-EFGH')).toBe('0011-1101-ABCD-EFGH');
  });

  it.each([
    ['nothing', ''],
    ['a hyphen', '-'],
    ['three groups', 'ABCD-EFGH-JKMN'],
    ['a character too few', 'ABCD-EFGH-JKMN-PQR'],
    ['a character too many', 'ABCD-EFGH-JKMN-PQRS-T'],
    ['a letter that Crockford leaves out', 'ABCD-EFGH-JKMN-PQRU'],
    ['a TOTP code', '123456'],
    ['an umlaut', 'ÄBCD-EFGH-JKMN-PQRS'],
    ['SQL', "' OR 1=1 --"],
    ['100 kB', '0'.repeat(100_000)],
  ])('is none: %s', (_what, text) => {
    expect(normaliseRecoveryCode(text)).toBeNull();
  });
});
