import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Connection } from '../../graphql/connection.js';
import { Public, Requires, SelfId } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { UserRow } from './users.store.js';

/** A bot's private side is its owner's to see. */
@ObjectType('User', {
  implements: Node,
  simpleResolvers: true,
  description: 'What anyone may see of an account: of a person or a bot.',
})
@SelfId<UserRow>(({ id, ownerId }) => String(ownerId ?? id))
@Public()
export class User extends Node {
  @Field(() => String, { description: 'The name it goes by. An erased account has a pseudonym.' })
  handle!: string;

  @Field(() => Boolean, { description: 'Whether it is a bot: those are owned by a person and use API tokens alone.' })
  isBot!: boolean;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The end of a suspension; the last day of the year 9999 where it has none; null where there is none.',
  })
  @Requires(Permission.USER_SUSPEND, { orSelf: true })
  suspendedUntil!: Date | null;
}

export const UserConnection: ClassType = Connection(() => User, 'User');
