import type { Namespace } from '../formats/index.js';
import type {
  NamedEntry,
  Translated,
  TranslatedEntry,
  TranslatedMember,
  TranslatedMethod,
  Translation,
} from '../mappings/translate.store.js';
import { isPlain } from '../mappings/spelling.js';
import { byBytes } from '../../shared/byte-order.js';
import { eachOfName } from './model-lookup.js';
import { NONE, SEVERAL } from './text-table.js';
import { shortNameOf, type VersionModel } from './version-model.js';

const NO_NAMES: string[] = [];

/** The obfuscated names of an entry: one of a class, those of a member as its classes carry it, none of a parameter. */
function obfsOf({ entries, declarations }: VersionModel, place: number, isAsked: boolean): string[] {
  if (place < entries.classes) return [entries.obfs[place]!];
  if (!isAsked || entries.isParameter(place)) return NO_NAMES;
  const { starts, items } = declarations.ofMember;
  const found: string[] = [];
  for (let i = starts[place]!; i < starts[place + 1]!; i++) {
    const obf = declarations.obfs[items[i]!]!;
    if (!found.includes(obf)) found.push(obf);
  }
  return found.sort(byBytes);
}

/** By the first, each once. */
const bySrg = ({ entries: { srgs } }: VersionModel, places: number[]): number[] =>
  places.length < 2 ? places : [...new Set(places)].sort((a, b) => byBytes(srgs[a]!, srgs[b]!) || a - b);

/**
 * What names mean that are nothing but SRG ids, each of one entry at most: what most ask, without what the other ways to spell a name cost.
 * @returns null where some are more
 */
export function translateIds(
  { entries }: VersionModel,
  to: 'SRG' | 'MCP',
  names: readonly string[],
): Translated | null {
  if (!names.every(isPlain)) return null;
  const places = entries.placesOfSrgs(names);
  if (places.includes(SEVERAL)) return null;
  const answers = to === 'SRG' ? entries.srgs : entries.names;
  const unnamed = new Set<number>();
  const translations = names.map((from, i): Translation => {
    const place = places[i]!;
    const answer = place === NONE ? null : answers[place]!;
    if (answer !== null) return { from, to: answer, candidates: [answer] };
    if (place !== NONE) unnamed.add(entries.ids[place]!);
    return { from, to: null, candidates: NO_NAMES };
  });
  return { translations, unnamed: [...unnamed] };
}

/** What names without an owner mean: what `translateBare` of the store answers. */
export function translateBare(
  model: VersionModel,
  [from, to]: readonly [Namespace, Namespace],
  names: readonly (string | null)[],
  classes: readonly (string | null)[],
): TranslatedEntry[] {
  const { entries, classObfs, shortNames, serverNames } = model;
  const answers: TranslatedEntry[] = [];
  const answer = (i: number, place: number) =>
    void answers.push({
      position: i + 1,
      id: entries.ids[place]!,
      srg: entries.srgs[place]!,
      mcp: entries.names[place]!,
      obf: obfsOf(model, place, to === 'OBF'),
    });
  const found = from === 'SRG' ? entries.placesOfSrgs(classes.map((name) => name ?? '')) : null;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const className = classes[i]!;
    if (name === null || className === null || found?.[i] === NONE) continue;
    if (found !== null && found[i] !== SEVERAL) {
      answer(i, found[i]!);
      continue;
    }
    const places: number[] = [];
    const take = (place: number) => void places.push(place);
    if (from === 'OBF') classObfs.each(className, take);
    else if (from === 'SRG') entries.eachOfSrg(className, take);
    else {
      shortNames.each(name, take);
      eachOfName(model, className, take);
      serverNames.each(name, take);
    }
    for (const place of bySrg(model, places)) answer(i, place);
  }
  return answers;
}

/** The classes that an owner means, by SRG name. */
function ownersOf(model: VersionModel, from: Namespace, owner: string): number[] {
  const { entries, classObfs, shortNames } = model;
  const places: number[] = [];
  const take = (place: number) => void (place < entries.classes && places.push(place));
  if (from === 'OBF') classObfs.each(owner, take);
  else {
    if (from === 'SRG') entries.eachOfSrg(owner, take);
    else eachOfName(model, owner, take);
    shortNames.each(owner, take);
  }
  return bySrg(model, places);
}

/** A declaration as one meaning of a method or field. */
function methodAt({ entries, declarations }: VersionModel, position: number, at: number): TranslatedMethod {
  const member = declarations.members[at]!;
  return {
    position,
    id: entries.ids[member]!,
    srg: entries.srgs[member]!,
    mcp: entries.names[member]!,
    obf: declarations.obfs[at]!,
    obfDescriptor: declarations.obfDescriptors[at]!,
    srgDescriptor: declarations.srgDescriptors[at]!,
  };
}

/** Calls back with those of some declarations whose member has a name. By numbers: texts take ten times as long to compare. */
function calledSo(
  { entries, declarations, shortNames }: VersionModel,
  from: Namespace,
  name: string,
  call: (at: number) => void,
): (at: number) => void {
  const { members, obfNumbers } = declarations;
  if (from === 'OBF') {
    const number = declarations.numberOfObf(name);
    return (at) => {
      if (obfNumbers[at] === number) call(at);
    };
  }
  if (from === 'SRG') {
    const places: number[] = [];
    entries.eachOfSrg(name, (place) => places.push(place));
    return (at) => {
      if (places.includes(members[at]!)) call(at);
    };
  }
  const number = shortNames.numberOf(shortNameOf(name));
  return (at) => {
    const member = members[at]!;
    if (number !== -1 && shortNames.numberAt[member] === number && entries.names[member] === name) call(at);
  };
}

/** What names with an owner mean: what `translateOwned` of the store answers. */
export function translateOwned(
  model: VersionModel,
  from: Namespace,
  asked: readonly { owner: string | null; member: string | null; descriptor: string | null }[],
): TranslatedMember[] {
  const { entries, declarations } = model;
  const { owners } = declarations;
  const descriptors = from === 'OBF' ? declarations.obfDescriptors : declarations.srgDescriptors;
  const answers: TranslatedMember[] = [];
  asked.forEach(({ owner, member, descriptor }, i) => {
    if (owner === null || member === null) return;
    const take = (at: number) => {
      if (descriptor !== null && descriptors[at] !== descriptor) return;
      const place = owners[at]!;
      answers.push({
        ...methodAt(model, i + 1, at),
        srgOwner: entries.srgs[place]!,
        mcpOwner: entries.names[place]!,
        obfOwner: entries.obfs[place]!,
      });
    };
    const called = calledSo(model, from, member, take);
    for (const place of ownersOf(model, from, owner)) declarations.eachOfOwner(place, called);
  });
  return answers;
}

/** What methods with a descriptor and no owner mean: what `translateDescribed` of the store answers. */
export function translateDescribed(
  model: VersionModel,
  from: Exclude<Namespace, 'OBF'>,
  asked: readonly { name: string | null; descriptor: string | null }[],
): TranslatedMethod[] {
  const { entries, declarations, shortNames } = model;
  const answers: TranslatedMethod[] = [];
  asked.forEach(({ name, descriptor }, i) => {
    if (name === null || descriptor === null) return;
    const places: number[] = [];
    const take = (place: number) => void (entries.kindOf(place) === 'METHOD' && places.push(place));
    if (from === 'SRG') entries.eachOfSrg(name, take);
    else shortNames.each(name, take);
    for (const place of bySrg(model, places)) {
      const own: TranslatedMethod[] = [];
      const { starts, items } = declarations.ofMember;
      for (let j = starts[place]!; j < starts[place + 1]!; j++) {
        if (declarations.srgDescriptors[items[j]!] === descriptor) own.push(methodAt(model, i + 1, items[j]!));
      }
      own.sort(
        (a, b) => byBytes(a.obf, b.obf) || byBytes(a.obfDescriptor ?? '\u{10ffff}', b.obfDescriptor ?? '\u{10ffff}'),
      );
      answers.push(
        ...own.filter(
          ({ obf, obfDescriptor }, k) =>
            k === 0 || obf !== own[k - 1]!.obf || obfDescriptor !== own[k - 1]!.obfDescriptor,
        ),
      );
    }
  });
  return answers;
}

/** What SRG ids are called: what `namesOf` of the store answers, undefined for those that there are not. */
export function namesOf({ entries }: VersionModel, srgs: readonly string[]): (NamedEntry | undefined)[] {
  const places = entries.placesOfSrgs(srgs);
  return srgs.map((srg, i) => {
    const place = places[i] === SEVERAL ? entries.firstOfSrg(srg) : places[i]!;
    if (place === NONE) return undefined;
    const name = entries.names[place]!;
    return { id: entries.ids[place]!, srg, name: name === null ? null : shortNameOf(name) };
  });
}
