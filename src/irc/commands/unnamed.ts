import { calledOf } from '../answers/entry.js';
import { nothingCalled } from '../answers/nothing.js';
import { count } from '../answers/words.js';
import {
  UnnamedMembersForIrcDocument,
  UnnamedParametersForIrcDocument,
  type ClassForIrcFragment,
  type UnnamedForIrcFragment,
  type WithParametersForIrcFragment,
} from '../generated/documents.js';
import type { Call, Command } from './command.js';

interface Unnamed {
  srg: string;
  staged: { newName: string | null } | null;
}

/** What lacks a name, with the one that is proposed for it. */
function wanting({ srg, staged }: Unnamed): string {
  const proposed = staged?.newName ?? null;
  return proposed === null ? srg : `${srg} (staged: ${proposed})`;
}

const memberLine = ({ obf, srgDescriptor, member }: UnnamedForIrcFragment['nodes'][number]): string =>
  `${obf} => ${wanting(member)}${srgDescriptor === null ? '' : ` ${srgDescriptor}`}`;

const title = ({ srg, obf, version }: ClassForIrcFragment, what: string): string =>
  `${srg} (${obf}) in ${version.name} has ${what}`;

async function unnamedMembers(call: Call, kind: 'FIELD' | 'METHOD'): Promise<string[]> {
  const [name, version = null] = call.words as [string, string?];
  const { class: found } = await call.ask(UnnamedMembersForIrcDocument, {
    class: name,
    version,
    fields: kind === 'FIELD',
    methods: kind === 'METHOD',
  });
  if (found === null) throw await nothingCalled(call, { name, version, kinds: ['CLASS'] });
  const { totalCount, nodes } = (found.fields ?? found.methods)!;
  const what = kind.toLowerCase();
  if (totalCount === 0) return [title(found, `no unnamed ${what}s.`)];
  const lines = [
    title(found, `${count(totalCount)} unnamed ${what}${totalCount === 1 ? '' : 's'}:`),
    ...nodes.map(memberLine),
  ];
  return totalCount > nodes.length ? [...lines, `and ${count(totalCount - nodes.length)} more`] : lines;
}

/** The unnamed parameters of a method in one line; none where all are named. */
function parameterLine(method: WithParametersForIrcFragment): string[] {
  if (method.__typename !== 'Method') return [];
  const unnamed = method.parameters.filter(({ name }) => name === null);
  if (unnamed.length === 0) return [];
  return [`${method.srg} => ${calledOf(method)}: ${unnamed.map(wanting).join(', ')}`];
}

async function unnamedParameters(call: Call): Promise<string[]> {
  const [name, version = null] = call.words as [string, string?];
  const { class: found, constructors } = await call.ask(UnnamedParametersForIrcDocument, {
    class: name,
    constructor: `${name}.<init>`,
    version,
  });
  if (found === null) throw await nothingCalled(call, { name, version, kinds: ['CLASS'] });
  // A short name may be that of other classes too.
  const own = constructors.filter(
    (each) => each.__typename === 'Method' && each.declarations.nodes.some(({ owner }) => owner.srg === found.srg),
  );
  const lines = [...own, ...found.methods.nodes.map(({ member }) => member)].flatMap(parameterLine);
  const rest = found.methods.pageInfo.hasNextPage ? ['What methods behind the first 200 lack is not told here.'] : [];
  if (lines.length === 0) return [title(found, 'no unnamed parameters.'), ...rest];
  return [title(found, 'unnamed parameters:'), ...lines, ...rest];
}

const unnamed = (letter: string, what: string, run: Command['run']): Command => ({
  names: [`u${letter}`],
  usage: '[package/]class [version]',
  summary: `Lists the ${what} of a class that nobody has named.`,
  atLeast: 1,
  run,
});

export const unnameds: readonly Command[] = [
  unnamed('f', 'fields', (call) => unnamedMembers(call, 'FIELD')),
  unnamed('m', 'methods', (call) => unnamedMembers(call, 'METHOD')),
  unnamed('p', 'parameters', unnamedParameters),
];
