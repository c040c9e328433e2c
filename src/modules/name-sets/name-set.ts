import type { Sql, Tx } from '../../db/index.js';
import { canonicalHead, canonicalLine, compareEntries, compareParamIds, type NamedEntry } from '../formats/index.js';
import { MAPPING_KINDS, type MappingKind } from '../mappings/mapping.js';
import { releaseEntries } from '../releases/release-content.js';
import type { ReleaseRow } from '../releases/releases.store.js';
import { committedEntries, stagedEntries, type CommittedEntry } from './name-sets.store.js';
import type { NameTarget } from './target.js';

/** What an entry is called, as the tables have it. */
export interface EntryNames {
  name: string | null;
  documentation: string | null;
}

const key = (kind: MappingKind, srg: string) => `${kind} ${srg}`;

/** Whether a name set says anything of it. */
const saysSomething = ({ name, documentation }: NamedEntry): boolean => name !== null || documentation !== null;

/** An entry as a name set says it: what is readable by itself has no community name. */
const named = ({ fixed, ...entry }: CommittedEntry): NamedEntry => ({
  ...entry,
  name: fixed || (entry.kind === 'CLASS' && entry.name === entry.srg) ? null : entry.name,
});

/** The names of a target, read in one transaction that holds still (`holdStill`). */
export class NameSet {
  private constructor(
    private readonly tx: Tx,
    readonly target: NameTarget,
    /** The release's own; null where the committed names are the base. */
    private readonly released: ReadonlyMap<string, NamedEntry> | null,
    private readonly staged: ReadonlyMap<string, NamedEntry>,
  ) {}

  static async open(tx: Tx, target: NameTarget): Promise<NameSet> {
    const staged = await stagedEntries(tx, target.version.id, target.staged);
    return new NameSet(
      tx,
      target,
      target.release && (await releasedEntries(tx, target.release)),
      new Map(staged.map((entry) => [key(entry.kind, entry.srg), named(entry)])),
    );
  }

  /** What the target calls an entry of the tables. */
  namesOf(kind: MappingKind, srg: string, committed: EntryNames & { fixed: boolean }): EntryNames {
    if (this.released === null && this.staged.size === 0) return committed;
    const place = key(kind, srg);
    const entry = this.staged.get(place) ?? (this.released === null ? committed : this.released.get(place));
    return {
      name: committed.fixed ? committed.name : (entry?.name ?? (kind === 'CLASS' ? srg : null)),
      documentation: entry?.documentation ?? null,
    };
  }

  /**
   * The entries of one kind of which the target says something, some at a time.
   * @param order BYTES: by the bytes of the ids; PARAMS: as params.csv has them
   */
  async *entries(kind: MappingKind, order: 'BYTES' | 'PARAMS' = 'BYTES'): AsyncGenerator<NamedEntry[]> {
    const staged = [...this.staged.values()].filter((entry) => entry.kind === kind);
    if (this.released !== null) {
      const merged = new Map<string, NamedEntry>();
      for (const entry of this.released.values()) if (entry.kind === kind) merged.set(entry.srg, entry);
      for (const entry of staged) merged.set(entry.srg, entry);
      const rows = [...merged.values()].filter(saysSomething);
      yield rows.sort(order === 'BYTES' ? compareEntries : (a, b) => compareParamIds(a.srg, b.srg));
      return;
    }
    const also = staged.map(({ srg }) => srg);
    for await (const rows of committedEntries(this.tx, this.target.version.id, kind, { also, order })) {
      yield rows.map((row) => this.staged.get(key(kind, row.srg)) ?? named(row)).filter(saysSomething);
    }
  }

  /** The canonical form, some lines at a time, with the entries that they say. */
  async *canonical(): AsyncGenerator<{ text: string; entries: readonly NamedEntry[] }> {
    yield { text: canonicalHead(this.target.version.name), entries: [] };
    for (const kind of MAPPING_KINDS) {
      for await (const entries of this.entries(kind)) yield { text: entries.map(canonicalLine).join(''), entries };
    }
  }
}

/** The entries of a release by kind and id, in canonical order. */
async function releasedEntries(db: Sql, release: ReleaseRow): Promise<Map<string, NamedEntry>> {
  const entries = new Map<string, NamedEntry>();
  for (const entry of await releaseEntries(db, release)) entries.set(key(entry.kind, entry.srg), entry);
  return entries;
}
