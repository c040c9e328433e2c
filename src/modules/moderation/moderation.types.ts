import { Field, ID, InputType } from 'type-graphql';
import { DateTime } from '../../graphql/scalars.js';
import { MAX_REASON } from '../audit/reasons.js';

@InputType({ description: 'The suspension of an account.' })
export class SuspendUserInput {
  @Field(() => ID, { description: 'The account, of a person or a bot. With a person all of the bots are suspended.' })
  user!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; never where it is not given.' })
  until?: Date | null;

  @Field(() => String, {
    description: `Why: 1 to ${MAX_REASON} characters. The person reads it at the next sign-in.`,
  })
  reason!: string;
}
