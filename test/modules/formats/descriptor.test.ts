import { describe, expect, test } from 'vitest';
import {
  isFieldDescriptor,
  isMethodDescriptor,
  parameterSlots,
  parseMethodDescriptor,
  remapDescriptor,
} from '../../../src/modules/formats/index.js';
import { AppError } from '../../../src/shared/errors.js';
import { expectLinear } from './support.js';

describe('descriptors', () => {
  test.each([
    ['()V', [], 'V'],
    ['(IJ[[Lnet/minecraft/block/Block$1;Z)[D', ['I', 'J', '[[Lnet/minecraft/block/Block$1;', 'Z'], '[D'],
    ['(La;)Lb;', ['La;'], 'Lb;'],
  ])('%s', (text, parameters, returnType) => {
    expect(parseMethodDescriptor(text)).toEqual({ parameters, returnType });
  });

  test.each([
    '',
    'V',
    '(',
    '()',
    '(V)V',
    '(I',
    '(I)',
    '()VV',
    '()II',
    '(La)V',
    '(L;)V',
    '(La b;)V',
    '(La//b;)V',
    '(La.b;)V',
    '([)V',
    '(Q)V',
    '()[V',
    ' ()V',
    '(I)V ',
    `(${'['.repeat(256)}I)V`,
    `(${'J'.repeat(128)})V`,
  ])('refuses %j', (text) => {
    expect(isMethodDescriptor(text)).toBe(false);
  });

  test('takes the most that the JVM takes', () => {
    expect(isMethodDescriptor(`(${'['.repeat(255)}I)V`)).toBe(true);
    expect(isMethodDescriptor(`(${'I'.repeat(255)})V`)).toBe(true);
  });

  test('of fields', () => {
    for (const text of ['I', '[J', 'La;', '[[La/b$c;']) expect(isFieldDescriptor(text)).toBe(true);
    for (const text of ['', 'V', '[', 'II', 'La', '()V', 'L;']) expect(isFieldDescriptor(text)).toBe(false);
  });

  test('slots: this takes one, long and double take two', () => {
    expect(parameterSlots('(JIDLa;)V', false).map(({ slot }) => slot)).toEqual([1, 3, 4, 6]);
    expect(parameterSlots('(JIDLa;)V', true)).toEqual([
      { slot: 0, type: 'J' },
      { slot: 2, type: 'I' },
      { slot: 3, type: 'D' },
      { slot: 5, type: 'La;' },
    ]);
    expect(() => parameterSlots('(', true)).toThrow(AppError);
  });

  test('remap renames classes and nothing else', () => {
    const names: Record<string, string> = { a: 'net/minecraft/A', L: 'x/L' };
    const map = (name: string) => names[name] ?? name;
    expect(remapDescriptor('(ILa;[La;LL;Lb;J)La;', map)).toBe(
      '(ILnet/minecraft/A;[Lnet/minecraft/A;Lx/L;Lb;J)Lnet/minecraft/A;',
    );
    expect(remapDescriptor('[I', map)).toBe('[I');
    expect(remapDescriptor('', map)).toBe('');
  });

  test('hostile input takes linear time', () => {
    for (const piece of ['L', '[', 'La;', '[L', 'J']) {
      expectLinear(
        (text) => {
          isMethodDescriptor(text);
          remapDescriptor(text, (name) => name);
        },
        (size) => `(${piece.repeat(size)}`,
        100_000,
      );
    }
  });
});
