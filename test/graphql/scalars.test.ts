import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DateTime, Url } from '../../src/graphql/scalars.js';

describe('DateTime', () => {
  it('takes what RFC 3339 writes, and answers in UTC', () => {
    for (const [given, meant] of [
      ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
      ['2026-01-31T12:00:00.5+02:00', '2026-01-31T10:00:00.500Z'],
      ['2024-02-29T23:59:59-00:00', '2024-02-29T23:59:59.000Z'],
    ] as const) {
      expect(DateTime.serialize(DateTime.parseValue(given))).toBe(meant);
      expect(DateTime.parseLiteral({ kind: Kind.STRING, value: given }).toISOString()).toBe(meant);
    }
    expect(DateTime.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  });

  it('refuses days that are none, times without an offset, and numbers', () => {
    for (const given of [
      '2026-02-30T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-31',
      '2026-01-31T12:00:00',
      '2026-01-31T24:00:00Z',
      0,
      null,
      {},
      'now',
    ]) {
      expect(() => DateTime.parseValue(given)).toThrow('DateTime takes');
    }
    expect(() => DateTime.parseLiteral({ kind: Kind.INT, value: '0' })).toThrow('DateTime takes');
  });
});

describe('URL', () => {
  it('takes absolute http addresses and no others', () => {
    expect(Url.parseValue('https://example.org/a b')).toBe('https://example.org/a%20b');
    for (const given of [
      'javascript:alert(1)',
      '/path',
      '//example.org',
      'ftp://x',
      '',
      1,
      null,
      `https://${'x'.repeat(3000)}`,
    ]) {
      expect(() => Url.parseValue(given)).toThrow('URL takes');
    }
  });
});
