import { Field, InputType, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { DateTime } from '../../graphql/scalars.js';
import { MAX_REASON } from '../audit/reasons.js';
import type { MappingRow } from '../mappings/mapping.js';
import { Mapping } from '../mappings/mappings.types.js';
import { Payload } from '../user-errors/payload.types.js';

@ObjectType({
  simpleResolvers: true,
  description: 'Why an entry takes changes only from those who may lock.',
})
@Public()
export class Lock {
  @Field(() => String, { nullable: true, description: 'Why it is locked, where somebody said.' })
  reason!: string | null;

  @Field(() => DateTime, { description: 'Since when it is locked.' })
  at!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the lock ends by itself; null until it is unlocked.' })
  until!: Date | null;
}

@InputType({ description: 'Which entry to lock.' })
export class LockMappingInput {
  @Field(() => String, { nullable: true, description: 'The game version; the current one where none is named.' })
  version?: string | null;

  @Field(() => String, { description: 'The SRG id of the entry, or the number in it.' })
  srg!: string;

  @Field(() => String, {
    nullable: true,
    description: `Why: up to ${MAX_REASON} characters, for those who would change it.`,
  })
  reason?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the lock ends; without it, when it is unlocked.' })
  until?: Date | null;
}

@InputType({ description: 'Which entry to unlock.' })
export class UnlockMappingInput {
  @Field(() => String, { nullable: true, description: 'The game version; the current one where none is named.' })
  version?: string | null;

  @Field(() => String, { description: 'The SRG id of the entry, or the number in it.' })
  srg!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The entry as it is now.' })
@Public()
export class MappingPayload extends Payload {
  @Field(() => Mapping, { nullable: true, description: 'The entry; null if it was not done.' })
  mapping!: MappingRow | null;
}
