import { declaredLine, summary } from '../answers/entry.js';
import { nothingCalled } from '../answers/nothing.js';
import { KIND_WORDS } from '../answers/words.js';
import {
  FindForIrcDocument,
  FindInClassForIrcDocument,
  type MappingKind,
  type MembersForIrcFragment,
} from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Call, Command } from './command.js';
import { Pattern } from './pattern.js';

/** How many hits of a kind are told: where it is asked for alone, and among the others. */
const HITS = 50;
const HITS_OF_EACH = 25;

const KINDS = ['CLASS', 'FIELD', 'METHOD', 'PARAMETER'] as const satisfies MappingKind[];

/** A class and a member of it: `Block\.get.*`, `Block@get.*`, `Block||get.*`, `Block:get.*`. */
const OWNED = /^((?:[\w$/.]|\\\.)+)(?:\\\.|@|\|\||:)(.+)$/;

interface Search {
  kinds: readonly MappingKind[];
  /** Whether a name must fit from end to end. */
  whole: boolean;
  expression: string;
  version: string | null;
}

interface Found {
  kind: MappingKind;
  lines: string[];
  hasMore: boolean;
}

const find = (name: string, letter: string, kinds: readonly MappingKind[], whole: boolean): Command => ({
  names: [`${name}${letter}`],
  usage: 'regex [version]',
  summary: `Finds ${kinds.length === 1 ? KIND_WORDS[kinds[0]!] : 'entries of every kind'} whose name or SRG id ${whole ? 'is' : 'holds'} what a regular expression says.`,
  atLeast: 1,
  async run(call) {
    const [expression, version = null] = call.words as [string, string?];
    const search = OWNED.test(expression) ? inClass : everywhere;
    const found = await search(call, { kinds, whole, expression, version });
    const lines = found.flatMap(linesOf);
    return lines.length === 0 ? [`Nothing fits ${expression}.`] : lines;
  },
});

const linesOf = ({ kind, lines, hasMore }: Found): string[] =>
  hasMore ? [...lines, `There are more ${KIND_WORDS[kind]} than I looked at: say it more precisely.`] : lines;

/** Names are compared in any case, as the old bot did. The service says what is wrong with an expression. */
async function everywhere(call: Call, { kinds, whole, expression, version }: Search): Promise<Found[]> {
  const answer = await call.ask(FindForIrcDocument, {
    query: `(?i)${whole ? `^(?:${expression})$` : expression}`,
    version,
    first: kinds.length === 1 ? HITS : HITS_OF_EACH,
    classes: kinds.includes('CLASS'),
    fields: kinds.includes('FIELD'),
    methods: kinds.includes('METHOD'),
    parameters: kinds.includes('PARAMETER'),
  });
  return KINDS.flatMap((kind) => {
    const { [kind]: found } = answer;
    if (found === undefined) return [];
    return [{ kind, lines: found.nodes.map(summary), hasMore: found.pageInfo.hasNextPage }];
  });
}

/**
 * The service does not search by class, so members of one class are listed and compared here, where nothing would break off an expression
 * that takes for ever: patterns have no more than dots and stars.
 * @throws Refusal where there is no such class, or no such pattern
 */
async function inClass(call: Call, { kinds, whole, expression, version }: Search): Promise<Found[]> {
  const [, owner, member] = OWNED.exec(expression) as unknown as [string, string, string];
  const name = owner.replaceAll('\\.', '.');
  const pattern = Pattern.parse(member, whole);
  const [fields, methods] = [kinds.includes('FIELD'), kinds.includes('METHOD')];
  if (pattern === null || !(fields || methods)) {
    throw new Refusal('In a class I find methods and fields alone, by letters, "." and ".*": !findm Block\\.get.*');
  }
  const answer = await call.ask(FindInClassForIrcDocument, {
    class: name,
    version,
    text: pattern.text,
    fields,
    methods,
  });
  if (answer.class === null) throw await nothingCalled(call, { name, version, kinds: ['CLASS'] });
  const { FIELD, METHOD } = answer.class;
  return [...foundAmong('FIELD', FIELD, pattern), ...foundAmong('METHOD', METHOD, pattern)];
}

/** @param members undefined where they were not asked for */
function foundAmong(kind: MappingKind, members: MembersForIrcFragment | undefined, pattern: Pattern): Found[] {
  if (members === undefined) return [];
  const fitting = members.nodes.filter(({ member: { srg, name } }) => pattern.fits(name ?? srg) || pattern.fits(srg));
  const lines = fitting.map((each) => declaredLine(each, each.member));
  return [{ kind, lines, hasMore: members.pageInfo.hasNextPage }];
}

const finds = (name: string, whole: boolean): Command[] => [
  find(name, '', KINDS, whole),
  ...KINDS.map((kind) => find(name, kind[0]!.toLowerCase(), [kind], whole)),
];

export const searches: readonly Command[] = [...finds('find', true), ...finds('findall', false)];
