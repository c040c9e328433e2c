/** As many different characters as a trigram is made of: a blank, ten digits, 26 letters. */
const CHARACTERS = 37;
export const TRIGRAMS = CHARACTERS ** 3;

/** The number of a letter or digit, whatever its case; 0 for all else, which stands between words. */
function characterOf(unit: number): number {
  if (unit >= 97 && unit <= 122) return unit - 86;
  if (unit >= 65 && unit <= 90) return unit - 54;
  return unit >= 48 && unit <= 57 ? unit - 47 : 0;
}

/**
 * The different trigrams of an ASCII text as numbers, as pg_trgm makes them: of each word, in small letters, with two blanks before it
 * and one behind. Not in order.
 */
export function trigramsOf(text: string): number[] {
  const found: number[] = [];
  let [before, last] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    const character = i < text.length ? characterOf(text.charCodeAt(i)) : 0;
    // Between words there are no trigrams but the one that ends a word.
    if (character !== 0 || last !== 0) {
      const trigram = (before * CHARACTERS + last) * CHARACTERS + character;
      if (!found.includes(trigram)) found.push(trigram);
    }
    before = character === 0 ? 0 : last;
    last = character;
  }
  return found;
}
