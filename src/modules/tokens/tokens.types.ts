import { Field, ObjectType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A secret by which a program calls as a user. Only its hash is kept.',
})
@Authenticated()
export class ApiToken extends Node {
  @Field(() => String, { description: 'What its owner called it.' })
  name!: string;

  @Field(() => String, { description: 'Its first characters, to tell it by.' })
  prefix!: string;

  @Field(() => [Permission], { description: 'What it may do at most: its owner must still be allowed to.' })
  permissions!: Permission[];

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'From when on it is refused.' })
  expiresAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt!: Date | null;
}
