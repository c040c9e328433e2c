import { describe, expect, test } from 'vitest';
import { parseTiny1 } from '../../../src/modules/formats/index.js';
import { expectLinear, formatError } from './support.js';
import { written } from './written.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

describe('Tiny v1', () => {
  test('is written: a place holder where a type is not known', () => {
    expect(written('TINY1')).toBe(
      lines(
        'v1\tobf\tsrg\tmcp',
        'CLASS\ta\tnet/minecraft/Alpha\tnet/minecraft/Änderung',
        'FIELD\ta\tI\ta\tfield_1_a\tgröße',
        'FIELD\ta\tLunknown;\tb\tfield_2_b\tfield_2_b',
        'METHOD\ta\t(J[[La$1;)La;\ta\tfunc_1_a\tmixTogether',
        'METHOD\ta\t()V\tb\tfunc_2_b\tfunc_2_b',
        'CLASS\ta$1\tnet/minecraft/Alpha$Inner\tnet/minecraft/Alpha$Inner',
        'CLASS\tb\tRoot\tRoot',
        'METHOD\tb\t(Ljava/lang/Object;)Z\tequals\tequals\tequals',
      ),
    );
    expect(written('TINY1', ['MCP', 'OBF'])).toContain(
      'METHOD\tnet/minecraft/Änderung\t(J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Änderung;\tmixTogether\ta\n',
    );
  });

  test('is read: comments, CRLF, a class that only members name, names that are not there', () => {
    const text = ['v1\tobf\tsrg\tid\tmcp', '# c', '', 'FIELD\ta\tI\tb\tf_1_\t1\tcount', 'METHOD\ta\t()V\tc\t\t\t'];
    expect(parseTiny1('x', text.join('\r\n'))).toEqual({
      format: 'TINY1',
      packages: [],
      classes: [{ obf: 'a', srg: 'a' }],
      fields: [{ owner: 'a', obf: 'b', obfDescriptor: 'I', srg: 'f_1_', srgDescriptor: null, name: 'count' }],
      methods: [
        {
          owner: 'a',
          obf: 'c',
          obfDescriptor: '()V',
          srg: 'c',
          srgDescriptor: null,
          isStatic: null,
          parameters: [],
        },
      ],
    });
  });

  test.each(['', 'null', 'Lunknown;'])('the type %j is none', (type) => {
    expect(parseTiny1('x', `v1\ta\tb\nFIELD\ta\t${type}\tc\td\n`).fields[0]!.obfDescriptor).toBeNull();
  });

  test.each([
    ['v2\ta\tb\n', 1, 'the first line is not a "v1" header'],
    ['v1\ta\n', 1, 'the header names 1 namespace where a mapping needs 2'],
    ['v1\ta\t\n', 1, 'the header has an empty or unreadable namespace'],
    ['v1\ta\tb\nCLASS\ta\n', 2, '1 column after CLASS where the header asks for 2'],
    ['v1\ta\tb\nFIELD\ta\tI\tb\n', 2, '3 columns after FIELD where the header asks for 4'],
    ['v1\ta\tb\nMETHOD\ta\t()V\tb\tc\td\n', 2, '5 columns after METHOD where the header asks for 4'],
    ['v1\ta\tb\nclass\ta\tb\n', 2, '"class" is none of CLASS, FIELD, METHOD'],
    ['v1\ta\tb\n\tCLASS\ta\tb\n', 2, '"" is none of CLASS, FIELD, METHOD'],
    ['v1\ta\tb\nCLASS\t\tb\n', 2, 'a class name is empty'],
    ['v1\ta\tb\nCLASS\ta b\tb\n', 2, '"a b" is not a class name'],
    ['v1\ta\tb\nCLASS\ta\tb\nCLASS\ta\tc\n', 3, 'class "a" is mapped twice, first in line 2'],
    ['v1\ta\tb\nFIELD\ta;\tI\tb\tc\n', 2, '"a;" is not a class name'],
    ['v1\ta\tb\nFIELD\ta\tV\tb\tc\n', 2, '"V" is not a field descriptor'],
    ['v1\ta\tb\nFIELD\ta\tI\t\tc\n', 2, 'a field name is empty'],
    ['v1\ta\tb\nMETHOD\ta\tnull\tb\tc\n', 2, '"null" is not a method descriptor'],
    ['v1\ta\tb\nMETHOD\ta\t()V\tb\t<x>\n', 2, '"<x>" is not a method name'],
    ['v1\ta\tb\nFIELD\ta\tI\tb\tc\nFIELD\ta\tI\tb\td\n', 3, 'field "b" of class "a" is mapped twice, first in line 2'],
    [
      'v1\ta\tb\nMETHOD\ta\t()V\tb\tfunc_1',
      2,
      '"func_1" is not a whole SRG id (the last line, without a line end: the file may be cut)',
    ],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parseTiny1('f.tiny', input)).message).toBe(`f.tiny:${line}: ${reason}`);
  });

  test('hostile input takes linear time', () => {
    for (const piece of ['FIELD\t', 'CLASS\ta\ta\n', '\t', 'METHOD\ta\t(\t\n', '#\n']) {
      const read = (text: string) => formatError(() => parseTiny1('x', text));
      expectLinear(read, (size) => `v1\ta\tb\n${piece.repeat(size)}`, 20_000);
    }
  });
});
