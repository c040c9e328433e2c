import { randomInt } from 'node:crypto';

// Another in every process: nobody can make up names that all stand in one place.
const SEED = randomInt(2 ** 32) | 0;

export const NONE = -1;
export const SEVERAL = -2;

function hashOf(text: string): number {
  let hash = SEED;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
}

/**
 * The numbers of texts, which stand in an array of somebody else's: a table with open addressing. A Map of as many texts meets memory that is in
 * no cache several times for each question, and takes five times as long.
 */
export class TextTable {
  /** The hash of a text and one more than its number, in pairs; 0 for none. */
  private slots = new Int32Array(32);
  private count = 0;

  /** @param texts by their numbers */
  constructor(private readonly texts: readonly string[]) {}

  /** Adds the next of the texts: their numbers count up from 0. */
  add(): void {
    if ((this.count + 1) * 3 > this.slots.length) {
      this.slots = new Int32Array(this.slots.length * 2);
      for (let number = 0; number < this.count; number++) this.put(number);
    }
    this.put(this.count);
    this.count += 1;
  }

  /** Calls back with every number of a text, in growing order. */
  each(text: string, call: (number: number) => void): void {
    const { slots, texts } = this;
    const hash = hashOf(text);
    for (let slot = this.slotOf(hash); slots[slot + 1] !== 0; slot = this.next(slot)) {
      if (slots[slot] !== hash) continue;
      const number = slots[slot + 1]! - 1;
      if (texts[number] === text) call(number);
    }
  }

  /** The first number of a text, or NONE. */
  first(text: string): number {
    const { slots, texts } = this;
    const hash = hashOf(text);
    for (let slot = this.slotOf(hash); slots[slot + 1] !== 0; slot = this.next(slot)) {
      if (slots[slot] !== hash) continue;
      const number = slots[slot + 1]! - 1;
      if (texts[number] === text) return number;
    }
    return NONE;
  }

  /**
   * The number of each of many texts, NONE, or SEVERAL where {@link each} has to tell. Every step is taken for all of them before the
   * next: what is in no cache is then fetched for many at once, in a third of the time.
   */
  findAll(asked: readonly string[]): Int32Array {
    const { slots, texts } = this;
    const found = new Int32Array(asked.length);
    for (let i = 0; i < asked.length; i++) found[i] = hashOf(asked[i]!);
    for (let i = 0; i < asked.length; i++) {
      const hash = found[i]!;
      found[i] = NONE;
      for (let slot = this.slotOf(hash); slots[slot + 1] !== 0; slot = this.next(slot)) {
        if (slots[slot] === hash) found[i] = found[i] === NONE ? slots[slot + 1]! - 1 : SEVERAL;
      }
    }
    for (let i = 0; i < asked.length; i++) {
      if (found[i]! >= 0 && texts[found[i]!]!.length !== asked[i]!.length) found[i] = NONE;
    }
    for (let i = 0; i < asked.length; i++) {
      if (found[i]! >= 0 && texts[found[i]!] !== asked[i]) found[i] = NONE;
    }
    return found;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  private slotOf(hash: number): number {
    return (hash << 1) & (this.slots.length - 1);
  }

  private next(slot: number): number {
    return (slot + 2) & (this.slots.length - 1);
  }

  private put(number: number): void {
    const hash = hashOf(this.texts[number]!);
    let slot = this.slotOf(hash);
    while (this.slots[slot + 1] !== 0) slot = this.next(slot);
    this.slots[slot] = hash;
    this.slots[slot + 1] = number + 1;
  }
}
