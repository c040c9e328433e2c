import { describe, expect, test } from 'vitest';
import { parseMappings } from '../../../src/modules/formats/index.js';
import { bytes, formatError } from './support.js';

const parse = (text: string, file = 'joined.map') => parseMappings(file, bytes(text));
const none = { srgDescriptor: null };

describe('SRG and XSRG', () => {
  const text = [
    'PK: . net/minecraft/src',
    'PK: net/minecraft/client net/minecraft/client',
    'CL: aad$1 net/minecraft/item/ItemMinecart$1',
    'FD: aad$1/b net/minecraft/item/ItemMinecart$1/field_96465_b #C',
    'MD: aad$1/a (Lck;I)Lamj; net/minecraft/item/ItemMinecart$1/func_82487_b (Lnet/minecraft/B;I)Lnet/minecraft/I;',
    '',
  ].join('\r\n');

  test('both sides of every line', () => {
    expect(parse(text)).toEqual({
      format: 'SRG',
      packages: [
        { obf: '', srg: 'net/minecraft/src' },
        { obf: 'net/minecraft/client', srg: 'net/minecraft/client' },
      ],
      classes: [{ obf: 'aad$1', srg: 'net/minecraft/item/ItemMinecart$1' }],
      fields: [{ owner: 'aad$1', obf: 'b', obfDescriptor: null, srg: 'field_96465_b', ...none }],
      methods: [
        {
          owner: 'aad$1',
          obf: 'a',
          obfDescriptor: '(Lck;I)Lamj;',
          srg: 'func_82487_b',
          srgDescriptor: '(Lnet/minecraft/B;I)Lnet/minecraft/I;',
          isStatic: null,
          parameters: [],
        },
      ],
    });
  });

  test('a field with descriptors makes it XSRG, line by line', () => {
    const set = parse('CL: a x/A\nFD: a/b I x/A/field_1_b I\nFD: a/c x/A/field_2_c\n');
    expect(set.format).toBe('XSRG');
    expect(set.fields).toEqual([
      { owner: 'a', obf: 'b', obfDescriptor: 'I', srg: 'field_1_b', srgDescriptor: 'I' },
      { owner: 'a', obf: 'c', obfDescriptor: null, srg: 'field_2_c', srgDescriptor: null },
    ]);
  });

  test('two fields may differ in their descriptors alone', () => {
    expect(parse('FD: a/b I x/A/field_1_b I\nFD: a/b J x/A/field_2_b J\n').fields).toHaveLength(2);
  });

  test('classes that only members name are made, before or after their own line', () => {
    const set = parse('FD: a/b x/A/field_1_b\nMD: c/d ()V x/C/func_1_d ()V\nCL: a x/A\n');
    expect(set.classes).toEqual([
      { obf: 'a', srg: 'x/A' },
      { obf: 'c', srg: 'x/C' },
    ]);
  });

  test.each([
    ['CL: a\n', 1, '1 column after CL: where the format has 2'],
    ['CL: a b c\n', 1, '3 columns after CL: where the format has 2'],
    ['PK: a\n', 1, '1 column after PK: where the format has 2'],
    ['FD: a/b x/A/c I\n', 1, '3 columns after FD: where the format has 2 or 4'],
    ['MD: a/b ()V x/A/c\n', 1, '3 columns after MD: where the format has 4'],
    ['CL: a x/A\nXX: a b\n', 2, '"XX:" is none of PK: CL: FD: MD:'],
    ['CL: a x/A\na b\n', 2, '"a" is none of PK: CL: FD: MD:'],
    ['FD: b x/A/c\n', 1, '"b" is not a class and a member with "/" between'],
    ['FD: a/b c\n', 1, '"c" is not a class and a member with "/" between'],
    ['FD: a/ x/A/c\n', 1, 'a field name is empty'],
    ['MD: a/b (X)V x/A/c ()V\n', 1, '"(X)V" is not a method descriptor'],
    ['MD: a/b ()V x/A/c (\n', 1, '"(" is not a method descriptor'],
    ['FD: a/b V x/A/c I\n', 1, '"V" is not a field descriptor'],
    ['PK: a; b\n', 1, '"a;" is not a package'],
    ['CL: a x/A\nCL: a x/A\n', 2, 'class "a" is mapped twice, first in line 1'],
    ['CL: a x/A\nFD: a/b x/B/c\n', 2, 'class "a" is "x/B" here and "x/A" in line 1'],
    ['FD: a/b x/B/c\nCL: a x/A\n', 2, 'class "a" is "x/A" here and "x/B" in line 1'],
    ['FD: a/b x/A/c\nFD: a/b x/A/d\n', 2, 'field "b" of class "a" is mapped twice, first in line 1'],
    [
      'CL: a x/A\nMD: a/b ()V x/A/fun',
      2,
      '3 columns after MD: where the format has 4 (the last line, without a line end: the file may be cut)',
    ],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parse(input, 'joined.srg')).message).toBe(`joined.srg:${line}: ${reason}`);
  });
});

describe('CSRG', () => {
  const text = ['./ net/minecraft/src', 'p/ q/', 'a net/A', 'a f field_1_f', 'b m (I)V func_2_m', 'b net/B', ''].join(
    '\r\n',
  );

  test('owner is the OBF class, made if absent', () => {
    expect(parse(text)).toEqual({
      format: 'CSRG',
      packages: [
        { obf: '', srg: 'net/minecraft/src' },
        { obf: 'p', srg: 'q' },
      ],
      classes: [
        { obf: 'a', srg: 'net/A' },
        { obf: 'b', srg: 'net/B' },
      ],
      fields: [{ owner: 'a', obf: 'f', obfDescriptor: null, srg: 'field_1_f', ...none }],
      methods: [
        { owner: 'b', obf: 'm', obfDescriptor: '(I)V', srg: 'func_2_m', ...none, isStatic: null, parameters: [] },
      ],
    });
    expect(parse('c m ()V func_1_m\n').classes).toEqual([{ obf: 'c', srg: 'c' }]);
  });

  test.each([
    ['a f b\na\n', 2, '1 column where CSRG has 2 for a class, 3 for a field and 4 for a method'],
    ['a f b\na b c d e\n', 2, '5 columns where CSRG has 2 for a class, 3 for a field and 4 for a method'],
    ['a m I b\n', 1, '"I" is not a method descriptor'],
    ['a f b\na f c\n', 2, 'field "f" of class "a" is mapped twice, first in line 1'],
    ['a A\na f b\na A\n', 3, 'class "a" is mapped twice, first in line 1'],
    ['a f b\n\tb c\n', 2, '"\\tb" is not a class name'],
    ['a  b\n', 1, 'a field name is empty'],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parse(input, 'a.csrg')).message).toBe(`a.csrg:${line}: ${reason}`);
  });
});
