import { describe, expect, test } from 'vitest';
import {
  parseConstructors,
  parseExc,
  parseExceptions,
  parseSrgId,
  parseStaticMethods,
} from '../../../src/modules/formats/index.js';
import { describeReal, realFile } from './real-data.js';
import { bytes, formatError } from './support.js';

const cut = ' (the last line, without a line end: the file may be cut)';

describe('constructors.txt', () => {
  test('id, class, descriptor', () => {
    const text = '# c\r\n1005 net/minecraft/client/Minecraft$3 (Lnet/minecraft/client/Minecraft;)V\r\n';
    expect(parseConstructors('constructors.txt', bytes(text))).toEqual([
      {
        line: 2,
        id: 1005,
        owner: 'net/minecraft/client/Minecraft$3',
        descriptor: '(Lnet/minecraft/client/Minecraft;)V',
      },
    ]);
    expect(parseConstructors('constructors.txt', bytes(''))).toEqual([]);
  });

  test.each([
    ['1 a\n', 1, '2 columns where the format has 3: id, class, descriptor'],
    ['1 a ()V x\n', 1, '4 columns where the format has 3: id, class, descriptor'],
    ['x a ()V\n', 1, '"x" is not a constructor\'s id'],
    ['1234567890 a ()V\n', 1, '"1234567890" is not a constructor\'s id'],
    ['1 a; ()V\n', 1, '"a;" is not a class name'],
    ['1 a ()V\n2 b (V)V\n', 2, '"(V)V" is not a method descriptor'],
    ['1 a ()V\n1 b ()V\n', 2, 'constructor 1 is there twice, first in line 1'],
    ['1 a ()V\n2 a ()V\n', 2, 'constructor "a()V" is there twice, first in line 1'],
    ['1 a (Lb', 1, `"(Lb" is not a method descriptor${cut}`],
  ])('refuses %j', (text, line, reason) => {
    const error = formatError(() => parseConstructors('constructors.txt', bytes(text)));
    expect(error.message).toBe(`constructors.txt:${line}: ${reason}`);
  });
});

describe('static_methods.txt and exceptions.txt', () => {
  test('static methods, each once', () => {
    expect(parseStaticMethods('s', bytes('func_1_a\nfunc_2_b\nfunc_1_a'))).toEqual(['func_1_a', 'func_2_b']);
    expect(formatError(() => parseStaticMethods('s', bytes('func_1_a\nfunc_2_b x\n'))).message).toBe(
      's:2: "func_2_b x" is not a method name',
    );
  });

  test('exceptions', () => {
    expect(parseExceptions('e', bytes('a/B func_1_a (I)V java/io/IOException c/D\n'))).toEqual([
      { line: 1, owner: 'a/B', method: 'func_1_a', descriptor: '(I)V', exceptions: ['java/io/IOException', 'c/D'] },
    ]);
  });

  test.each([
    ['a b ()V\n', '3 columns where the format has at least 4: class, method, descriptor, exceptions'],
    ['a b\n', '2 columns where the format has at least 4: class, method, descriptor, exceptions'],
    ['a b/c ()V d\n', '"b/c" is not a method name'],
    ['a b ()X d\n', '"()X" is not a method descriptor'],
    ['a b ()V d;\n', '"d;" is not the class name of an exception'],
  ])('refuses %j', (text, reason) => {
    expect(formatError(() => parseExceptions('e', bytes(text))).message).toBe(`e:1: ${reason}`);
  });
});

describe('.exc', () => {
  test('everything that real files have', () => {
    const text = [
      '#max index=46400',
      '#Mon Feb 29 14:17:03 PST 2016',
      'max_constructor_index=46400',
      'net/minecraft/block/Block=CL_00000199',
      'net/minecraft/client/Minecraft.func_110441_Q()V=org/lwjgl/LWJGLException|',
      'x/Block$1.<init>(Ljava/lang/String;FF)V=|p_i45390_1_,p_i45390_2_,p_i45390_3_',
      'x/A.<init>()V=java/io/IOException|',
      'x/Parser.parse(Ljava/lang/String;)Lx/Root;=x/A,x/B|p_parse_1_',
      'x/A.func_1_a()V=java/io/IOException',
      'x/A.func_1_a()V-Access=PUBLIC',
      '',
    ].join('\n');
    expect(parseExc('joined.exc', bytes(text))).toEqual({
      maxConstructorIndex: 46400,
      classIndexes: [{ line: 4, owner: 'net/minecraft/block/Block', id: 'CL_00000199' }],
      methods: [
        {
          line: 5,
          owner: 'net/minecraft/client/Minecraft',
          method: 'func_110441_Q',
          descriptor: '()V',
          exceptions: ['org/lwjgl/LWJGLException'],
          parameters: [],
        },
        {
          line: 6,
          owner: 'x/Block$1',
          method: '<init>',
          descriptor: '(Ljava/lang/String;FF)V',
          exceptions: [],
          parameters: ['p_i45390_1_', 'p_i45390_2_', 'p_i45390_3_'],
        },
        {
          line: 7,
          owner: 'x/A',
          method: '<init>',
          descriptor: '()V',
          exceptions: ['java/io/IOException'],
          parameters: [],
        },
        {
          line: 8,
          owner: 'x/Parser',
          method: 'parse',
          descriptor: '(Ljava/lang/String;)Lx/Root;',
          exceptions: ['x/A', 'x/B'],
          parameters: ['p_parse_1_'],
        },
        {
          line: 9,
          owner: 'x/A',
          method: 'func_1_a',
          descriptor: '()V',
          exceptions: ['java/io/IOException'],
          parameters: [],
        },
      ],
      constructors: [{ line: 6, id: 45390, owner: 'x/Block$1', descriptor: '(Ljava/lang/String;FF)V' }],
    });
  });

  test.each([
    ['x\n', 1, 'the line has no "="'],
    ['max_constructor_index=x\n', 1, '"x" is not a number'],
    ['a=CL_x\n', 1, '"CL_x" is not a class index (CL_00000199)'],
    ['a;=CL_1\n', 1, '"a;" is not a class name'],
    ['a()V=|\n', 1, '"a()V" is not a class and a method with "." between'],
    ['a.b(X)V=|\n', 1, '"(X)V" is not a method descriptor'],
    ['a.b;(I)V=|\n', 1, '"b;" is not a method name'],
    ['a.b()V=|p|q\n', 1, 'the line has more than one "|"'],
    ['a.b()V=c;|\n', 1, '"c;" is not the class name of an exception'],
    ['a.b(I)V=|p,\n', 1, '"" is not a parameter'],
    ['a.<init>(II)V=|p_i1_1_,p_i2_2_\n', 1, 'the parameters are of two constructors, 1 and 2'],
    ['a.<init>(I)V=|p_i1_1_\nb.<init>(I)V=|p_i1_1_\n', 2, 'constructor 1 is there twice, first in line 1'],
    ['a.b()V=c|\n\na.b()V=c|\n', 3, '"a.b()V" is there twice, first in line 1'],
    ['a.b(I', 1, `the line has no "="${cut}`],
  ])('refuses %j', (text, line, reason) => {
    expect(formatError(() => parseExc('joined.exc', bytes(text))).message).toBe(`joined.exc:${line}: ${reason}`);
  });
});

describeReal('side files', () => {
  test.each([
    ['1.12.2', 2_451],
    ['1.16.5', 7_937],
  ])('%s constructors', (version, count) => {
    const entries = parseConstructors('constructors.txt', realFile(`versions/${version}/constructors.txt`));
    expect(entries).toHaveLength(count);
    expect(entries[0]).toMatchObject({ line: 1, id: 1005, owner: 'net/minecraft/client/Minecraft$3' });
  });

  test('1.12.2 exceptions', () => {
    const entries = parseExceptions('exceptions.txt', realFile('versions/1.12.2/exceptions.txt'));
    expect(entries).toHaveLength(1_035);
    expect(Math.max(...entries.map(({ exceptions }) => exceptions.length))).toBe(4);
    expect(entries.filter(({ method }) => parseSrgId(method)?.kind === 'METHOD').length).toBeGreaterThan(0);
  });
});
