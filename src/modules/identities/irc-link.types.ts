import { Field, InputType, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { DateTime, Url } from '../../graphql/scalars.js';
import { Payload } from '../user-errors/payload.types.js';

const NETWORK = 'The IRC network, as it is called among the networks of the client that the bot calls by.';
const ACCOUNT = 'The name of the account with the services of the network.';
const ACCOUNT_ID =
  'What the services know the account by, whatever it is called (Atheme: the entity id). Null where they do not tell: nothing is linked then.';
const NICK = 'The nick under which it was said, for people: it proves nothing.';

@InputType({ description: 'An IRC account to link.' })
export class StartIrcLinkInput {
  @Field(() => String, { description: 'The IRC network, in any case.' })
  network!: string;
}

@InputType({ description: 'A code that somebody said to the bot in private.' })
export class ClaimIrcLinkInput {
  @Field(() => String, { description: 'The code as it was said; case, blanks and hyphens do not matter.' })
  code!: string;

  @Field(() => String, { description: NETWORK })
  network!: string;

  @Field(() => String, { description: ACCOUNT })
  account!: string;

  @Field(() => String, { nullable: true, description: ACCOUNT_ID })
  accountId?: string | null;

  @Field(() => String, { description: NICK })
  nick!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What came of a code, or why nothing did.' })
@Public()
export class ClaimIrcLinkPayload extends Payload {
  @Field(() => Boolean, {
    description: 'Whether the account is linked, or waits for the word of whoever took the code.',
  })
  accepted!: boolean;

  @Field(() => String, { description: 'What to say on IRC.' })
  message!: string;
}

@InputType({ description: 'A code that somebody said for all to read.' })
export class VoidIrcLinkInput {
  @Field(() => String, { description: 'The code as it was said.' })
  code!: string;

  @Field(() => String, { description: NETWORK })
  network!: string;
}

@InputType({ description: 'Somebody on IRC who asks to be linked.' })
export class OfferIrcLinkInput {
  @Field(() => String, { description: NETWORK })
  network!: string;

  @Field(() => String, { description: ACCOUNT })
  account!: string;

  @Field(() => String, { nullable: true, description: ACCOUNT_ID })
  accountId?: string | null;

  @Field(() => String, { description: NICK })
  nick!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Where somebody accepts to be linked, or why nowhere.' })
@Public()
export class OfferIrcLinkPayload extends Payload {
  @Field(() => Url, {
    nullable: true,
    description:
      'The address, for whoever asked and nobody else: whoever opens and accepts it has the IRC account linked to theirs.',
  })
  url!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it is good.' })
  expiresAt!: Date | null;
}
