import { ArgsType, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PageArgs, PageInfo } from '../../graphql/connection.js';
import { Public } from '../../graphql/directives/index.js';
import type { MappingKind as Kind } from '../mappings/mapping.js';
import { MappingKind } from '../mappings/mappings.types.js';
import { GameVersion } from '../versions/versions.types.js';

export enum ComparisonChange {
  MOVED = 'MOVED',
  RENAMED = 'RENAMED',
  ADDED = 'ADDED',
  REMOVED = 'REMOVED',
  NEW = 'NEW',
  GONE = 'GONE',
  REDOCUMENTED = 'REDOCUMENTED',
}
registerEnumType(ComparisonChange, {
  name: 'ComparisonChange',
  description: 'What kind of difference an entry is.',
  valuesConfig: {
    MOVED: {
      description:
        'A class that has another SRG name in the other game version: told by the members that both share, as classes have no ids.',
    },
    RENAMED: { description: 'Called otherwise.' },
    ADDED: { description: 'Had no name, and has one.' },
    REMOVED: { description: 'Had a name, and has none; the game version has it still.' },
    NEW: { description: "The base's game version does not have it at all." },
    GONE: { description: "The head's game version does not have it at all." },
    REDOCUMENTED: { description: 'Called the same, with other documentation.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'What one side of a comparison stands for.' })
@Public()
export class ComparedTarget {
  @Field(() => String, { description: 'As it was asked for.' })
  target!: string;

  @Field(() => GameVersion, { description: 'The game version whose names they are.' })
  version!: GameVersion;

  @Field(() => Boolean, { description: 'Whether proposals lie over the names.' })
  draft!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'An entry that two targets say different things of.' })
@Public()
export class ComparisonEntry {
  @Field(() => String, { description: 'The SRG id; of a class that moved, its SRG name in the base.' })
  srg!: string;

  @Field(() => MappingKind, { description: 'What the entry names.' })
  kind!: Kind;

  @Field(() => ComparisonChange, { description: 'What kind of difference it is.' })
  change!: string;

  @Field(() => String, { nullable: true, description: 'What the base calls it; null for no name.' })
  oldName!: string | null;

  @Field(() => String, { nullable: true, description: 'What the head calls it; null for no name.' })
  newName!: string | null;

  @Field(() => String, { nullable: true, description: 'What the base says of it.' })
  oldDocumentation!: string | null;

  @Field(() => String, { nullable: true, description: 'What the head says of it.' })
  newDocumentation!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The class that carries it, or its method, as the base calls it: the first by SRG name where several do; null for a class, and where none is known to.',
  })
  oldOwner!: string | null;

  @Field(() => String, { nullable: true, description: 'As `oldOwner`, in the game version and names of the head.' })
  newOwner!: string | null;

  @Field(() => Int, { description: 'How many classes carry it, on the side that has more.' })
  classes!: number;

  @Field(() => String, { nullable: true, description: 'The SRG id of the method, for a parameter.' })
  method!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the base gives the old name of this method or field to others too, which the head calls otherwise: replacing it everywhere would be wrong.',
  })
  ambiguous!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What two targets differ in. Each entry that differs is counted once, whatever the page has.',
})
@Public()
export class Comparison {
  @Field(() => ComparedTarget, { description: 'What is compared with.' })
  base!: ComparedTarget;

  @Field(() => ComparedTarget, { description: 'What is compared.' })
  head!: ComparedTarget;

  @Field(() => Int, { description: 'Entries of both game versions that had no name and have one.' })
  added!: number;

  @Field(() => Int, { description: 'Entries of both game versions that had a name and have none.' })
  removed!: number;

  @Field(() => Int, { description: 'Entries that are called otherwise.' })
  renamed!: number;

  @Field(() => Int, { description: 'Entries that are called the same and have other documentation.' })
  redocumented!: number;

  @Field(() => Int, { description: "Named entries that the base's game version does not have at all." })
  new!: number;

  @Field(() => Int, { description: "Named entries that the head's game version does not have at all." })
  gone!: number;

  @Field(() => Int, { description: 'Classes that have another SRG name in the other game version.' })
  moved!: number;

  @Field(() => [ComparisonEntry], { description: 'One page of the entries that differ, by kind and SRG id.' })
  entries!: ComparisonEntry[];

  @Field(() => PageInfo, { description: 'Where the page stands within the list.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'How many entries the whole list has, with the kinds and changes that were asked for.',
  })
  totalCount!: number;
}

@ArgsType()
export class CompareArgs extends PageArgs {
  @Field(() => String, {
    description:
      'What is compared with: a game version (1.16.3), a release (snapshot_20201028-1.16.3), or either with all proposals (1.16.3+draft) or those of one user (1.16.3+draft-alice).',
  })
  base!: string;

  @Field(() => String, { description: 'What is compared, written as `base`; of another game version where wanted.' })
  head!: string;

  @Field(() => [MappingKind], { nullable: true, description: 'Only entries of these kinds.' })
  kinds?: Kind[] | null;

  @Field(() => [ComparisonChange], { nullable: true, description: 'Only these kinds of difference.' })
  changes?: ComparisonChange[] | null;
}
