import { Field, ObjectType } from 'type-graphql';
import { Authenticated } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A browser that is signed in.' })
@Authenticated({ personal: true })
export class Session extends Node {
  @Field(() => String, { nullable: true, description: 'The browser, as far as it says: `Firefox on Linux`.' })
  device!: string | null;

  @Field(() => DateTime, { description: 'When it signed in.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was last used, to the minute.' })
  lastSeenAt!: Date;

  @Field(() => DateTime, {
    description: 'When it ends unless it is used; it ends 90 days after the sign-in in any case.',
  })
  expiresAt!: Date;
}
