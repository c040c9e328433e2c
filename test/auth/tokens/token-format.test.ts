import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isToken, newToken, tokenPrefix } from '../../../src/auth/tokens/token-format.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 of a text in base 62, reckoned in another way than the service does. */
function checksumOf(text: string): string {
  const rest = BigInt(crc32(text));
  return [...Array<undefined>(6).keys()]
    .map((place) => ALPHABET[Number((rest / 62n ** BigInt(5 - place)) % 62n)]!)
    .join('');
}

describe('the format of API tokens', () => {
  it('is a prefix that scanners know, 43 random characters and a checksum of both', () => {
    for (const prefix of ['mcp_pat_', 'mcp_bot_'] as const) {
      const token = newToken(prefix);
      expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{43}[0-9A-Za-z]{6}$`));
      expect(token.slice(-6)).toBe(checksumOf(token.slice(0, -6)));
      expect(isToken(token)).toBe(true);
      expect(tokenPrefix(token)).toBe(token.slice(0, 12));
    }
  });

  it('never comes twice, and uses all characters about equally', () => {
    const bodies = Array.from({ length: 2_000 }, () => newToken('mcp_pat_').slice(8, 51));
    expect(new Set(bodies).size).toBe(bodies.length);
    const counts = new Map<string, number>();
    for (const character of bodies.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 86,000 characters: 1,387 of each, give or take 37. Taking bytes modulo 62 would give 1,680 of the first eight.
    const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())];
    expect(least).toBeGreaterThan(1_170);
    expect(most).toBeLessThan(1_600);
  });

  it('SE11 tells every changed, missing, added and swapped character', () => {
    const token = newToken('mcp_pat_');
    const other = (character: string) => (character === 'x' ? 'y' : 'x');
    const broken = [
      ...[...token].map((character, i) => token.slice(0, i) + other(character) + token.slice(i + 1)),
      ...[...token].map((_, i) => token.slice(0, i) + token.slice(i + 1)),
      token + 'x',
      token.replace('mcp_pat_', 'mcp_bot_'),
      token.replace('mcp_pat_', 'mcp_xyz_'),
      token.toLowerCase(),
      ` ${token}`,
      `${token}\n`,
      `${token} ${token}`,
      '',
      'mcp_pat_',
      'x'.repeat(1_000_000),
    ].filter((text) => text !== token);
    expect(broken.filter(isToken)).toEqual([]);
  });
});
