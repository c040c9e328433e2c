import type { Called, CalledNames } from './called.js';
import type { Declarations } from './declarations.js';
import type { Entries, Naming } from './entries.js';
import type { Histories } from './histories.js';
import type { Numbered } from './numbered.js';
import type { ShortNames } from './short-names.js';
import type { TextIndex } from './text-index.js';

/** Up to where a model knows its version. */
export interface Marks {
  head: number;
  /** What tells one state of the entries from another that changes do not lead to. */
  origin: string;
  /** The ends of the history that it has seen. */
  changeSequence: number;
  decisionSequence: number;
}

/** What became of an entry by changes. */
export interface Renamed extends Naming, CalledNames {
  id: number;
  /** The numbers of its changes, newest first. */
  changes: number[];
}

export const isAscii = (text: string | null) => text === null || /^[\0-\x7f]*$/.test(text);

/** net/minecraft/util/ResourceLocation -> ResourceLocation: the function `short_name` of the database. */
export const shortNameOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The entries and declarations of one version in memory, at one head, with what they are found by. */
export class VersionModel {
  /** How many entries have been named anew since it was loaded. */
  renamed = 0;
  /** Whether all spellings are ASCII: only then are order, case and words those of the database. */
  isAscii: boolean;
  readonly bytes: number;

  constructor(
    public marks: Marks,
    readonly entries: Entries,
    readonly declarations: Declarations,
    readonly shortNames: ShortNames,
    readonly serverNames: TextIndex,
    readonly classObfs: TextIndex,
    /** By the number in the id. */
    readonly srgIndexes: Numbered,
    readonly called: Called,
    readonly histories: Histories,
  ) {
    const { srgs, names, obfs } = entries;
    this.isAscii = [srgs, names, obfs, declarations.obfs].every((texts: (string | null)[]) => texts.every(isAscii));
    this.bytes =
      entries.bytes +
      declarations.bytes +
      shortNames.bytes +
      serverNames.bytes +
      classObfs.bytes +
      srgIndexes.bytes +
      called.bytes +
      histories.bytes;
  }

  /** Takes what changes have led to. In one go: nobody sees half of it. */
  apply(renamed: readonly Renamed[], marks: Marks): void {
    const { entries, shortNames, serverNames, called, histories } = this;
    for (const entry of renamed) {
      const place = entries.placeOf(entry.id);
      if (place === -1) continue;
      const oldName = entries.names[place]!;
      if (oldName !== entry.name) {
        if (oldName !== null) shortNames.remove(shortNameOf(oldName), place);
        if (entry.name !== null) shortNames.add(shortNameOf(entry.name), place);
        this.isAscii &&= isAscii(entry.name);
      }
      const oldServerName = entries.serverNames.get(place);
      if (oldServerName !== undefined) serverNames.remove(oldServerName, place);
      if (entry.serverName !== null) serverNames.add(entry.serverName, place);
      entries.rename(place, entry);
      called.set(place, entry);
      histories.set(place, entry.changes);
    }
    shortNames.settle();
    this.renamed += renamed.length;
    this.marks = marks;
  }
}
