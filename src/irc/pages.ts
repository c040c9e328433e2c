import { Lru } from '../shared/lru.js';

/** How many lines an answer has at most. */
export const PAGE = 10;

/** For how many people a rest is kept. */
const PEOPLE = 1_000;

/** What long answers have left to tell, by whom it is for: `!more` tells it. */
export class Pages {
  private readonly rests = new Lru<readonly string[]>(PEOPLE);

  /** The first page of an answer; the rest is kept, in place of an earlier one. */
  open(reader: string, lines: readonly string[]): readonly string[] {
    this.rests.delete(reader);
    const page = lines.slice(0, PAGE);
    const rest = lines.slice(PAGE);
    if (rest.length === 0) return page;
    this.rests.set(reader, rest);
    return [...page, `… and ${rest.length} more ${rest.length === 1 ? 'line' : 'lines'}: !more`];
  }

  /** The next page; empty where nothing is left. */
  next(reader: string): readonly string[] {
    return this.open(reader, this.rests.get(reader) ?? []);
  }

  clear(reader: string): void {
    this.rests.delete(reader);
  }
}
