import { TextTable } from './text-table.js';
import { TRIGRAMS, trigramsOf } from './trigrams.js';

/** As pg_trgm's `%` has it where nobody sets another. */
const SIMILAR = 0.3;

/** getBlockState -> gbs, FOOTPRINT_TEXTURE -> ft: the function `initials` of the database. */
export function initialsOf(name: string): string {
  const initials = /[a-z]/.test(name)
    ? name.slice(0, 1) + name.slice(1).replace(/[^A-Z]/g, '')
    : name.replace(/_*([^_])[^_]*/g, '$1');
  return initials.toLowerCase();
}

const NOWHERE: readonly number[] = [];

/** How often each name has a trigram of the one asked for; all zero between two questions. */
let counts = new Uint8Array(0);

/** Where the first text stands that does not come before `text`. */
function lowerBound(order: Uint32Array, texts: readonly string[], text: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (texts[order[middle]!]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The different short names of a version, numbered, with the places of the entries that have them, found by the whole, a prefix,
 * initials and similarity. All are ASCII: that is the order, the case and the division into words that it knows.
 */
export class ShortNames {
  private readonly texts: string[] = [];
  private readonly numbers = new TextTable(this.texts);
  private readonly initials: string[] = [];
  /** One place, or several in growing order. */
  private readonly places: (number | readonly number[])[] = [];
  private readonly trigramCounts: number[] = [];
  private byText = new Uint32Array(0);
  private byInitials = new Uint32Array(0);
  /** The names with a trigram: `names` from `starts[trigram]` on, and those that came since. */
  private starts = new Uint32Array(TRIGRAMS + 1);
  private names = new Uint32Array(0);
  private readonly later = new Map<number, number[]>();

  /** The number of the name of each entry; -1 for none. */
  readonly numberAt: Int32Array;

  /** @param entries how many there are, named or not */
  constructor(entries: number) {
    this.numberAt = new Int32Array(entries).fill(-1);
  }

  /** Adds the name of an entry; {@link settle} makes it found by more than the whole. */
  add(text: string, place: number): void {
    const number = this.numberOf(text);
    if (number === -1) {
      this.numberAt[place] = this.texts.push(text) - 1;
      this.numbers.add();
      this.places.push(place);
      return;
    }
    this.numberAt[place] = number;
    const found = this.places[number]!;
    const places = typeof found === 'number' ? [found] : (found as number[]);
    const at = places.findIndex((other) => other > place);
    if (at === -1) places.push(place);
    else places.splice(at, 0, place);
    this.places[number] = places;
  }

  remove(text: string, place: number): void {
    const number = this.numberOf(text);
    this.numberAt[place] = -1;
    const found = this.places[number]!;
    this.places[number] = typeof found === 'number' ? [] : found.filter((other) => other !== place);
  }

  /** Makes what was added found. @param breathe called now and then while there are many */
  async index(breathe: () => Promise<void>): Promise<void> {
    const { texts, initials, trigramCounts } = this;
    const trigrams: number[] = [];
    for (let number = 0; number < texts.length; number++) {
      const own = trigramsOf(texts[number]!);
      initials.push(initialsOf(texts[number]!));
      trigramCounts.push(own.length);
      for (const trigram of own) {
        trigrams.push(trigram);
        this.starts[trigram + 1]!++;
      }
      if (number % 1_000 === 999) await breathe();
    }
    for (let trigram = 0; trigram < TRIGRAMS; trigram++) this.starts[trigram + 1]! += this.starts[trigram]!;
    this.names = new Uint32Array(trigrams.length);
    const next = this.starts.slice();
    for (let number = 0, at = 0; number < texts.length; number++) {
      for (const end = at + trigramCounts[number]!; at < end; at++) this.names[next[trigrams[at]!]!++] = number;
    }
    await breathe();
    this.byText = sortedBy(texts, texts.keys());
    await breathe();
    this.byInitials = sortedBy(initials, texts.keys());
  }

  /** Makes the few names found that were added since. */
  settle(): void {
    const { texts, initials, trigramCounts, later } = this;
    const added: number[] = [];
    for (let number = initials.length; number < texts.length; number++) {
      const own = trigramsOf(texts[number]!);
      initials.push(initialsOf(texts[number]!));
      trigramCounts.push(own.length);
      for (const trigram of own) {
        const names = later.get(trigram);
        if (names === undefined) later.set(trigram, [number]);
        else names.push(number);
      }
      added.push(number);
    }
    if (added.length === 0) return;
    this.byText = merged(this.byText, sortedBy(texts, added), texts);
    this.byInitials = merged(this.byInitials, sortedBy(initials, added), initials);
  }

  /** Calls back with the place of every entry of that name, in growing order. */
  each(text: string, call: (place: number) => void): void {
    const places = this.placesOf(this.numberOf(text));
    for (let i = 0; i < places.length; i++) call(places[i]!);
  }

  /** How many different names there are; some of them nobody has any more. */
  get count(): number {
    return this.texts.length;
  }

  /** The number of a name; -1 where there is none. */
  numberOf(text: string): number {
    return this.numbers.first(text);
  }

  /** The entries that have a name, in growing order. */
  placesOf(number: number): readonly number[] {
    const places = this.places[number] ?? NOWHERE;
    return typeof places === 'number' ? [places] : places;
  }

  /** Calls back with every name that starts with `prefix`. */
  startingWith(prefix: string, call: (number: number, name: string) => void): void {
    const { byText, texts } = this;
    for (let at = lowerBound(byText, texts, prefix); at < byText.length; at++) {
      const name = texts[byText[at]!]!;
      if (!name.startsWith(prefix)) return;
      call(byText[at]!, name);
    }
  }

  /** Calls back with every name whose initials start with `prefix`. */
  withInitials(prefix: string, call: (number: number, name: string) => void): void {
    const { byInitials, initials, texts } = this;
    for (let at = lowerBound(byInitials, initials, prefix); at < byInitials.length; at++) {
      const number = byInitials[at]!;
      if (!initials[number]!.startsWith(prefix)) return;
      call(number, texts[number]!);
    }
  }

  /** Calls back with every name that is similar to an ASCII text, and how similar: pg_trgm's `similarity`. */
  similarTo(text: string, call: (number: number, name: string, similarity: number) => void): void {
    const { texts, trigramCounts, names, starts, later } = this;
    if (counts.length < texts.length) counts = new Uint8Array(texts.length * 2);
    const wanted = trigramsOf(text);
    const tally = counts;
    for (const trigram of wanted) {
      for (let at = starts[trigram]!, end = starts[trigram + 1]!; at < end; at++) tally[names[at]!]!++;
      for (const number of later.get(trigram) ?? []) counts[number]!++;
    }
    // What has fewer in common is not similar, however short it is.
    const least = Math.max(1, Math.ceil(wanted.length * SIMILAR - 0.001));
    for (let number = 0; number < texts.length; number++) {
      const common = counts[number]!;
      if (common < least) continue;
      const similarity = Math.fround(common / (wanted.length + trigramCounts[number]! - common));
      if (similarity >= SIMILAR) call(number, texts[number]!, similarity);
    }
    counts.fill(0, 0, texts.length);
  }

  /** About how much memory it takes, in bytes; its texts belong to the entries, but for those of classes. */
  get bytes(): number {
    let bytes = this.texts.length * (8 + 8 + 8 + 8 + 24) + this.numbers.bytes + this.byText.byteLength * 2;
    for (const places of this.places) if (typeof places !== 'number') bytes += 56 + places.length * 8;
    return bytes + this.numberAt.byteLength + this.starts.byteLength + this.names.byteLength;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortedBy = (texts: readonly string[], numbers: Iterable<number>): Uint32Array<ArrayBuffer> =>
  new Uint32Array([...numbers].sort((a, b) => compare(texts[a]!, texts[b]!)));

function merged(old: Uint32Array, added: Uint32Array, texts: readonly string[]): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(old.length + added.length);
  for (let at = 0, i = 0, j = 0; at < all.length; at++) {
    const takeOld = j === added.length || (i < old.length && compare(texts[old[i]!]!, texts[added[j]!]!) <= 0);
    all[at] = takeOld ? old[i++]! : added[j++]!;
  }
  return all;
}
