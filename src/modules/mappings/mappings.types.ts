import { ArgsType, Field, Float, Int, InterfaceType, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { Connection, PageArgs } from '../../graphql/connection.js';
import { Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import type { MappingKind as Kind, MappingRow, Side as SideName } from './mapping.js';

export enum MappingKind {
  CLASS = 'CLASS',
  METHOD = 'METHOD',
  FIELD = 'FIELD',
  PARAMETER = 'PARAMETER',
}
registerEnumType(MappingKind, {
  name: 'MappingKind',
  description: 'What an entry names.',
  valuesConfig: {
    CLASS: { description: 'A class, an interface, an enum or an annotation.' },
    METHOD: { description: 'A method or a constructor.' },
    FIELD: { description: 'A field or an enum constant.' },
    PARAMETER: { description: 'A parameter of a method or constructor.' },
  },
});

export enum Side {
  CLIENT = 'CLIENT',
  SERVER = 'SERVER',
  BOTH = 'BOTH',
}
registerEnumType(Side, {
  name: 'Side',
  description: 'Which distribution of the game has an entry.',
  valuesConfig: {
    CLIENT: { description: 'The client alone.' },
    SERVER: { description: 'The dedicated server alone.' },
    BOTH: { description: 'Client and server, or not known.' },
  },
});

const TYPE_OF_KIND: Record<Kind, string> = { CLASS: 'Class', METHOD: 'Method', FIELD: 'Field', PARAMETER: 'Parameter' };

/** The GraphQL type of an entry. */
export const typeOfKind = (kind: Kind): string => TYPE_OF_KIND[kind];

@InterfaceType('Mapping', {
  implements: Node,
  resolveType: (row: MappingRow) => typeOfKind(row.kind),
  description: 'One entry of one game version, keyed by its SRG id.',
})
export abstract class Mapping extends Node {
  @Field(() => MappingKind, { description: 'What the entry names.' })
  kind!: Kind;

  @Field(() => String, {
    description:
      'The SRG id: func_70001_a, field_70001_a, p_70001_1_, net/minecraft/util/ResourceLocation; i1005 for a constructor. What is readable by itself has its own name here.',
  })
  srg!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The committed community name; null while unnamed. Classes, library methods and enum constants, which are readable by themselves, carry their own.',
  })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name on the server, where client and server were named apart (before 1.8); null otherwise.',
  })
  serverName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What is said of the entry, with line breaks; null where nothing is.',
  })
  documentation!: string | null;

  @Field(() => Side, { description: 'Which distribution of the game has the entry, as the name set said.' })
  side!: SideName;
}

@ObjectType('Class', {
  implements: Mapping,
  simpleResolvers: true,
  description: 'A class, interface, enum or annotation.',
})
@Public()
export class Class extends Mapping {
  @Field(() => String, { description: 'The obfuscated name in this version: `aow`.' })
  obf!: string;
}

@ObjectType('Method', { implements: Mapping, simpleResolvers: true, description: 'A method or a constructor.' })
@Public()
export class Method extends Mapping {
  @Field(() => Boolean, { description: 'Whether it is a constructor; those have no community name.' })
  isConstructor!: boolean;
}

@ObjectType('Field', { implements: Mapping, simpleResolvers: true, description: 'A field or an enum constant.' })
@Public()
export class MemberField extends Mapping {}

@ObjectType('Parameter', {
  implements: Mapping,
  simpleResolvers: true,
  description: 'A parameter of a method or constructor.',
})
@Public()
export class Parameter extends Mapping {
  @Field(() => Int, {
    nullable: true,
    description:
      'Its place among the local variables of the JVM: 0 is `this` in an instance method, long and double take two. Null where the source numbers parameters without it.',
  })
  slot!: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'A member as one class carries it.' })
@Public()
export class Declaration {
  @Field(() => Class, { description: 'The class that carries the member.' })
  owner!: MappingRow;

  @Field(() => Mapping, { description: 'The entry: one SRG id may stand in many classes.' })
  member!: MappingRow;

  @Field(() => String, { description: 'The obfuscated name in this class; `<init>` for a constructor.' })
  obf!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The descriptor with obfuscated class names; null for a field whose source did not say.',
  })
  obfDescriptor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The descriptor with SRG class names; null for a field whose source did not say.',
  })
  srgDescriptor!: string | null;

  @Field(() => [String], {
    description: 'The exceptions that the method declares, by SRG class name, where the source said.',
  })
  exceptions!: string[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'How far the naming of one kind has come. Entries that take no community name are not counted.',
})
@Public()
export class Coverage {
  @Field(() => MappingKind, { description: 'The kind counted.' })
  kind!: Kind;

  @Field(() => Int, { description: 'Entries that take a community name.' })
  total!: number;

  @Field(() => Int, { description: 'Those of them that have one.' })
  named!: number;
}

/** The arguments of the lists of a class. */
@ArgsType()
export class MemberArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Part of any spelling, in any case.' })
  query?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for those without a community name, false for those with one.',
  })
  unnamed?: boolean | null;
}

export const ClassConnection: ClassType = Connection(() => Class, 'Class');
export const MappingConnection: ClassType = Connection(() => Mapping, 'Mapping');
export const DeclarationConnection: ClassType = Connection(() => Declaration, 'Declaration');
export const SearchConnection: ClassType = Connection(() => Mapping, 'Search', {
  edgeFields: {
    score: {
      type: () => Float,
      description:
        'How well the entry fits: 1 for the exact spelling, less for prefix, parts of the name, similarity, and a name that it once had or is to have.',
    },
  },
});
