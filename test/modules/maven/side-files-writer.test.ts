import { describe, expect, test } from 'vitest';
import {
  excHead,
  excLine,
  parseExc,
  parseStaticMethods,
  staticMethodsText,
  type DeclaredMethod,
} from '../../../src/modules/formats/index.js';

const method = (told: Partial<DeclaredMethod>): DeclaredMethod => ({
  owner: 'a/B',
  srg: 'func_10_a',
  isConstructor: false,
  isStatic: false,
  descriptor: '(IJLa/B;)V',
  exceptions: ['java/io/IOException'],
  ...told,
});

describe('joined.exc', () => {
  test.each([
    ['a method', method({}), 'a/B.func_10_a(IJLa/B;)V=java/io/IOException|p_10_1_,p_10_2_,p_10_4_'],
    ['a static one', method({ isStatic: true }), 'a/B.func_10_a(IJLa/B;)V=java/io/IOException|p_10_0_,p_10_1_,p_10_3_'],
    ['one of which nobody said', method({ isStatic: null }), 'a/B.func_10_a(IJLa/B;)V=java/io/IOException|'],
    ['a library method', method({ srg: 'read' }), 'a/B.read(IJLa/B;)V=java/io/IOException|'],
    [
      'a constructor',
      method({ srg: 'i100', isConstructor: true, exceptions: [] }),
      'a/B.<init>(IJLa/B;)V=|p_i100_1_,p_i100_2_,p_i100_4_',
    ],
    ['several exceptions', method({ exceptions: ['a/X', 'a/Y'], descriptor: '()V' }), 'a/B.func_10_a()V=a/X,a/Y|'],
  ])('%s', (_what, declared, line) => {
    expect(excLine(declared)).toBe(`${line}\n`);
    const [read] = parseExc('joined.exc', Buffer.from(excLine(declared))).methods;
    const { owner, descriptor, exceptions } = declared;
    expect(read).toMatchObject({ owner, descriptor, exceptions });
  });

  test('the number of a constructor is read back', () => {
    const text = excHead(100) + excLine(method({ srg: 'i100', isConstructor: true, exceptions: [] }));
    expect(parseExc('joined.exc', Buffer.from(text))).toMatchObject({
      maxConstructorIndex: 100,
      constructors: [{ id: 100, owner: 'a/B', descriptor: '(IJLa/B;)V' }],
    });
    expect(excHead(null)).toBe('');
  });

  test('what has nothing to say has no line', () => {
    expect(excLine(method({ srg: 'i100', isConstructor: true, descriptor: '()V', exceptions: [] }))).toBe('');
    expect(excLine(method({ srg: 'a/B.<init>(I)V', isConstructor: true, descriptor: '(I)V', exceptions: [] }))).toBe(
      '',
    );
  });
});

test('static_methods.txt', () => {
  expect(staticMethodsText(['func_1_a', 'func_2_b'])).toBe('func_1_a\nfunc_2_b\n');
  expect(parseStaticMethods('s', Buffer.from(staticMethodsText(['func_1_a'])))).toEqual(['func_1_a']);
  expect(staticMethodsText([])).toBe('');
});
