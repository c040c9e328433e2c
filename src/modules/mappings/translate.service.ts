import { badInput } from '../../shared/errors.js';
import { findSrgIds, type FoundSrgId, type Namespace } from '../formats/index.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ReadModels } from '../read-model/read-models.js';
import { entriesOf, type EntryReader } from './entry-reader.js';
import { parseSpelling, type Spelling } from './spelling.js';
import type { NamedEntry, Translated, TranslatedMember, TranslatedMethod, Translation } from './translate.store.js';

/** The most names that one call translates. */
export const MAX_NAMES = 5_000;
/** The longest text that one call deobfuscates, in characters: a whole crash log. */
export const MAX_TEXT = 1_048_576;

/**
 * Translates names from one namespace to another. The answer has the shape of the question: with the owner, separator and
 * descriptor where the name came with them. Three statements at most, however many names.
 * @throws AppError BAD_USER_INPUT for too many or malformed names, NOT_FOUND for an unknown version
 */
export function translate(
  models: ReadModels,
  input: { version?: string | null; from: Namespace; to: Namespace; names: readonly string[] },
): Soon<Translated> {
  const { names } = input;
  if (names.length > MAX_NAMES) throw badInput(`"names" takes at most ${MAX_NAMES} names, not ${names.length}.`);
  return after(entriesOf(models, input.version, names), (entries) => {
    const { from, to } = input;
    const ids = from === 'SRG' && to !== 'OBF' ? entries.translateIds(to, names) : null;
    return ids ?? translateAll(entries, input);
  });
}

interface Question {
  from: Namespace;
  to: Namespace;
  names: readonly string[];
}

function translateAll(entries: EntryReader, { from, to, names }: Question): Soon<Translated> {
  if (names.length === 0) return { translations: [], unnamed: [] };
  const distinct = [...new Set(names)];
  const spellings = distinct.map(parseSpelling);
  const bare = entries.translateBare(
    [from, to],
    spellings.map(({ bare: name, descriptor }) => (descriptor === null ? name : null)),
    spellings.map(({ classes, descriptor }) => (descriptor === null ? classes[0]! : null)),
  );
  return after(bare, (found) =>
    after(ownedAmong(entries, from, spellings), (members) =>
      after(describedAmong(entries, from, spellings), (methods) => {
        const answers = new Answers(to, distinct.length);
        for (const entry of found) {
          if (to === 'OBF') for (const answer of entry.obf) answers.collect(entry, answer);
          else answers.collect(entry, to === 'SRG' ? entry.srg : entry.mcp);
        }
        for (const member of members) answers.collect(member, withOwner(member, to, spellings[member.position - 1]!));
        for (const method of methods) {
          const { member, descriptor } = memberIn(method, to);
          answers.collect(method, member === null ? null : `${member}${descriptor ?? ''}`);
        }
        return answers.told(names, distinct);
      }),
    ),
  );
}

/** What those of the names mean that come with an owner. */
function ownedAmong(entries: EntryReader, from: Namespace, spellings: readonly Spelling[]): Soon<TranslatedMember[]> {
  if (!spellings.some(({ owned }) => owned !== null)) return [];
  return entries.translateOwned(
    from,
    spellings.map(({ owned, descriptor }) => ({
      owner: owned?.owners[0] ?? null,
      member: owned?.member ?? null,
      descriptor,
    })),
  );
}

/** What those of the names mean that are methods with a descriptor and no owner. */
function describedAmong(
  entries: EntryReader,
  from: Namespace,
  spellings: readonly Spelling[],
): Soon<TranslatedMethod[]> {
  const isAsked = ({ owned, descriptor }: Spelling) => owned === null && descriptor !== null;
  if (from === 'OBF' || !spellings.some(isAsked)) return [];
  return entries.translateDescribed(
    from,
    spellings.map((spelling) => ({
      name: isAsked(spelling) ? spelling.bare : null,
      descriptor: spelling.descriptor,
    })),
  );
}

/** What is found of each name. */
class Answers {
  /** Most names have one: a set is made for the others. */
  private readonly candidates: (string | Set<string> | undefined)[];
  private readonly unnamed = new Set<number>();

  constructor(
    private readonly to: Namespace,
    count: number,
  ) {
    this.candidates = new Array<undefined>(count).fill(undefined);
  }

  collect({ position, id, mcp }: { position: number; id: number; mcp: string | null }, answer: string | null): void {
    if (this.to === 'MCP' && mcp === null) this.unnamed.add(id);
    if (answer === null) return;
    const known = this.candidates[position - 1];
    if (known === undefined) this.candidates[position - 1] = answer;
    else if (typeof known !== 'string') known.add(answer);
    else if (known !== answer) this.candidates[position - 1] = new Set([known, answer]);
  }

  told(names: readonly string[], distinct: readonly string[]): Translated {
    const told = this.candidates.map((found, i): Translation => {
      const answers = found === undefined ? [] : typeof found === 'string' ? [found] : [...found];
      return { from: distinct[i]!, to: answers.length === 1 ? answers[0]! : null, candidates: answers };
    });
    const unnamed = [...this.unnamed];
    if (distinct.length === names.length) return { translations: told, unnamed };
    const byName = new Map(told.map((translation) => [translation.from, translation]));
    return { translations: names.map((name) => byName.get(name)!), unnamed };
  }
}

/** A member's name and descriptor. Classes have no names of their own in descriptors: SRG and MCP share them. */
function memberIn(found: TranslatedMethod, to: Namespace): { member: string | null; descriptor: string | null } {
  if (to === 'OBF') return { member: found.obf, descriptor: found.obfDescriptor };
  return { member: to === 'SRG' ? found.srg : found.mcp, descriptor: found.srgDescriptor };
}

function withOwner(found: TranslatedMember, to: Namespace, asked: Spelling): string | null {
  const owner = { OBF: found.obfOwner, SRG: found.srgOwner, MCP: found.mcpOwner ?? found.srgOwner }[to];
  const { member, descriptor } = memberIn(found, to);
  if (member === null) return null;
  return `${owner}${asked.owned!.separator}${member}${asked.descriptor === null ? '' : (descriptor ?? '')}`;
}

export interface Deobfuscated {
  text: string;
  /** How many ids were replaced, each occurrence counted. */
  replaced: number;
  /** Ids that the version lacks or that have no community name, each once, in order of appearance. */
  unknown: string[];
  /** Ids of the entries among them that the version has. */
  unnamed: number[];
}

/**
 * Replaces every SRG id in a text by its community name. Linear in the text's length; one statement.
 * @throws AppError BAD_USER_INPUT for a text that is too long, NOT_FOUND for an unknown version
 */
export function deobfuscate(
  models: ReadModels,
  { version, text }: { version?: string | null; text: string },
): Soon<Deobfuscated> {
  if (text.length > MAX_TEXT) throw badInput(`"text" takes at most ${MAX_TEXT} characters, not ${text.length}.`);
  return after(entriesOf(models, version, []), (entries) => {
    const found = findSrgIds(text);
    const candidates = new Map<string, readonly string[]>();
    for (const id of found) if (!candidates.has(id.longest)) candidates.set(id.longest, id.candidates);
    const asked = [...candidates.values()].flat();
    const named = asked.length === 0 ? [] : entries.namesOf(asked);
    return after(named, (names) => replaced(text, found, candidates, names));
  });
}

/** @param names of all candidates, in their order */
function replaced(
  text: string,
  found: readonly FoundSrgId[],
  candidates: ReadonlyMap<string, readonly string[]>,
  names: readonly (NamedEntry | undefined)[],
): Deobfuscated {
  const entries = new Map<string, NamedEntry>();
  const unknown = new Set<string>();
  const unnamed = new Set<number>();
  let at = 0;
  for (const [longest, { length }] of candidates) {
    // The longest spelling that the version has: an id may end in underscores, and a log may add some.
    let entry: NamedEntry | undefined;
    for (const end = at + length; at < end; at++) entry ??= names[at];
    if (entry !== undefined && entry.name !== null) {
      entries.set(longest, entry);
      continue;
    }
    unknown.add(entry?.srg ?? longest);
    if (entry !== undefined) unnamed.add(entry.id);
  }
  let whole = '';
  let copied = 0;
  let count = 0;
  for (const { start, longest } of found) {
    const entry = entries.get(longest);
    if (entry === undefined) continue;
    whole += text.slice(copied, start);
    whole += entry.name;
    copied = start + entry.srg.length;
    count += 1;
  }
  whole += text.slice(copied);
  return { text: whole, replaced: count, unknown: [...unknown], unnamed: [...unnamed] };
}
