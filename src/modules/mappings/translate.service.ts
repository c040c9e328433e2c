import type { Sql } from '../../db/index.js';
import { badInput } from '../../shared/errors.js';
import { findSrgIds, type Namespace } from '../formats/index.js';
import { findVersion } from '../versions/versions.service.js';
import { parseSpelling, type Spelling } from './spelling.js';
import {
  namesOf,
  translateBare,
  translateDescribed,
  translateOwned,
  type TranslatedEntry,
  type TranslatedMember,
  type TranslatedMethod,
} from './translate.store.js';

/** The most names that one call translates. */
export const MAX_NAMES = 5_000;
/** The longest text that one call deobfuscates, in characters: a whole crash log. */
export const MAX_TEXT = 1_048_576;

export interface Translation {
  from: string;
  /** The answer, where there is exactly one. */
  to: string | null;
  /** Every answer. */
  candidates: string[];
}

export interface Translated {
  /** In the order of the names. */
  translations: Translation[];
  /** Ids of the entries whose community name was asked for and is not there. */
  unnamed: number[];
}

/**
 * Translates names from one namespace to another. The answer has the shape of the question: with the owner, separator and
 * descriptor where the name came with them. Three statements at most, however many names.
 * @throws AppError BAD_USER_INPUT for too many or malformed names, NOT_FOUND for an unknown version
 */
export async function translate(
  db: Sql,
  input: { version?: string | null; from: Namespace; to: Namespace; names: readonly string[] },
): Promise<Translated> {
  const { from, to, names } = input;
  if (names.length > MAX_NAMES) throw badInput(`"names" takes at most ${MAX_NAMES} names, not ${names.length}.`);
  const version = await findVersion(db, input.version);
  if (names.length === 0) return { translations: [], unnamed: [] };
  const distinct = [...new Set(names)];
  const spellings = distinct.map(parseSpelling);
  const candidates = distinct.map(() => new Set<string>());
  const unnamed = new Set<number>();
  const collect = (
    { position, id, mcp }: { position: number; id: number; mcp: string | null },
    answer: string | null,
  ) => {
    if (answer !== null) candidates[position - 1]!.add(answer);
    if (to === 'MCP' && mcp === null) unnamed.add(id);
  };

  const entries = await translateBare(
    db,
    [from, to],
    version.id,
    spellings.map(({ bare, descriptor }) => (descriptor === null ? bare : null)),
    spellings.map(({ classes, descriptor }) => (descriptor === null ? classes[0]! : null)),
  );
  for (const entry of entries) for (const answer of inNamespace(entry, to)) collect(entry, answer);

  const owned = spellings.map(({ owned: parts, descriptor }) => ({
    owner: parts?.owners[0] ?? null,
    member: parts?.member ?? null,
    descriptor,
  }));
  if (owned.some(({ owner }) => owner !== null)) {
    for (const member of await translateOwned(db, from, version.id, owned)) {
      collect(member, withOwner(member, to, spellings[member.position - 1]!));
    }
  }
  const described = spellings.map(({ bare, owned: parts, descriptor }) => ({
    name: parts === null && descriptor !== null ? bare : null,
    descriptor,
  }));
  if (from !== 'OBF' && described.some(({ name }) => name !== null)) {
    for (const method of await translateDescribed(db, from, version.id, described)) {
      const { member, descriptor } = memberIn(method, to);
      collect(method, member === null ? null : `${member}${descriptor ?? ''}`);
    }
  }
  const answersOf = new Map(distinct.map((name, i) => [name, [...candidates[i]!]]));
  const translations = names.map((name) => {
    const answers = answersOf.get(name)!;
    return { from: name, to: answers.length === 1 ? answers[0]! : null, candidates: answers };
  });
  return { translations, unnamed: [...unnamed] };
}

function inNamespace(entry: TranslatedEntry, to: Namespace): (string | null)[] {
  if (to === 'OBF') return entry.obf;
  return [to === 'SRG' ? entry.srg : entry.mcp];
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
export async function deobfuscate(
  db: Sql,
  { version: versionName, text }: { version?: string | null; text: string },
): Promise<Deobfuscated> {
  if (text.length > MAX_TEXT) throw badInput(`"text" takes at most ${MAX_TEXT} characters, not ${text.length}.`);
  const version = await findVersion(db, versionName);
  const found = [...findSrgIds(text)];
  const asked = new Set(found.flatMap(({ candidates }) => candidates));
  const rows = asked.size === 0 ? [] : await namesOf(db, version.id, [...asked]);
  const entries = new Map(rows.map((row) => [row.srg, row]));
  const unknown = new Set<string>();
  const unnamed = new Set<number>();
  const parts: string[] = [];
  let copied = 0;
  let replaced = 0;
  for (const { start, candidates } of found) {
    // The longest spelling that the version has: an id may end in underscores, and a log may add some.
    const entry = entries.get(candidates.find((candidate) => entries.has(candidate)) ?? '');
    if (entry === undefined || entry.name === null) {
      unknown.add(entry?.srg ?? candidates[0]!);
      if (entry !== undefined) unnamed.add(entry.id);
      continue;
    }
    parts.push(text.slice(copied, start), entry.name);
    copied = start + entry.srg.length;
    replaced += 1;
  }
  parts.push(text.slice(copied));
  return { text: parts.join(''), replaced, unknown: [...unknown], unnamed: [...unnamed] };
}
