import { decodeBase32IgnorePadding } from '@oslojs/encoding';
import { generateHOTP } from '@oslojs/otp';
import { describe, expect, it } from 'vitest';
import { matchTotp, newTotpKey, totpSecretText, totpUri } from '../../../src/auth/second-factor/totp.js';

const RFC_KEY = new TextEncoder().encode('12345678901234567890');
const at = (seconds: number) => new Date(seconds * 1000);
const match = (code: string, seconds: number, lastStep = -1, key: Uint8Array = RFC_KEY) =>
  matchTotp({ key, code, now: at(seconds), lastStep });

describe('codes', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of RFC 6238 appendix B at %d s', (seconds, code) => {
    expect(match(code, seconds)).toBe(Math.floor(seconds / 30));
  });

  it('are those of RFC 4226 appendix D', () => {
    const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
    expect(codes.map((code, step) => match(code, Math.max(step * 30, 30)))).toEqual([...codes.keys()]);
  });

  it('may have blanks, and come from a key that the database or a cipher returned', () => {
    expect(match(' 081 804\n', 1_111_111_109, -1, Buffer.from(RFC_KEY))).toBe(37_037_036);
    expect(match('081\u00a0804', 1_111_111_109)).toBe(37_037_036);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' '],
    ['five digits', '81804'],
    ['seven digits', '0081804'],
    ['eight digits', '07081804'],
    ['a NUL', '081804\0'],
    ['a hyphen', '081-804'],
    ['a sign', '+81804'],
    ['a decimal point', '8.1804'],
    ['hexadecimal', '0x13f8'],
    ['an exponent', '8e1804'],
    ['Arabic digits', '\u0660\u0668\u0661\u0668\u0660\u0664'],
    ['fullwidth digits', '\uff10\uff18\uff11\uff18\uff10\uff14'],
    ['two codes', '081804,050471'],
    ['JSON', '"081804"'],
    ['600 kB of digits', '081804'.repeat(100_000)],
    ['1 MB of blanks', ' '.repeat(1_000_000)],
  ])('are six digits: %s is none', (_what, code) => {
    expect(match(code, 1_111_111_109)).toBeNull();
  });
});

describe('the clock', () => {
  const code = (step: number) => generateHOTP(RFC_KEY, BigInt(step), 6);

  it('may be one step off, either way', () => {
    for (let step = 990; step <= 1010; step++) {
      const expected = Math.abs(step - 1000) <= 1 ? step : null;
      expect(match(code(step), 1000 * 30)).toBe(expected);
      expect(match(code(step), 1000 * 30 + 29.999)).toBe(expected);
    }
  });

  it('moves on at full steps', () => {
    expect(match(code(1000), 1002 * 30 - 0.001)).toBe(1000);
    expect(match(code(1000), 1002 * 30)).toBeNull();
    expect(match(code(1000), 999 * 30)).toBe(1000);
    expect(match(code(1000), 999 * 30 - 0.001)).toBeNull();
  });
});

describe('a code is good once (LG9)', () => {
  const key = newTotpKey();
  const code = (step: number) => generateHOTP(key, BigInt(step), 6);

  it('whenever it comes again', () => {
    const lastStep = match(code(1000), 30_000, -1, key)!;
    expect(lastStep).toBe(1000);
    for (const seconds of [29_970, 30_000, 30_029, 30_030, 30_059]) {
      expect(match(code(1000), seconds, lastStep, key)).toBeNull();
    }
  });

  it('and so are those before it, but the next one counts', () => {
    expect(match(code(999), 30_000, 1000, key)).toBeNull();
    expect(match(code(1001), 30_000, 1000, key)).toBe(1001);
    expect(match(code(1001), 30_030, 1001, key)).toBeNull();
  });

  it('also where two steps have the same code', () => {
    const step = 910_737;
    const twice = generateHOTP(RFC_KEY, BigInt(step), 6);
    expect(match(twice, step * 30)).toBe(step + 1);
    expect(match(twice, step * 30, step + 1)).toBeNull();
  });
});

describe('keys', () => {
  it('have 160 bits and are never the same', () => {
    const keys = Array.from({ length: 50 }, newTotpKey);
    expect(keys.every((key) => key.length === 20)).toBe(true);
    expect(new Set(keys.map(totpSecretText)).size).toBe(50);
  });

  it('are written in base32', () => {
    expect(totpSecretText(RFC_KEY)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(decodeBase32IgnorePadding(totpSecretText(RFC_KEY))).toEqual(RFC_KEY);
  });

  it('go to apps as an address that keeps names as they are', () => {
    const uri = new URL(totpUri({ key: RFC_KEY, issuer: 'MCP WebService', account: 'a+b:c&d=é@x' }));
    expect(`${uri.protocol}//${uri.host}`).toBe('otpauth://totp');
    expect(decodeURIComponent(uri.pathname)).toBe('/MCP WebService:a+b:c&d=é@x');
    expect(uri.search).toBe(
      '?issuer=MCP%20WebService&algorithm=SHA1&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=30&digits=6',
    );
  });
});
