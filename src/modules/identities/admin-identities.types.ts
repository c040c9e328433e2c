import { Field, ID, InputType } from 'type-graphql';
import { MAX_REASON } from '../audit/reasons.js';
import { IdentityProvider } from './identities.types.js';

const REASON = `Why: 1 to ${MAX_REASON} characters, for the person and the log.`;

@InputType({ description: 'An identity that an administrator vouches for.' })
export class AdminLinkIdentityInput {
  @Field(() => ID, { description: 'The account of a person.' })
  user!: string;

  @Field(() => IdentityProvider, { description: 'Who vouches for the identity; not LOCAL.' })
  provider!: IdentityProvider;

  @Field(() => String, {
    description:
      "The provider's own id of the account: the number at GitHub or Discord, the id with the services of an IRC network. Never a name.",
  })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'The IRC network; for IRC alone.' })
  network?: string | null;

  @Field(() => String, { description: 'The name there, for people.' })
  displayName!: string;

  @Field(() => String, { description: REASON })
  reason!: string;
}

@InputType({ description: "Somebody's identity." })
export class AdminIdentityInput {
  @Field(() => ID, { description: 'The identity.' })
  identity!: string;

  @Field(() => String, { description: REASON })
  reason!: string;
}
