import type { DeclarationForIrcFragment, SummaryForIrcFragment } from '../generated/documents.js';
import { UNNAMED } from './words.js';

type Parameter = Extract<SummaryForIrcFragment, { __typename: 'Parameter' }>;

interface Member {
  srg: string;
  name: string | null;
}

/** The community name of a member, where it has one. */
export const calledOf = ({ name }: Pick<Member, 'name'>): string => name ?? UNNAMED;

/** A member as a class carries it: `aow.a => net/minecraft/block/Block.func_70001_a => getDrops (II)V`. */
export function declaredLine({ owner, obf, srgDescriptor }: DeclarationForIrcFragment, member: Member): string {
  const names = `${owner.obf}.${obf} => ${owner.srg}.${member.srg} => ${calledOf(member)}`;
  return srgDescriptor === null ? names : `${names} ${srgDescriptor}`;
}

/** The method of a parameter with its first class: `net/minecraft/block/Block.getDrops`. */
export function methodOf({ method }: Parameter): string {
  if (method === null) return 'a method that is not there';
  const called = method.name ?? method.srg;
  const [declaration] = method.declarations.nodes;
  return declaration === undefined ? called : `${declaration.owner.srg}.${called}`;
}

/** An entry in one line, by the first class that carries it. */
export function summary(entry: SummaryForIrcFragment): string {
  switch (entry.__typename) {
    case 'Class':
      return `${entry.obf} => ${entry.srg}${entry.name === null || entry.name === entry.srg ? '' : ` => ${entry.name}`}`;
    case 'Parameter':
      return `${methodOf(entry)}: ${entry.srg} => ${calledOf(entry)}`;
    case 'Method':
    case 'Field': {
      const [declaration] = entry.declarations.nodes;
      return declaration === undefined ? `${entry.srg} => ${calledOf(entry)}` : declaredLine(declaration, entry);
    }
  }
}
