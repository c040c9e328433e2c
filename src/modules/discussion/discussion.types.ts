import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { Connection, PageArgs } from '../../graphql/connection.js';
import { Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { MappingKind as Kind } from '../mappings/mapping.js';
import { MappingKind } from '../mappings/mappings.types.js';
import { Payload } from '../user-errors/payload.types.js';
import { MAX_COMMENT } from './comments.service.js';
import type { CommentRow } from './comments.store.js';

@ObjectType({ simpleResolvers: true, description: 'The votes on a change.' })
@Public()
export class VoteTally {
  /** The sequence of the change. */
  change!: number;

  @Field(() => Int, { description: 'How many are for it.' })
  for!: number;

  @Field(() => Int, { description: 'How many are against it.' })
  against!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What a change would touch.' })
@Public()
export class ChangeWeight {
  @Field(() => Int, {
    description:
      'How many classes carry the entry: those that declare it, those of its method for a parameter, 1 for a class; 0 where a later import lacks it.',
  })
  classes!: number;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Since when the committed name is public: when its last renaming was committed; null where the entry is unnamed or history does not say.',
  })
  namedSince!: Date | null;

  @Field(() => Int, {
    description:
      'How many stable releases carry the committed name of the entry; 0 where it is unnamed or history does not say.',
  })
  stableReleases!: number;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'What somebody said of a change.' })
@Public()
export class Comment extends Node {
  @Field(() => String, { description: 'The words, with line feeds.' })
  body!: string;

  @Field(() => DateTime, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last edited; null for never.' })
  editedAt!: Date | null;
}

export const CommentConnection: ClassType = Connection(() => Comment, 'Comment');

@InputType({ description: 'A vote on a staged change.' })
export class VoteOnChangeInput {
  @Field(() => ID, { description: 'The change.' })
  change!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it should be accepted; null takes the vote back.',
  })
  for?: boolean | null;
}

@InputType({ description: 'A comment on a change.' })
export class CommentOnChangeInput {
  @Field(() => ID, { description: 'The change.' })
  change!: string;

  @Field(() => String, { description: `1 to ${MAX_COMMENT} characters, with line feeds.` })
  body!: string;
}

@InputType({ description: "Other words for one's own comment." })
export class EditCommentInput {
  @Field(() => ID, { description: 'The comment.' })
  comment!: string;

  @Field(() => String, { description: `1 to ${MAX_COMMENT} characters, with line feeds.` })
  body!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The comment as it is now.' })
@Public()
export class CommentPayload extends Payload {
  @Field(() => Comment, { nullable: true, description: 'The comment; null if it was not done.' })
  comment!: CommentRow | null;
}

export enum ReviewOrder {
  VOTES = 'VOTES',
  AGE = 'AGE',
  WEIGHT = 'WEIGHT',
}
registerEnumType(ReviewOrder, {
  name: 'ReviewOrder',
  description: 'What comes first in the queue of staged changes; among equals the oldest.',
  valuesConfig: {
    VOTES: { description: 'The greatest excess of votes for over votes against.' },
    AGE: { description: 'The oldest.' },
    WEIGHT: { description: 'What the most classes carry.' },
  },
});

@ArgsType()
export class ReviewQueueArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'The game version; the current one where none is named.' })
  version?: string | null;

  @Field(() => [MappingKind], { nullable: true, description: 'Only of these kinds.' })
  kinds?: Kind[] | null;

  @Field(() => ReviewOrder, { defaultValue: ReviewOrder.VOTES, description: 'What comes first.' })
  orderBy!: ReviewOrder;
}
