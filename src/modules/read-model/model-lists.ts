import type { DeclarationRow, MappingRow } from '../mappings/mapping.js';
import type { ListFilter } from '../mappings/mappings.store.js';
import { isSearchable } from './model-search.js';
import type { VersionModel } from './version-model.js';

/** Rows of a list behind a key, in its order: at most `limit`. */
interface Part<Key> {
  after: Key | null;
  limit: number;
}

/** Whether a part of a spelling can be compared as the database compares it. */
export const isComparable = (model: VersionModel, query: string | null): boolean =>
  query === null || isSearchable(model, query);

const contains = (texts: readonly (string | null)[], query: string): boolean =>
  texts.some((text) => text !== null && text.toLowerCase().includes(query));

/** Calls back with the declarations of a class that a list of its members takes. */
function eachMember(
  model: VersionModel,
  owner: number,
  kind: 'METHOD' | 'FIELD',
  { query, unnamed }: ListFilter,
  call: (at: number) => void,
): void {
  const { entries, declarations } = model;
  const lower = query?.toLowerCase() ?? null;
  declarations.eachOfOwner(owner, (at) => {
    const member = declarations.members[at]!;
    if (entries.kindOf(member) !== kind || entries.isConstructor(member)) return;
    const name = entries.names[member]!;
    if (unnamed !== null && (name === null) !== unnamed) return;
    if (lower === null || contains([name, entries.srgs[member]!, declarations.obfs[at]!], lower)) call(at);
  });
}

/** The methods or fields of a class as it carries them, in the order of the source. */
export function membersOf(
  model: VersionModel,
  owner: MappingRow,
  kind: 'METHOD' | 'FIELD',
  filter: ListFilter,
  { after, limit }: Part<number>,
): DeclarationRow[] {
  const { entries, declarations } = model;
  const found: DeclarationRow[] = [];
  eachMember(model, entries.placeOf(owner.id), kind, filter, (at) => {
    if (found.length === limit || (after !== null && declarations.ids[at]! <= after)) return;
    found.push(declarations.row(at, owner));
  });
  return found;
}

export function countMembersOf(
  model: VersionModel,
  owner: MappingRow,
  kind: 'METHOD' | 'FIELD',
  filter: ListFilter,
): number {
  let count = 0;
  eachMember(model, model.entries.placeOf(owner.id), kind, filter, () => (count += 1));
  return count;
}

/** Where a member is declared, in the order of the source. */
export function declarationsOf(
  { entries, declarations }: VersionModel,
  member: MappingRow,
  { after, limit }: Part<number>,
): DeclarationRow[] {
  const { starts, items } = declarations.ofMember;
  const place = entries.placeOf(member.id);
  const found: DeclarationRow[] = [];
  for (let i = starts[place]!; i < starts[place + 1]! && found.length < limit; i++) {
    const at = items[i]!;
    if (after === null || declarations.ids[at]! > after) found.push(declarations.row(at, undefined, member));
  }
  return found;
}

export function countDeclarationsOf({ entries, declarations }: VersionModel, member: MappingRow): number {
  const place = entries.placeOf(member.id);
  return declarations.ofMember.starts[place + 1]! - declarations.ofMember.starts[place]!;
}

/** The parameters of a method, in their order. */
export function parametersOf({ entries }: VersionModel, method: MappingRow): MappingRow[] {
  const place = entries.placeOf(method.id);
  const { starts, items } = entries.parameters;
  const found: MappingRow[] = [];
  for (let i = starts[place]!; i < starts[place + 1]!; i++) found.push(entries.row(items[i]!));
  return found;
}

/** Calls back with the classes of which a spelling contains `query`, by SRG name, from a place on. */
function eachClass({ entries }: VersionModel, query: string | null, from: number, call: (place: number) => boolean) {
  const { names, srgs, obfs, classes } = entries;
  const lower = query?.toLowerCase() ?? null;
  for (let place = from; place < classes; place++) {
    if (lower !== null && !contains([names[place]!, srgs[place]!, obfs[place]!], lower)) continue;
    if (!call(place)) return;
  }
}

/** The classes of a version by SRG name; `query` is part of any spelling, in any case. */
export function classesOf(model: VersionModel, query: string | null, { after, limit }: Part<string>): MappingRow[] {
  const { entries } = model;
  let from = after === null ? 0 : entries.lowerBound(0, after);
  if (from < entries.classes && entries.srgs[from] === after) from += 1;
  const found: MappingRow[] = [];
  eachClass(model, query, from, (place) => found.push(entries.row(place)) < limit);
  return found;
}

export function countClassesOf(model: VersionModel, query: string | null): number {
  let count = 0;
  eachClass(model, query, 0, () => (count += 1) > 0);
  return count;
}
