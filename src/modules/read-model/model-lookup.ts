import { MAX_LOOKUP } from '../mappings/lookup.store.js';
import type { MappingKind, MappingRow } from '../mappings/mapping.js';
import { numbersOf, splitOwner, type Spelling } from '../mappings/spelling.js';
import { shortNameOf, type VersionModel } from './version-model.js';

/** What a question has met, by rank, the best being 0. */
class Ranks {
  private readonly ranks: number[][] = [[], [], [], [], []];

  take(place: number, rank: number): void {
    this.ranks[rank]!.push(place);
  }

  /** Calls back with each entry once, by rank, then kind and SRG id, until it is told to stop. @returns those entries */
  eachOrdered(call: (place: number) => boolean): Set<number> {
    const seen = new Set<number>();
    for (const places of this.ranks) {
      if (places.length > 1) places.sort((a, b) => a - b);
      for (const place of places) {
        if (seen.has(place)) continue;
        seen.add(place);
        if (!call(place)) return seen;
      }
    }
    return seen;
  }
}

/** Calls back with the entries that have exactly this name. */
export function eachOfName({ shortNames, entries }: VersionModel, name: string, call: (place: number) => void): void {
  shortNames.each(shortNameOf(name), (place) => entries.names[place] === name && call(place));
}

/** Calls back with the classes under any of the spellings, some more than once; `rank` tells how they have it. */
function eachClass(
  model: VersionModel,
  spellings: readonly string[],
  call: (place: number, by: 'srg' | 'name' | 'short' | 'obf') => void,
): void {
  const { entries, shortNames, classObfs } = model;
  const isClass = (place: number) => place < entries.classes;
  for (const spelling of spellings) {
    entries.eachOfSrg(spelling, (place) => isClass(place) && call(place, 'srg'));
    // Classes stand first: behind them are thousands of parameters of some names.
    for (const place of shortNames.placesOf(shortNames.numberOf(shortNameOf(spelling)))) {
      if (!isClass(place)) break;
      if (entries.names[place] === spelling) call(place, 'name');
    }
    for (const place of shortNames.placesOf(shortNames.numberOf(spelling))) {
      if (!isClass(place)) break;
      call(place, 'short');
    }
    classObfs.each(spelling, (place) => call(place, 'obf'));
  }
}

const CLASS_RANKS = { srg: 1, name: 1, short: 2, obf: 3 } as const;

function takeBare(model: VersionModel, { bare, classes }: Spelling, ranks: Ranks): void {
  const { entries, shortNames, serverNames, srgIndexes } = model;
  const { index, constructorIndex, parameter } = numbersOf(bare);
  entries.eachOfSrg(bare, (place) => ranks.take(place, 0));
  if (parameter !== null) {
    entries.eachOfSrg(parameter, (place) => entries.isParameter(place) && ranks.take(place, 0));
  }
  if (index !== null) {
    srgIndexes.each(index, (place) => {
      if (!entries.isConstructor(place)) ranks.take(place, 1);
      else if (constructorIndex !== null) ranks.take(place, 0);
    });
  }
  shortNames.each(bare, (place) => ranks.take(place, 2));
  serverNames.each(bare, (place) => ranks.take(place, 2));
  eachClass(model, classes, (place, by) => ranks.take(place, CLASS_RANKS[by]));
}

function takeOwned(
  model: VersionModel,
  { owner, owners, member }: NonNullable<Spelling['owned']>,
  isDescribed: (at: number) => boolean,
  ranks: Ranks,
): void {
  const { entries, declarations, shortNames } = model;
  const { srgs, names, serverNames, srgIndexes } = entries;
  const { index } = numbersOf(member);
  const classes = new Set<number>();
  eachClass(model, owners, (place) => classes.add(place));
  for (const place of classes) {
    declarations.eachOfOwner(place, (at) => {
      const found = declarations.members[at]!;
      const rank =
        srgs[found] === member || (index !== null && srgIndexes[found] === index)
          ? 0
          : declarations.obfs[at] === member
            ? 4
            : names[found] === member || serverNames.get(found) === member
              ? 2
              : -1;
      if (rank !== -1 && isDescribed(at)) ranks.take(found, rank);
    });
  }

  const before = splitOwner(owner);
  let within: Set<number> | null = null;
  if (before !== null) {
    const found = (within = new Set());
    eachClass(model, before.owners, (place) => found.add(place));
  }
  const takeParameters = (method: number) => {
    if (within !== null && !declarations.someOfMember(method, (at) => within.has(declarations.owners[at]!))) return;
    const { starts, items } = entries.parameters;
    for (let i = starts[method]!; i < starts[method + 1]!; i++) {
      const place = items[i]!;
      if (srgs[place] === member || names[place] === member || serverNames.get(place) === member) ranks.take(place, 3);
    }
  };
  const method = before?.member ?? owner;
  entries.eachOfSrg(method, takeParameters);
  shortNames.each(method, takeParameters);
}

/** Everything that a spelling can mean in a version, best first: what `findBySpelling` of the store answers. */
export function findBySpelling(
  model: VersionModel,
  spelling: Spelling,
  kinds: readonly MappingKind[] | null,
): MappingRow[] {
  const { entries, declarations } = model;
  const { descriptor, owned, bare } = spelling;
  const isDescribed = (at: number) => descriptor === null || declarations.isDescribed(at, descriptor);
  const isMeant = (place: number) =>
    (kinds === null || kinds.includes(entries.kindOf(place))) &&
    (descriptor === null || declarations.someOfMember(place, isDescribed));
  const ranks = new Ranks();
  takeBare(model, spelling, ranks);
  if (owned !== null) takeOwned(model, owned, isDescribed, ranks);
  const found: MappingRow[] = [];
  const seen = ranks.eachOrdered((place) => {
    if (isMeant(place)) found.push(entries.row(place));
    return found.length < MAX_LOOKUP;
  });
  // An obfuscated name stands for thousands, in their order already, behind all others.
  for (const place of owned === null ? (declarations.membersCalled(bare) ?? []) : []) {
    if (found.length === MAX_LOOKUP) break;
    if (seen.has(place) || !isMeant(place)) continue;
    const isCalled = (at: number) => declarations.obfs[at] === bare && isDescribed(at);
    if (descriptor === null || declarations.someOfMember(place, isCalled)) found.push(entries.row(place));
  }
  return found;
}

/** The entry of an SRG id; where a method and a field are readable under one name, the method. */
export function mappingBySrg({ entries }: VersionModel, srg: string): MappingRow | null {
  const place = entries.firstOfSrg(srg);
  return place < 0 ? null : entries.row(place);
}

/** The classes of a spelling with the rank of the match: 0 full name, 1 obfuscated, 2 short name. */
export function classesByName(model: VersionModel, spellings: string[]): (MappingRow & { rank: number })[] {
  const ranks = new Map<number, number>();
  eachClass(model, spellings, (place, by) => {
    const rank = { srg: 0, name: 0, obf: 1, short: 2 }[by];
    ranks.set(place, Math.min(rank, ranks.get(place) ?? rank));
  });
  return [...ranks].map(([place, rank]) => ({ ...model.entries.row(place), rank })).sort((a, b) => a.id - b.id);
}
