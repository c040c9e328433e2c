import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { DateTime } from '../../graphql/scalars.js';
import type { MappingKind as Kind } from '../mappings/mapping.js';
import { MappingKind } from '../mappings/mappings.types.js';

@ObjectType({ simpleResolvers: true, description: 'What was committed at once in one game version.' })
@Public()
export class CommittedChanges {
  @Field(() => DateTime, { description: 'When.' })
  decidedAt!: Date;

  @Field(() => String, { nullable: true, description: 'The bot or client that acted, or what imported it.' })
  via!: string | null;

  @Field(() => String, { nullable: true, description: 'Why, where somebody said: of a revert or an import.' })
  reason!: string | null;

  @Field(() => Int, { description: 'How many changes, of those asked for.' })
  count!: number;
}

@ArgsType()
export class WatchArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'Only of this game version; of all where none is named. With a class, the current one where none is named.',
  })
  version?: string | null;

  @Field(() => [MappingKind], { nullable: true, description: 'Only of these kinds.' })
  kinds?: Kind[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only of this class, by any of its names: itself, its members and their parameters.',
  })
  class?: string | null;
}
