import { describe, expect, test } from 'vitest';
import { parseTiny2 } from '../../../src/modules/formats/index.js';
import { escapeTiny, unescapeTiny } from '../../../src/modules/formats/tiny2.js';
import { expectLinear, formatError, random } from './support.js';
import { written } from './written.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');
const head = 'tiny\t2\t0\tobf\tsrg\n';
const inClass = (...more: string[]): string => head + lines('c\ta\tA', ...more);

describe('Tiny v2 is written', () => {
  test('with documentation and parameters', () => {
    expect(written('TINY2')).toBe(
      lines(
        'tiny\t2\t0\tobf\tsrg\tmcp',
        'c\ta\tnet/minecraft/Alpha\tnet/minecraft/Änderung',
        '\tc\tTwo lines,\\nand a \\\\ too.',
        '\tf\tI\ta\tfield_1_a\tgröße',
        '\t\tc\tIn\\tblocks.',
        '\tf\tLunknown;\tb\tfield_2_b\tfield_2_b',
        '\tm\t(J[[La$1;)La;\ta\tfunc_1_a\tmixTogether',
        '\t\tc\tMixes.',
        '\t\tp\t0\t\tp_1_0_\tseed',
        '\t\t\tc\twhere it starts',
        '\t\tp\t2\t\tp_1_2_\tp_1_2_',
        '\tm\t()V\tb\tfunc_2_b\tfunc_2_b',
        '\tm\t(Z)V\t<init>\t<init>\t<init>',
        '\t\tp\t1\t\tp_i7_1_\tisNew',
        'c\ta$1\tnet/minecraft/Alpha$Inner\tnet/minecraft/Alpha$Inner',
        'c\tb\tRoot\tRoot',
        '\tm\t(Ljava/lang/Object;)Z\tequals\tequals\tequals',
      ),
    );
  });

  test('an empty last column would be none for some readers', () => {
    expect(written('TINY2', ['MCP', 'OBF'])).toContain('\t\tp\t0\tseed\to\n');
    expect(written('TINY2', ['SRG', 'OBF', 'MCP'])).toContain('\t\tp\t0\tp_1_0_\t\tseed\n');
  });

  test('whatever documentation says comes back', () => {
    const next = random(7);
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: next(9) }, () => '\\nrt0\n\r\t\0ä'.charAt(next(10))).join('');
      expect(escapeTiny(text)).not.toMatch(/[\n\r\t\0]/);
      expect(unescapeTiny(escapeTiny(text))).toBe(text);
    }
  });
});

describe('Tiny v2 is read', () => {
  test('names, documentation and parameters come back', () => {
    const set = parseTiny2('x', written('TINY2'));
    expect(set.classes[0]).toEqual({
      obf: 'a',
      srg: 'net/minecraft/Alpha',
      name: 'net/minecraft/Änderung',
      documentation: 'Two lines,\nand a \\ too.',
    });
    expect(set.fields[0]).toMatchObject({ obfDescriptor: 'I', name: 'größe', documentation: 'In\tblocks.' });
    expect(set.fields[1]!.obfDescriptor).toBeNull();
    expect(set.methods[0]).toEqual({
      owner: 'a',
      obf: 'a',
      obfDescriptor: '(J[[La$1;)La;',
      srg: 'func_1_a',
      srgDescriptor: null,
      name: 'mixTogether',
      documentation: 'Mixes.',
      isStatic: true,
      parameters: [
        { index: 0, srg: 'p_1_0_', name: 'seed', documentation: 'where it starts' },
        { index: 1, srg: 'p_1_2_', name: 'p_1_2_' },
      ],
    });
    expect(set.methods[2]).toMatchObject({ srg: '<init>', isStatic: null, parameters: [{ index: 0, srg: 'p_i7_1_' }] });
  });

  test('properties, CRLF, local variables, names that are not there, several comments', () => {
    const text = [
      'tiny\t2\t0\tofficial\tintermediary',
      '\tkey\tvalue',
      'c\ta\t',
      '\tm\t(I)V\tb\tm_1_',
      '\t\tv\t3\t4\t5\tx\ty',
      '\t\t\tc\tof a variable',
      '\t\tp\t1\tx\t',
      '\t\t\tc\tone',
      '\t\t\tc\ttwo',
      '',
    ].join('\r\n');
    expect(parseTiny2('x', text)).toMatchObject({
      classes: [{ obf: 'a', srg: 'a' }],
      methods: [{ srg: 'm_1_', isStatic: null, parameters: [{ index: 0, srg: 'x', documentation: 'one\ntwo' }] }],
    });
  });

  test('names are escaped where the file says so', () => {
    const text = (property: string) => `${head}${property}c\ta\tA\n\tf\tI\t\\\\b\tc\n`;
    expect(parseTiny2('x', text('')).fields[0]!.obf).toBe('\\\\b');
    expect(parseTiny2('x', text('\tescaped-names\n')).fields[0]!.obf).toBe('\\b');
    const broken = `${head}\tescaped-names\nc\ta\tA\n\tf\tI\t\\b\tc\n`;
    expect(formatError(() => parseTiny2('x', broken)).message).toBe('x:4: a backslash in "\\\\b" escapes nothing');
  });

  test.each([
    ['(II)V', [1, 2], null, [0, 1]],
    ['(II)V', [0, 1], true, [0, 1]],
    ['(II)V', [1], null, [0]],
    ['(JI)V', [2], true, [1]],
    ['(JI)V', [3], null, [1]],
    ['(JJ)V', [0], true, [0]],
  ])('%s with slots %j: static is %j', (descriptor, slots, isStatic, positions) => {
    const text = inClass(`\tm\t${descriptor}\tb\tm_1_`, ...slots.map((slot) => `\t\tp\t${slot}\t\tp_${slot}_`));
    const [method] = parseTiny2('x', text).methods;
    expect([method!.isStatic, method!.parameters.map(({ index }) => index)]).toEqual([isStatic, positions]);
  });

  test.each([
    ['v1\ta\tb\n', 1, 'the first line is not a "tiny" header'],
    ['tiny\t3\t0\ta\tb\n', 1, 'the header is not that of version 2 of Tiny'],
    ['tiny\t2\tx\ta\tb\n', 1, 'the header is not that of version 2 of Tiny'],
    ['tiny\t2\t0\ta\n', 1, 'the header names 1 namespace where a mapping needs 2'],
    ['tiny\t2\t0\ta\tb c\n', 1, 'the header has an empty or unreadable namespace'],
    [`${head}x\ta\tb\n`, 2, '"x" is no line of Tiny v2 in this place'],
    [`${head}c\ta\n`, 2, '1 column where a class has 2'],
    [`${head}c\ta\tb\tc\n`, 2, '3 columns where a class has 2'],
    [`${head}c\ta\tb;\n`, 2, '"b;" is not a class name'],
    [`${head}\t\tp\t0\ta\tb\n`, 2, 'the line is indented deeper than what stands above it'],
    [inClass('\tf\tI\tb'), 3, '2 columns where a field has 3'],
    [inClass('\tm\t()V\tb'), 3, '2 columns where a method has 3'],
    [inClass('\tf\tV\tb\tc'), 3, '"V" is not a field descriptor'],
    [inClass('\tm\t\tb\tc'), 3, '"" is not a method descriptor'],
    [inClass('\tm\t()V\t\tc'), 3, 'a method name is empty'],
    [inClass('\tp\t0\ta\tb'), 3, '"p" is no line of Tiny v2 in this place'],
    [inClass('\t\tp\t0\ta\tb'), 3, 'the line is indented deeper than what stands above it'],
    [inClass('\tf\tI\tb\tc', '\t\tp\t0\ta\tb'), 4, '"p" is no line of Tiny v2 in this place'],
    [inClass('\tf\tI\tb\tc', '\t\tc\tx', '\t\t\tc\ty'), 5, 'the line is indented deeper than what stands above it'],
    [inClass('\tm\t(I)V\tb\tc', '\t\tp\t1\td'), 4, '2 columns where a parameter has 3'],
    [inClass('\tm\t(I)V\tb\tc', '\t\tp\tx\t\td'), 4, '"x" is not a parameter\'s slot'],
    [inClass('\tm\t(I)V\tb\tc', '\t\tp\t1\t\t;'), 4, '";" is not a parameter name'],
    [inClass('\tm\t(I)V\tb\tc', '\t\tp\t1\t\td', '\t\tp\t1\t\te'), 5, 'slot 1 is mapped twice'],
    [inClass('\tm\t(I)V\tb\tc', '\t\tp\t2\t\td'), 4, 'the parameters of "(I)V" are not at the slots 2'],
    [
      inClass('\tm\t(JI)V\tb\tc', '\t\tp\t0\t\td', '\t\tp\t3\t\te'),
      4,
      'the parameters of "(JI)V" are not at the slots 0, 3',
    ],
    [inClass('\tm\t(I)V\t<init>\t<init>', '\t\tp\t0\t\td'), 4, 'the parameters of "(I)V" are not at the slots 0'],
    [inClass('\tc'), 3, '0 columns after c where a comment has 1'],
    [inClass('\tc\ta\tb'), 3, '2 columns after c where a comment has 1'],
    [inClass('\tc\ta\\x'), 3, 'a backslash in the comment escapes nothing'],
    [inClass('\tc\ta\\'), 3, 'a backslash in the comment escapes nothing'],
    [inClass('c\ta\tB'), 3, 'class "a" is mapped twice, first in line 2'],
    [inClass('\tf\tI\tb\tc', '\tf\tI\tb\td'), 4, 'field "b" of class "a" is mapped twice, first in line 3'],
    [
      inClass('\tm\t()V\tb\tfunc_1').trimEnd(),
      3,
      '"func_1" is not a whole SRG id (the last line, without a line end: the file may be cut)',
    ],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parseTiny2('f.tiny', input)).message).toBe(`f.tiny:${line}: ${reason}`);
  });

  test('hostile input takes linear time', () => {
    for (const piece of ['\t', '\tc\ta\n', '\\', 'c\ta\ta\n', '\tm\t(\n', '\tm\t()V\ta\tb\n\t\tp\t0\ta\tb\n']) {
      const read = (text: string) => formatError(() => parseTiny2('x', `${text}\n!`));
      expectLinear(read, (size) => `${head}c\tz\tz\n\tc\t${piece.repeat(size)}`, 20_000);
    }
  });
});
