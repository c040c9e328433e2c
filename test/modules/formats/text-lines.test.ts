import { describe, expect, test } from 'vitest';
import { FormatError, quoted } from '../../../src/modules/formats/format-error.js';
import { contentLines, decodeText, textLines } from '../../../src/modules/formats/text-lines.js';
import { AppError } from '../../../src/shared/errors.js';
import { formatError } from './support.js';

describe('decodeText', () => {
  test('decodes UTF-8 and strips one byte order mark', () => {
    expect(decodeText('f', Buffer.from('é😀\n'))).toBe('é😀\n');
    expect(decodeText('f', Buffer.from('\ufeffa'))).toBe('a');
    expect(decodeText('f', Buffer.alloc(0))).toBe('');
  });

  test('names file and line of the first bad byte', () => {
    const bad = Buffer.concat([
      Buffer.from('ok é\nfine\n'),
      Buffer.from([0x61, 0xe9, 0x62, 0x0a]),
      Buffer.from('ok\n'),
    ]);
    expect(formatError(() => decodeText('a.csv', bad)).message).toBe('a.csv:3: the line is not UTF-8 text');
    const last = Buffer.from([0x61, 0x0a, 0xc3]);
    expect(formatError(() => decodeText('a.csv', last)).message).toBe('a.csv:2: the line is not UTF-8 text');
    const overlong = Buffer.from([0xc0, 0x80]);
    expect(formatError(() => decodeText('a.csv', overlong)).line).toBe(1);
  });

  test('says UTF-16 where it sees its mark', () => {
    const utf16 = Buffer.from('\ufeffa b\n', 'utf16le');
    expect(formatError(() => decodeText('x', utf16)).message).toBe('x:1: the file is UTF-16, not UTF-8');
  });
});

describe('lines', () => {
  test('LF, CRLF, empty lines and a last line without an end keep their numbers', () => {
    expect([...textLines('a\r\n\nb\rc\nd')]).toEqual([
      { number: 1, text: 'a', ended: true },
      { number: 2, text: '', ended: true },
      { number: 3, text: 'b\rc', ended: true },
      { number: 4, text: 'd', ended: false },
    ]);
    expect([...textLines('')]).toEqual([]);
    expect([...textLines('\n')]).toEqual([{ number: 1, text: '', ended: true }]);
  });

  test('content leaves out empty lines and comments, and cuts comments at the end of a line', () => {
    const lines = [...contentLines('# c\n\na b # c\n \t\nx#y z\n')];
    expect(lines.map(({ number, text }) => [number, text])).toEqual([
      [3, 'a b'],
      [5, 'x#y z'],
    ]);
  });
});

describe('FormatError', () => {
  test('is an AppError for the caller, with its parts as details', () => {
    const error = new FormatError('a.srg', 7, 'because');
    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe('a.srg:7: because');
    expect(error.details).toEqual({ file: 'a.srg', line: 7, reason: 'because' });
    expect(new FormatError('a.srg', null, 'because').message).toBe('a.srg: because');
  });

  test('quoted pieces are short and show what is invisible', () => {
    expect(quoted('a\u0000\u202eb\u009b')).toBe('"a\\u0000\\u202eb\\u009b"');
    expect(quoted('x'.repeat(1000))).toHaveLength(63);
  });
});
