import { TextIndex } from './text-index.js';

/** What an entry was called before changes that are committed, and is to be called by the one that is staged. */
export interface CalledNames {
  once: readonly string[];
  staged: string | null;
}

/** What entries were called once, or are to be called. */
export class Called {
  private readonly names = new Map<number, CalledNames>();
  readonly once = new TextIndex();
  readonly staged = new TextIndex();

  /** Says all that an entry is called besides its name, in place of what was said of it. */
  set(place: number, names: CalledNames): void {
    const { once, staged } = this.names.get(place) ?? { once: [], staged: null };
    for (const name of once) this.once.remove(name, place);
    if (staged !== null) this.staged.remove(staged, place);
    this.names.delete(place);
    if (names.once.length === 0 && names.staged === null) return;
    const distinct = [...new Set(names.once)];
    for (const name of distinct) this.once.add(name, place);
    if (names.staged !== null) this.staged.add(names.staged, place);
    this.names.set(place, { once: distinct, staged: names.staged });
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return this.names.size * 150 + this.once.bytes + this.staged.bytes;
  }
}
