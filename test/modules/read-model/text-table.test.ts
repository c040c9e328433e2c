import { describe, expect, it } from 'vitest';
import { NONE, SEVERAL, TextTable } from '../../../src/modules/read-model/text-table.js';

/** A table of texts, and what it answers to each of some. */
function ask(texts: readonly string[], asked: readonly string[]) {
  const table = new TextTable(texts);
  for (const _ of texts) table.add();
  return {
    all: asked.map((text) => {
      const found: number[] = [];
      table.each(text, (number) => found.push(number));
      return found;
    }),
    first: asked.map((text) => table.first(text)),
    found: [...table.findAll(asked)],
  };
}

describe('a table of texts', () => {
  it('finds every text, and those that are the same in growing order', () => {
    const texts = Array.from({ length: 5_000 }, (_, i) => `func_${i % 4_000}_a`);
    const asked = Array.from({ length: 6_000 }, (_, i) => `func_${i}_a`);
    const { all, first, found } = ask(texts, asked);
    const expected = asked.map((_, i) => (i < 1_000 ? [i, i + 4_000] : i < 4_000 ? [i] : []));
    expect(all).toEqual(expected);
    expect(first).toEqual(expected.map((numbers) => numbers[0] ?? NONE));
    expect(found).toEqual(expected.map(({ length }, i) => (length === 0 ? NONE : length === 1 ? i : SEVERAL)));
  });

  it.each([[[]], [['']], [['a', 'é', '\u{1f600}', '\ud83d']]])('finds %j and nothing else', (texts) => {
    const asked = ['', 'a', 'b', 'é', '\u{1f600}', '\ud83d', 'a'.repeat(1_000)];
    const expected = asked.map((text) => texts.indexOf(text));
    const { first, found } = ask(texts, asked);
    expect([first, found]).toEqual([expected, expected]);
  });
});
