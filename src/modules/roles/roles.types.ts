import { Field, ObjectType } from 'type-graphql';
import { Permission, RoleName } from '../../auth/permissions.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';

@ObjectType({ simpleResolvers: true, description: 'A named bundle of permissions.' })
@Public()
export class Role {
  @Field(() => RoleName, { description: 'Its name.' })
  name!: RoleName;

  @Field(() => [Permission], { description: 'What it allows.' })
  permissions!: Permission[];
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A role held by a user, for all game versions or for one.',
})
@Authenticated()
export class RoleGrant extends Node {
  @Field(() => RoleName, { description: 'The role.' })
  role!: RoleName;

  @Field(() => DateTime, { description: 'Since when it is held.' })
  from!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Until when; null until it is revoked.' })
  until!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was granted.' })
  reason!: string | null;
}
