import { Field, ID, InputType, Int, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { Connection } from '../../graphql/connection.js';
import { Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { ChangeState as State } from '../history/seal.js';
import type { MappingKind as Kind } from '../mappings/mapping.js';
import { MappingKind } from '../mappings/mappings.types.js';
import { Payload } from '../user-errors/payload.types.js';
import type { ChangeRow } from './change.js';
import { MAX_CHANGES } from './proposal-line.js';

export enum ChangeState {
  STAGED = 'STAGED',
  COMMITTED = 'COMMITTED',
  UNDONE = 'UNDONE',
  REJECTED = 'REJECTED',
  SUPERSEDED = 'SUPERSEDED',
}
registerEnumType(ChangeState, {
  name: 'ChangeState',
  description: 'What became of a change.',
  valuesConfig: {
    STAGED: { description: 'Proposed: the next snapshot carries it.' },
    COMMITTED: { description: 'Accepted: the entry is called so.' },
    UNDONE: { description: 'Taken back before it was decided; it can be redone.' },
    REJECTED: { description: 'Refused by a maintainer.' },
    SUPERSEDED: { description: 'Another proposal for the entry took its place.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One edit of one entry: append-only, numbered, each sealed with the hash of the one before it.',
})
@Public()
export class Change extends Node {
  @Field(() => MappingKind, { description: 'What the entry names.' })
  kind!: Kind;

  @Field(() => String, { description: 'The SRG id of the entry.' })
  srg!: string;

  @Field(() => ChangeState, { description: 'What became of it.' })
  state!: State;

  @Field(() => String, {
    nullable: true,
    description: 'The committed name that it was written against; null for none.',
  })
  oldName!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that it gives; null takes the name away.' })
  newName!: string | null;

  @Field(() => String, { nullable: true, description: 'The committed documentation that it was written against.' })
  oldDocumentation!: string | null;

  @Field(() => String, { nullable: true, description: 'The documentation that it gives; null for none.' })
  newDocumentation!: string | null;

  @Field(() => String, { nullable: true, description: 'Why, as its author said.' })
  reason!: string | null;

  @Field(() => Boolean, { description: 'Whether warnings or a present name were overridden.' })
  forced!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The bot or client that acted for the author, or what imported it.',
  })
  via!: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its state last changed; null for one that was never decided.',
  })
  decidedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was decided so, where somebody said.' })
  decisionReason!: string | null;

  @Field(() => String, { description: 'SHA-256 in hex over the change and the hash of the one before it.' })
  hash!: string;
}

export const ChangeConnection: ClassType = Connection(() => Change, 'Change');

@InputType({ description: 'The edit of one entry; what is not given stays as it is.' })
export class MappingChangeInput {
  @Field(() => String, { description: 'The SRG id, or the number in it where that is enough to tell the entry.' })
  srg!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name; a class may be named without its package. Empty takes the name away.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The documentation, with line feeds. Empty takes it away.' })
  documentation?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name that the edit was written against, staged or committed; null for none. If the entry is called otherwise by now, the edit is STALE. Not checked where it is not given.',
  })
  oldName?: string | null;
}

@InputType({ description: 'Names and documentation to stage, all or none.' })
export class ProposeChangesInput {
  @Field(() => String, { nullable: true, description: 'The game version; the current one where none is named.' })
  version?: string | null;

  @Field(() => [MappingChangeInput], { description: `1 to ${MAX_CHANGES} edits, one an entry.` })
  changes!: MappingChangeInput[];

  @Field(() => String, { nullable: true, description: 'Why, for those who decide.' })
  reason?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Renames entries that already have a name, and overrides warnings, which takes MAPPING_FORCE; and overrides locks for those who hold MAPPING_LOCK.',
  })
  force?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Answers with every violation, warnings too, and writes nothing.',
  })
  dryRun?: boolean | null;
}

@InputType({ description: 'Which staged changes to accept.' })
export class CommitChangesInput {
  @Field(() => String, {
    nullable: true,
    description: 'The game version; where none is named, that of the changes, or the current one.',
  })
  version?: string | null;

  @Field(() => [MappingKind], {
    nullable: true,
    description: 'Only changes of these kinds; not together with `changes`.',
  })
  kinds?: Kind[] | null;

  @Field(() => [ID], { nullable: true, description: 'The changes; all that is staged where they are not given.' })
  changes?: string[] | null;
}

@InputType({ description: 'Which staged change to refuse.' })
export class RejectChangeInput {
  @Field(() => ID, { description: 'The change.' })
  change!: string;

  @Field(() => String, { description: 'Why, for its author.' })
  reason!: string;
}

@InputType({ description: "Which entry's change." })
export class ChangeInput {
  @Field(() => String, { nullable: true, description: 'The game version; the current one where none is named.' })
  version?: string | null;

  @Field(() => String, { description: 'The SRG id of the entry, or the number in it.' })
  srg!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What was staged.' })
@Public()
export class ProposeChangesPayload extends Payload {
  @Field(() => [Change], {
    description: 'The staged changes, in the order of the input; none if anything was refused.',
  })
  changes!: ChangeRow[];

  @Field(() => ID, { nullable: true, description: 'What these changes can be reverted by together.' })
  batch!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The change as it is now.' })
@Public()
export class ChangePayload extends Payload {
  @Field(() => Change, { nullable: true, description: 'The change; null if it was not done.' })
  change!: ChangeRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changes as they are now.' })
@Public()
export class ChangesPayload extends Payload {
  @Field(() => [Change], { description: `The changes, by sequence; the first ${MAX_CHANGES} of them.` })
  changes!: ChangeRow[];

  @Field(() => Int, { description: 'How many they are.' })
  count!: number;
}
