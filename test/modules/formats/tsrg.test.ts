import { describe, expect, test } from 'vitest';
import { parseMappings, parseTsrg2 } from '../../../src/modules/formats/index.js';
import { bytes, formatError } from './support.js';

const parse = (text: string, file = 'joined.map') => parseMappings(file, bytes(text));
const none = { srgDescriptor: null };

describe('TSRG', () => {
  const text = [
    'a/ net/minecraft/a/',
    './ net/minecraft/src/',
    'a net/minecraft/util/text/TextFormatting',
    '\ta BLACK',
    '\tb func_1_b',
    '\ta (La;J)V func_226665_a__',
    '\t<init> ()V <init>',
    'net/minecraft/package-info net/minecraft/package-info',
    '',
  ].join('\n');

  test('classes, fields, methods and packages in file order', () => {
    expect(parse(text)).toEqual({
      format: 'TSRG',
      packages: [
        { obf: 'a', srg: 'net/minecraft/a' },
        { obf: '', srg: 'net/minecraft/src' },
      ],
      classes: [
        { obf: 'a', srg: 'net/minecraft/util/text/TextFormatting' },
        { obf: 'net/minecraft/package-info', srg: 'net/minecraft/package-info' },
      ],
      fields: [
        { owner: 'a', obf: 'a', obfDescriptor: null, srg: 'BLACK', ...none },
        { owner: 'a', obf: 'b', obfDescriptor: null, srg: 'func_1_b', ...none },
      ],
      methods: [
        {
          owner: 'a',
          obf: 'a',
          obfDescriptor: '(La;J)V',
          srg: 'func_226665_a__',
          ...none,
          isStatic: null,
          parameters: [],
        },
        { owner: 'a', obf: '<init>', obfDescriptor: '()V', srg: '<init>', ...none, isStatic: null, parameters: [] },
      ],
    });
  });

  test('CRLF, a byte order mark, comments and a missing last line end change nothing', () => {
    const other = `\ufeff# comment\r\n\r\n${text.trimEnd().replaceAll('\n', ' # c\r\n')}`;
    expect(parse(other)).toEqual(parse(text));
  });

  test.each([
    ['\ta b\n', 1, 'a member stands before any class'],
    ['a/ b/\n\tc d\n', 2, 'a member stands before any class'],
    ['a A\n\ta\n', 2, '1 column where a field has 2 and a method 3'],
    ['a A\n\ta ()V b c\n', 2, '4 columns where a field has 2 and a method 3'],
    ['a A\n\ta b\na b c\n', 3, '3 columns where a class has 2'],
    ['a A\n\ta b\nb\n', 3, '1 column where a class has 2'],
    ['a A\n\t\ta b\n', 2, 'TSRG has one level of indentation, TSRG2 two'],
    ['a A\n\ta  b\n', 2, '"" is not a method descriptor'],
    ['a A\n\t b\n', 2, 'a field name is empty'],
    ['a A\n\t ()V b\n', 2, 'a method name is empty'],
    ['a A\n\ta (La)V b\n', 2, '"(La)V" is not a method descriptor'],
    ['a A\n\ta I b\n', 2, '"I" is not a method descriptor'],
    ['a A\n\ta b;c\n', 2, '"b;c" is not a field name'],
    ['a A\n\ta b(\n', 2, '"b(" is not a field name'],
    ['a A\n\ta [b\n', 2, '"[b" is not a field name'],
    ['a A\n\ta b/c\n', 2, '"b/c" is not a field name'],
    ['a A\n\ta b\u0007\n', 2, '"b\\u0007" is not a field name'],
    ['a A\n\ta b\tc\n', 2, '"b\\tc" is not a field name'],
    ['a A\n\ta ()V \u202eb\n', 2, '"\\u202eb" is not a method name'],
    ['a A;\n\ta b\n', 1, '"A;" is not a class name'],
    ['a A//b\n\ta b\n', 1, '"A//b" is not a class name'],
    [' A\n\ta b\n', 1, 'a class name is empty'],
    ['a A\n\ta b\na B\n', 3, 'class "a" is mapped twice, first in line 1'],
    ['a A\n\ta b\n\ta c\n', 3, 'field "a" of class "a" is mapped twice, first in line 2'],
    ['a A\n\ta ()V b\n\ta ()V b\n', 3, 'method "a()V" of class "a" is mapped twice, first in line 2'],
    ['a A\n\ta (La', 2, '"(La" is not a field name (the last line, without a line end: the file may be cut)'],
    [
      'a A\n\ta ()V func_12',
      2,
      '"func_12" is not a whole SRG id (the last line, without a line end: the file may be cut)',
    ],
  ])('refuses %j', (input, line, reason) => {
    const error = formatError(() => parse(input, 'joined.tsrg'));
    expect(error.message).toBe(`joined.tsrg:${line}: ${reason}`);
  });

  test('the same name with another descriptor, or as field and method, is another member', () => {
    const set = parse('a A\n\ta b\n\ta ()V b\n\ta (I)V c\nb B\n\ta b\n');
    expect([set.fields.length, set.methods.length]).toEqual([2, 2]);
  });
});

describe('TSRG2', () => {
  const text = [
    'tsrg2 obf srg id',
    'a net/minecraft/src/C_1_ 1',
    '\ta f_8134_ 8134',
    '\tb I f_8135_ 8135',
    '\ta (FF)V m_8158_ 8158',
    '\t\tstatic',
    '\t\t0 o p_8159_ 8159',
    '\t\t1 o p_8160_ 8160',
    '\tb ()V m_8161_ 8161',
    'p/ q/ 0',
    '',
  ].join('\n');

  test('extra namespaces, field descriptors, static and parameters', () => {
    expect(parse(text)).toEqual({
      format: 'TSRG2',
      packages: [{ obf: 'p', srg: 'q' }],
      classes: [{ obf: 'a', srg: 'net/minecraft/src/C_1_' }],
      fields: [
        { owner: 'a', obf: 'a', obfDescriptor: null, srg: 'f_8134_', ...none },
        { owner: 'a', obf: 'b', obfDescriptor: 'I', srg: 'f_8135_', ...none },
      ],
      methods: [
        {
          owner: 'a',
          obf: 'a',
          obfDescriptor: '(FF)V',
          srg: 'm_8158_',
          ...none,
          isStatic: true,
          parameters: [
            { index: 0, srg: 'p_8159_' },
            { index: 1, srg: 'p_8160_' },
          ],
        },
        { owner: 'a', obf: 'b', obfDescriptor: '()V', srg: 'm_8161_', ...none, isStatic: false, parameters: [] },
      ],
    });
  });

  test('two namespaces, or four, and no static at all: then the file does not say', () => {
    const two = parse('tsrg2 left right\na A\n\ta ()V m_1_\n\tb f_1_\n');
    expect(two.methods.map(({ isStatic }) => isStatic)).toEqual([null]);
    const four = parse('tsrg2 a b c d\na A x y\n\ta ()V m_1_ x y\n\tb f_1_ x y\n');
    expect([four.methods[0]?.srg, four.fields[0]?.srg]).toEqual(['m_1_', 'f_1_']);
  });

  test.each([
    ['tsrg2\n', 1, 'the header names 0 namespaces where a mapping needs 2'],
    ['tsrg2 obf\n', 1, 'the header names 1 namespace where a mapping needs 2'],
    ['tsrg2 obf  srg\n', 1, 'the header has an empty or unreadable namespace'],
    ['tsrg2 obf srg\na A b\n', 2, '3 columns where a class has 2'],
    ['tsrg2 obf srg\na A\n\ta\n', 3, '1 column where a field has 2 and a method 3'],
    ['tsrg2 obf srg\na A\n\ta V f_1_\n', 3, '"V" is not a field descriptor'],
    ['tsrg2 obf srg\na A\n\ta f_1_\n\t\tstatic\n', 4, 'a parameter or "static" stands under no method'],
    ['tsrg2 obf srg\na A\n\t\tstatic\n', 3, 'a parameter or "static" stands under no method'],
    ['tsrg2 obf srg\na A\n\ta ()V m_1_\n\t\t0 o p_1_\n', 4, 'parameter 0 of a method with 0 (positions start at 0)'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\tx o p_1_\n', 4, '"x" is not a parameter\'s position'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\t-1 o p_1_\n', 4, '"-1" is not a parameter\'s position'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\t0 o p_1_\n\t\t0 o p_1_\n', 5, 'parameter 0 is mapped twice'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\t0 o \n', 4, 'a parameter name is empty'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\t0 p_1_\n', 4, '2 columns where a parameter has 3'],
    ['tsrg2 obf srg\na A\n\ta (I)V m_1_\n\t\t\t0 o p\n', 4, 'the line is indented deeper than the format goes'],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parse(input, 'joined.tsrg')).message).toBe(`joined.tsrg:${line}: ${reason}`);
  });

  test('its own reader asks for the header', () => {
    expect(formatError(() => parseTsrg2('f', 'a A\n')).message).toBe('f:1: the first line is not a "tsrg2" header');
  });
});
