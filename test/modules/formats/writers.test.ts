import { describe, expect, test } from 'vitest';
import { parseMappings, type ExportFormat, type MappingFormat } from '../../../src/modules/formats/index.js';
import { bytes } from './support.js';
import { written } from './written.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

describe('SRG and XSRG are written', () => {
  const classes = ['CL: a net/minecraft/Alpha', 'CL: a$1 net/minecraft/Alpha$Inner', 'CL: b Root'];
  const methods = [
    'MD: a/a (J[[La$1;)La; net/minecraft/Alpha/func_1_a (J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Alpha;',
    'MD: a/b ()V net/minecraft/Alpha/func_2_b ()V',
    'MD: b/equals (Ljava/lang/Object;)Z Root/equals (Ljava/lang/Object;)Z',
  ];

  test('all classes, all fields, all methods', () => {
    const fields = ['FD: a/a net/minecraft/Alpha/field_1_a', 'FD: a/b net/minecraft/Alpha/field_2_b'];
    expect(written('SRG')).toBe(lines(...classes, ...fields, ...methods));
  });

  test('with types of fields, as far as they are known', () => {
    const fields = ['FD: a/a I net/minecraft/Alpha/field_1_a I', 'FD: a/b net/minecraft/Alpha/field_2_b'];
    expect(written('XSRG')).toBe(lines(...classes, ...fields, ...methods));
  });

  test('in other namespaces', () => {
    expect(written('SRG', ['SRG', 'MCP']).split('\n').slice(0, 4)).toEqual([
      'CL: net/minecraft/Alpha net/minecraft/Änderung',
      'CL: net/minecraft/Alpha$Inner net/minecraft/Alpha$Inner',
      'CL: Root Root',
      'FD: net/minecraft/Alpha/field_1_a net/minecraft/Änderung/größe',
    ]);
  });
});

test('CSRG is written', () => {
  expect(written('CSRG')).toBe(
    lines(
      'a net/minecraft/Alpha',
      'a a field_1_a',
      'a b field_2_b',
      'a a (J[[La$1;)La; func_1_a',
      'a b ()V func_2_b',
      'a$1 net/minecraft/Alpha$Inner',
      'b Root',
      'b equals (Ljava/lang/Object;)Z equals',
    ),
  );
});

describe('TSRG and TSRG2 are written', () => {
  test('TSRG', () => {
    expect(written('TSRG')).toBe(
      lines(
        'a net/minecraft/Alpha',
        '\ta field_1_a',
        '\tb field_2_b',
        '\ta (J[[La$1;)La; func_1_a',
        '\tb ()V func_2_b',
        'a$1 net/minecraft/Alpha$Inner',
        'b Root',
        '\tequals (Ljava/lang/Object;)Z equals',
      ),
    );
    expect(written('TSRG', ['MCP', 'OBF'])).toContain(
      '\tmixTogether (J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Änderung; a\n',
    );
  });

  test('TSRG2: statics, constructors, parameters by position, types that are known', () => {
    expect(written('TSRG2')).toBe(
      lines(
        'tsrg2 obf srg',
        'a net/minecraft/Alpha',
        '\ta I field_1_a',
        '\tb field_2_b',
        '\ta (J[[La$1;)La; func_1_a',
        '\t\tstatic',
        '\t\t0 o p_1_0_',
        '\t\t1 o p_1_2_',
        '\tb ()V func_2_b',
        '\t<init> (Z)V <init>',
        '\t\t0 o p_i7_1_',
        'a$1 net/minecraft/Alpha$Inner',
        'b Root',
        '\tequals (Ljava/lang/Object;)Z equals',
      ),
    );
    expect(written('TSRG2', ['MCP', 'SRG', 'OBF'])).toContain(
      lines('\tgröße I field_1_a a', '\tfield_2_b field_2_b b').slice(0, -1),
    );
  });
});

/** The sets that are read of what is written, in the order in which it is written. */
describe('what is written is read back', () => {
  test.each<[ExportFormat & MappingFormat, Record<string, unknown>]>([
    ['SRG', {}],
    ['XSRG', { types: true }],
    ['CSRG', {}],
    ['TSRG', {}],
    ['TSRG2', { types: true, parameters: true }],
    ['TINY1', { types: true }],
    ['TINY2', { types: true, parameters: true }],
    ['JSON', { types: true, parameters: true }],
  ])('%s', (format, { types = false, parameters = false }) => {
    const set = parseMappings('x', bytes(written(format)));
    expect(set.format).toBe(format);
    expect(set.classes.map(({ obf, srg }) => `${obf} ${srg}`)).toEqual([
      'a net/minecraft/Alpha',
      'a$1 net/minecraft/Alpha$Inner',
      'b Root',
    ]);
    expect(set.fields.map(({ owner, obf, obfDescriptor, srg }) => [owner, obf, obfDescriptor, srg].join(' '))).toEqual([
      `a a ${types ? 'I' : ''} field_1_a`,
      'a b  field_2_b',
    ]);
    expect(
      set.methods.map(({ owner, obf, obfDescriptor, srg, parameters: own }) =>
        [owner, obf, obfDescriptor, srg, ...own.map((each) => `${each.index}=${each.srg}`)].join(' '),
      ),
    ).toEqual([
      `a a (J[[La$1;)La; func_1_a${parameters ? ' 0=p_1_0_ 1=p_1_2_' : ''}`,
      'a b ()V func_2_b',
      ...(parameters ? ['a <init> (Z)V <init> 0=p_i7_1_'] : []),
      'b equals (Ljava/lang/Object;)Z equals',
    ]);
  });
});
