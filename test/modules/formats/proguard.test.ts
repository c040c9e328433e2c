import { describe, expect, test } from 'vitest';
import { parseProguard } from '../../../src/modules/formats/index.js';
import { expectLinear, formatError } from './support.js';
import { written } from './written.js';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

describe('ProGuard maps', () => {
  test('are written from readable names to obfuscated ones', () => {
    expect(written('PROGUARD')).toBe(
      lines(
        'net.minecraft.Änderung -> a:',
        '    int größe -> a',
        '    unknown field_2_b -> b',
        '    net.minecraft.Änderung mixTogether(long,net.minecraft.Alpha$Inner[][]) -> a',
        '    void func_2_b() -> b',
        'net.minecraft.Alpha$Inner -> a$1:',
        'Root -> b:',
        '    boolean equals(java.lang.Object) -> equals',
      ),
    );
    expect(written('PROGUARD', ['OBF', 'SRG'])).toContain('    a a(long,a$1[][]) -> func_1_a\n');
  });

  test('are read: the right side is OBF, its descriptors follow from the classes', () => {
    const set = parseProguard('x', written('PROGUARD'));
    expect(set).toMatchObject({
      format: 'PROGUARD',
      packages: [],
      classes: [
        { obf: 'a', srg: 'net/minecraft/Änderung' },
        { obf: 'a$1', srg: 'net/minecraft/Alpha$Inner' },
        { obf: 'b', srg: 'Root' },
      ],
    });
    expect(set.fields).toEqual([
      { owner: 'a', obf: 'a', obfDescriptor: 'I', srg: 'größe', srgDescriptor: 'I' },
      { owner: 'a', obf: 'b', obfDescriptor: null, srg: 'field_2_b', srgDescriptor: null },
    ]);
    expect(set.methods[0]).toEqual({
      owner: 'a',
      obf: 'a',
      obfDescriptor: '(J[[La$1;)La;',
      srg: 'mixTogether',
      srgDescriptor: '(J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Änderung;',
      isStatic: null,
      parameters: [],
    });
  });

  test('as others write them: numbers of lines, comments, inlined methods, CRLF', () => {
    const text = [
      '# compiler: R8',
      'a.B -> c:',
      '      # {"id":"sourceFile","fileName":"B.java"}',
      '    boolean[] flag -> a',
      '    12:14:void run(int,float[]) -> a',
      '    20:21:void run(int,float[]) -> a',
      '    1:1:char a.C.other():5:5 -> b',
      '    2:2:char inlined():5 -> b',
      '    3:char first(byte,short,double) -> b',
      '    void <init>() -> <init>',
      '',
    ].join('\r\n');
    const set = parseProguard('x', text);
    expect(set.fields.map(({ obfDescriptor }) => obfDescriptor)).toEqual(['[Z']);
    expect(set.methods.map(({ srg, obf, obfDescriptor }) => `${srg} ${obf}${obfDescriptor}`)).toEqual([
      'run a(I[F)V',
      'first b(BSD)C',
      '<init> <init>()V',
    ]);
  });

  test.each([
    ['    int a -> b\n', 1, 'a member stands before any class'],
    ['a.B\n', 1, '"a.B" is not a class ("a.B -> c:")'],
    ['a.B -> c\n', 1, '"a.B -> c" is not a class ("a.B -> c:")'],
    ['a.B -> c: d:\n', 1, '"a.B -> c: d:" is not a class ("a.B -> c:")'],
    [' -> c:\n', 1, 'a member stands before any class'],
    ['a..B -> c:\n', 1, '"a//B" is not a class name'],
    ['a.B -> :\n', 1, 'a class name is empty'],
    ['a -> b:\nc -> b:\n', 2, 'class "b" is mapped twice, first in line 1'],
    ['a -> b:\na -> c:\n', 2, 'class "c" is "a", and so is "b" in line 1'],
    ['a -> b:\n    int c\n', 2, '2 columns where a member has "type name -> name"'],
    ['a -> b:\n    int c => d\n', 2, '"=>" where a member has "type name -> name"'],
    ['a -> b:\n    int c( -> d\n', 2, '"c(" has no ")"'],
    ['a -> b:\n    int[ c -> d\n', 2, '"int[" is not a field descriptor'],
    ['a -> b:\n    void c -> d\n', 2, '"V" is not a field descriptor'],
    ['a -> b:\n    x;y c -> d\n', 2, '"Lx;y;" is not a field descriptor'],
    ['a -> b:\n    void c(,) -> d\n', 2, '"(L;L;)V" is not a method descriptor'],
    ['a -> b:\n    void c(void) -> d\n', 2, '"(V)V" is not a method descriptor'],
    ['a -> b:\n    int c.d -> e\n', 2, '"c.d" is not a field name'],
    ['a -> b:\n    int c -> e;\n', 2, '"e;" is not a field name'],
    ['a -> b:\n    void c() -> e/\n', 2, '"e/" is not a method name'],
    ['a -> b:\n    int c -> d\n    int e -> d\n', 3, 'field "d" of class "b" is mapped twice, first in line 2'],
    ['a -> b:\n    int c() -> d\n    int e() -> d\n', 3, 'method "d()I" of class "b" is mapped twice, first in line 2'],
    [
      'a -> b:\n    void func_1',
      2,
      '2 columns where a member has "type name -> name" (the last line, without a line end: the file may be cut)',
    ],
  ])('refuses %j', (input, line, reason) => {
    expect(formatError(() => parseProguard('f.pg', input)).message).toBe(`f.pg:${line}: ${reason}`);
  });

  test('a file that holds nothing', () => {
    expect(formatError(() => parseProguard('f.pg', '# only this\n')).message).toBe('f.pg: the file holds no mappings');
  });

  test('hostile input takes linear time', () => {
    for (const piece of ['[]', '(', ',', ' -> ', '1:', '.', '    void a() -> a\n', '    void a(a) -> a\nb -> a:\n']) {
      const read = (text: string) => formatError(() => parseProguard('x', text));
      expectLinear(read, (size) => `z -> z:\n    void x(${piece.repeat(size)}`, 20_000);
    }
  });
});
