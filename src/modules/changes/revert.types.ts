import { Field, ID, InputType } from 'type-graphql';
import { DateTime } from '../../graphql/scalars.js';

@InputType({ description: 'Whose changes to take back. An author, a bot or client, or a batch must be named.' })
export class RevertChangesInput {
  @Field(() => String, {
    nullable: true,
    description: 'The game version; every one where none is named, which takes MAPPING_REVERT for all of them.',
  })
  version?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who made them.' })
  author?: string | null;

  @Field(() => String, { nullable: true, description: 'The bot or client that they came through.' })
  via?: string | null;

  @Field(() => ID, { nullable: true, description: 'The batch.' })
  batch?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Only those made at this instant or later.' })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Only those made before this instant.' })
  until?: Date | null;

  @Field(() => String, { description: 'Why, for everybody who reads the history.' })
  reason!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Answers with the changes that would be taken back, and writes nothing.',
  })
  dryRun?: boolean | null;
}
