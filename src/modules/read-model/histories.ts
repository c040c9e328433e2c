import { grouped, groupsBytes, type Groups } from './groups.js';

const NONE: ArrayLike<number> = [];

/** The numbers of the changes of each entry, newest first. */
export class Histories {
  private readonly loaded: Groups;
  /** Of entries that were changed since. */
  private readonly later = new Map<number, readonly number[]>();

  /**
   * @param places of the entries that changes are of, @param sequences their numbers, growing
   * @param entries how many there are
   */
  constructor(places: readonly number[], sequences: readonly number[], entries: number) {
    const newestFirst = sequences.toReversed();
    const { starts, items } = grouped(places.toReversed(), entries);
    this.loaded = { starts, items: items.map((at) => newestFirst[at]!) };
  }

  /** The numbers of an entry's changes, newest first. */
  of(place: number): ArrayLike<number> {
    const later = this.later.get(place);
    if (later !== undefined) return later;
    const { starts, items } = this.loaded;
    const [start, end] = [starts[place]!, starts[place + 1]!];
    return start === end ? NONE : items.subarray(start, end);
  }

  /** @param sequences newest first */
  set(place: number, sequences: readonly number[]): void {
    this.later.set(place, sequences);
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return groupsBytes(this.loaded);
  }
}
