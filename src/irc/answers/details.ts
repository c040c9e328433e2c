import type { DeclarationForIrcFragment, EntryForIrcFragment } from '../generated/documents.js';
import { effect, origin, redocuments } from './change.js';
import { calledOf, methodOf } from './entry.js';
import { coverageText, day } from './words.js';

type Entry<Type extends EntryForIrcFragment['__typename']> = Extract<EntryForIrcFragment, { __typename: Type }>;
type Member = Entry<'Method'> | Entry<'Field'>;

/** An entry in full, in the form that the old bot had. */
export function details(entry: EntryForIrcFragment): string[] {
  const { version, serverName, documentation } = entry;
  return [
    `=== ${version.name}: ${titleOf(entry)}${lockText(entry)} ===`,
    ...namesOf(entry),
    ...(serverName === null ? [] : [`Name on the server: ${serverName}`]),
    ...(documentation === null ? [] : [`Comment: ${inOneLine(documentation)}`]),
    ...partsOf(entry),
    ...stagedOf(entry),
    ...lastChangeOf(entry),
  ];
}

/** Where an entry stands, with the obfuscated names: `net/minecraft/block/Block.getDrops (aow.a), in 3 classes`. */
function titleOf(entry: EntryForIrcFragment): string {
  const called = entry.name ?? entry.srg;
  if (entry.__typename === 'Class') return `${called} (${entry.obf})`;
  if (entry.__typename === 'Parameter') return `${methodOf(entry)}: ${called}`;
  const { nodes, totalCount } = entry.declarations;
  const [first] = nodes;
  if (first === undefined) return `${called}, in no class`;
  const title = `${first.owner.srg}.${called} (${first.owner.obf}.${first.obf})`;
  return totalCount === 1 ? title : `${title}, in ${totalCount} classes`;
}

function lockText({ lock }: EntryForIrcFragment): string {
  if (lock === null) return '';
  const by = lock.by === null ? '' : ` by ${lock.by.handle}`;
  const until = lock.until === null ? '' : ` until ${day(lock.until)}`;
  return `, LOCKED${by}${until}${lock.reason === null ? '' : `: ${lock.reason}`}`;
}

/** The names and the descriptors in every namespace, and what makes it public. */
function namesOf(entry: EntryForIrcFragment): string[] {
  const { srg, name } = entry;
  switch (entry.__typename) {
    case 'Class':
      return [
        `Name: ${[entry.obf, srg, ...(name === null || name === srg ? [] : [name])].join(' => ')}`,
        `AT: public ${dotted(srg)}`,
      ];
    case 'Parameter':
      return [`Name: ${srg} => ${calledOf(entry)}${entry.method === null ? '' : `, of ${entry.method.srg}`}`];
    case 'Method':
    case 'Field': {
      const [declaration] = entry.declarations.nodes;
      return declaration === undefined ? [`Name: ${srg} => ${calledOf(entry)}`] : declaredNames(entry, declaration);
    }
  }
}

function declaredNames(member: Member, declaration: DeclarationForIrcFragment): string[] {
  const { obf, obfDescriptor, srgDescriptor } = declaration;
  const transformer = accessTransformer(member, declaration);
  return [
    `Name: ${obf} => ${member.srg} => ${calledOf(member)}`,
    ...(obfDescriptor === null ? [] : [`Descriptor: ${obfDescriptor} => ${srgDescriptor ?? obfDescriptor}`]),
    ...(transformer === null ? [] : [`AT: ${transformer}`]),
  ];
}

/**
 * The line by which Forge makes a member public: `public net.minecraft.block.Block func_70001_a(II)V # getDrops`. Null for a method whose
 * source did not give a descriptor.
 */
function accessTransformer(member: Member, { owner, srgDescriptor }: DeclarationForIrcFragment): string | null {
  const { srg, name } = member;
  const start = `public ${dotted(owner.srg)}`;
  const comment = name === null || name === srg ? '' : ` # ${name}`;
  if (member.__typename === 'Field') return `${start} ${srg}${comment}`;
  if (srgDescriptor === null) return null;
  return member.isConstructor ? `${start} <init>${srgDescriptor}` : `${start} ${srg}${srgDescriptor}${comment}`;
}

/** Documentation, whose lines are as long as they were in the source. */
const inOneLine = (documentation: string): string => documentation.replace(/\s+/g, ' ');

const dotted = (name: string): string => name.replaceAll('/', '.');

/** What belongs to an entry: parameters of a method, and how far the naming of a class has come. */
function partsOf(entry: EntryForIrcFragment): string[] {
  if (entry.__typename === 'Class') {
    const named = coverageText(entry.coverage);
    return named === '' ? [] : [`Named: ${named}`];
  }
  if (entry.__typename !== 'Method' || entry.parameters.length === 0) return [];
  return [`Parameters: ${entry.parameters.map((each) => `${each.srg} => ${calledOf(each)}`).join(', ')}`];
}

function stagedOf({ staged }: EntryForIrcFragment): string[] {
  if (staged === null) return [];
  const { newDocumentation } = staged;
  return [
    `Staged: ${effect(staged)}, ${origin(staged)}`,
    ...(redocuments(staged) && newDocumentation !== null ? [`Staged comment: ${inOneLine(newDocumentation)}`] : []),
  ];
}

/** What is committed; an entry that has only ever been proposed for has no last change. */
function lastChangeOf({ changes }: EntryForIrcFragment): string[] {
  const last = changes.nodes.find(({ state }) => state === 'COMMITTED');
  return last === undefined ? [] : [`Last change: ${effect(last)}, ${origin(last)}`];
}
