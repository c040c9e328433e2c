import type { Tx } from '../../db/index.js';
import { exportedClasses } from '../exports/structure.store.js';
import { compareEntries, type NamedEntry } from '../formats/index.js';
import { MAPPING_KINDS, type MappingKind } from '../mappings/mapping.js';
import type { NameSet } from '../name-sets/name-set.js';
import { countChanges, inSource, type ComparedEntry, type ComparedNames } from './compared-entry.js';
import { placesOf, sharedMembers, type EntryPlace } from './comparison.store.js';
import { movedClasses } from './moved-classes.js';

/** What one side says of an entry. */
type Said = Pick<NamedEntry, 'kind' | 'srg' | 'name' | 'documentation' | 'method'>;

/** What both sides say of an entry; null where one says nothing. */
interface Pair {
  base: Said | null;
  head: Said | null;
}

/** Two name sets compared, with what classes are called on either side where that is not their SRG name. */
export interface DetailedComparison extends ComparedNames {
  baseClasses: ReadonlyMap<string, string>;
}

/** Reads batches entry by entry. */
class EntryReader {
  private batch: readonly Said[] = [];
  private at = 0;

  private constructor(private readonly batches: AsyncIterator<readonly Said[]>) {}

  static async open(batches: AsyncIterable<readonly Said[]>): Promise<EntryReader> {
    const reader = new EntryReader(batches[Symbol.asyncIterator]());
    await reader.fill();
    return reader;
  }

  /** The entry that comes next; null behind the last. */
  get next(): Said | null {
    return this.batch[this.at] ?? null;
  }

  async take(): Promise<Said> {
    const entry = this.batch[this.at++]!;
    if (this.at === this.batch.length) await this.fill();
    return entry;
  }

  private async fill(): Promise<void> {
    do {
      const result: IteratorResult<readonly Said[], unknown> = await this.batches.next();
      this.at = 0;
      this.batch = result.done === true ? [] : result.value;
      if (result.done === true) return;
    } while (this.batch.length === 0);
  }
}

/** Goes through two name sets in their order at once, so that neither is held. */
async function mergeEntries(
  base: AsyncIterable<readonly Said[]>,
  head: AsyncIterable<readonly Said[]>,
  onPair: (pair: Pair) => void,
): Promise<void> {
  const [bases, heads] = [await EntryReader.open(base), await EntryReader.open(head)];
  while (bases.next !== null || heads.next !== null) {
    const order = bases.next === null ? 1 : heads.next === null ? -1 : compareEntries(bases.next, heads.next);
    onPair({
      base: order <= 0 ? await bases.take() : null,
      head: order >= 0 ? await heads.take() : null,
    });
  }
}

const key = ({ kind, srg }: { kind: MappingKind; srg: string }) => `${kind} ${srg}`;
const entryOf = ({ base, head }: Pair): Said => (base ?? head)!;

/** Classes by what they are called, every one of the version or those of which the set says something. */
async function* classesOf(tx: Tx, names: NameSet, every: boolean): AsyncGenerator<Said[]> {
  const named = (entry: NamedEntry): Said => ({ ...entry, name: entry.name ?? entry.srg });
  if (!every) {
    for await (const entries of names.entries('CLASS')) yield entries.map(named);
    return;
  }
  const rows = await exportedClasses(tx, names.target.version.id);
  const all = rows.map((row): Said => {
    const { name, documentation } = names.namesOf('CLASS', row.srg, { ...row, fixed: false });
    return { kind: 'CLASS', srg: row.srg, name: name ?? row.srg, documentation, method: null };
  });
  yield all.sort(compareEntries);
}

/**
 * Compares two name sets, in a transaction that holds still. Between game versions, which have other classes, every class counts.
 * @param all whether entries that are the same are wanted, too
 */
export async function compareNames(
  tx: Tx,
  base: NameSet,
  head: NameSet,
  { all }: { all: boolean },
): Promise<DetailedComparison> {
  const [baseVersion, headVersion] = [base.target.version.id, head.target.version.id];
  const acrossVersions = baseVersion !== headVersion;
  const pairs: Pair[] = [];
  /** Names that an entry has on both sides, which no other one may be taken for. */
  const kept = new Set<string>();
  const classNames = { base: new Map<string, string>(), head: new Map<string, string>() };
  for (const kind of MAPPING_KINDS) {
    const entriesOf = (names: NameSet) =>
      kind === 'CLASS' ? classesOf(tx, names, acrossVersions) : names.entries(kind);
    await mergeEntries(entriesOf(base), entriesOf(head), (pair) => {
      if (kind === 'CLASS') noteClass(classNames, pair);
      const same = pair.base?.name === pair.head?.name;
      if (same && pair.base!.name !== null) kept.add(nameKey(kind, pair.base!.name));
      if (all || !same || pair.base?.documentation !== pair.head?.documentation) pairs.push(pair);
    });
  }
  const srgs = [...new Set(pairs.map((pair) => entryOf(pair).srg))];
  const baseHas = placesByKey(await placesOf(tx, baseVersion, srgs));
  const headHas = acrossVersions ? placesByKey(await placesOf(tx, headVersion, srgs)) : baseHas;
  const called = (names: ReadonlyMap<string, string>, place: EntryPlace | undefined) =>
    place?.owner == null ? null : (names.get(place.owner) ?? place.owner);
  const entries = pairs.map((pair): ComparedEntry => {
    const [inBase, inHead] = [baseHas.get(key(entryOf(pair))), headHas.get(key(entryOf(pair)))];
    return {
      ...compared(pair, inBase !== undefined, inHead !== undefined),
      oldOwner: called(classNames.base, inBase),
      newOwner: called(classNames.head, inHead),
      classes: Math.max(inBase?.classes ?? 0, inHead?.classes ?? 0),
    };
  });
  const found = acrossVersions ? joinMoved(entries, await sharedMembers(tx, baseVersion, headVersion)) : entries;
  const wanted = all ? found : found.filter(({ change }) => change !== 'SAME');
  markAmbiguous(wanted, kept);
  return { counts: countChanges(wanted), entries: wanted, baseClasses: classNames.base };
}

const placesByKey = (places: readonly EntryPlace[]) => new Map(places.map((place) => [key(place), place]));
const nameKey = (kind: MappingKind, name: string) => `${kind} ${name}`;

function noteClass(names: { base: Map<string, string>; head: Map<string, string> }, pair: Pair): void {
  for (const side of ['base', 'head'] as const) {
    const entry = pair[side];
    if (entry !== null && entry.name !== null && entry.name !== entry.srg) names[side].set(entry.srg, entry.name);
  }
}

/** What a pair comes to. What a set says nothing of may still be in its version: unnamed, or a class with its SRG name. */
function compared(
  pair: Pair,
  baseHas: boolean,
  headHas: boolean,
): Omit<ComparedEntry, 'oldOwner' | 'newOwner' | 'classes'> {
  const { kind, srg, method } = entryOf(pair);
  const unsaid = (has: boolean) => (has && kind === 'CLASS' ? srg : null);
  const names = {
    oldName: pair.base === null ? unsaid(baseHas) : pair.base.name,
    newName: pair.head === null ? unsaid(headHas) : pair.head.name,
    oldDocumentation: pair.base?.documentation ?? null,
    newDocumentation: pair.head?.documentation ?? null,
  };
  return { kind, srg, method, ...names, ambiguous: false, change: changeOf() };

  function changeOf(): ComparedEntry['change'] {
    const { oldName, newName, oldDocumentation, newDocumentation } = names;
    if (pair.base === null && !baseHas) return 'NEW';
    if (pair.head === null && !headHas) return 'GONE';
    if (oldName === newName) return oldDocumentation === newDocumentation ? 'SAME' : 'REDOCUMENTED';
    return oldName === null ? 'ADDED' : newName === null ? 'REMOVED' : 'RENAMED';
  }
}

/** Makes one entry of a class that is gone and the one that it became. */
function joinMoved(entries: readonly ComparedEntry[], shared: Parameters<typeof movedClasses>[0]): ComparedEntry[] {
  const classes = (change: 'GONE' | 'NEW') =>
    new Map(entries.flatMap((each) => (each.kind === 'CLASS' && each.change === change ? [[each.srg, each]] : [])));
  const appeared = classes('NEW');
  const moved = movedClasses(shared, new Set(classes('GONE').keys()), new Set(appeared.keys()));
  const targets = new Set(moved.values());
  return entries.flatMap((entry): ComparedEntry[] => {
    if (entry.kind !== 'CLASS') return [entry];
    if (entry.change === 'NEW') return targets.has(entry.srg) ? [] : [entry];
    const to = entry.change === 'GONE' ? appeared.get(moved.get(entry.srg) ?? '') : undefined;
    if (to === undefined) return [entry];
    const { newName, newDocumentation } = to;
    return [{ ...entry, change: 'MOVED', newName, newDocumentation }];
  });
}

/** Finds the old names that are no longer one new name: whoever replaces them has to look at what each place means. */
function markAmbiguous(entries: readonly ComparedEntry[], kept: ReadonlySet<string>): void {
  const members = entries.filter(
    ({ kind, change, oldName }) => (kind === 'METHOD' || kind === 'FIELD') && change !== 'SAME' && oldName !== null,
  );
  const becomes = ({ change, srg, newName }: ComparedEntry) => (change === 'GONE' ? '' : inSource(newName, srg));
  const unlike = new Set(kept);
  const first = new Map<string, string>();
  for (const entry of members) {
    const name = nameKey(entry.kind, entry.oldName!);
    const known = first.get(name);
    if (known === undefined) first.set(name, becomes(entry));
    else if (known !== becomes(entry)) unlike.add(name);
  }
  for (const entry of members) {
    entry.ambiguous = entry.change !== 'REDOCUMENTED' && unlike.has(nameKey(entry.kind, entry.oldName!));
  }
}
