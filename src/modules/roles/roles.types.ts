import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Permission, RoleName } from '../../auth/permissions.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import { MAX_REASON } from '../audit/reasons.js';

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

@InputType({ description: 'A role for somebody.' })
export class GrantRoleInput {
  @Field(() => ID, { description: 'The account; a bot for the roles of bots, a person for all others.' })
  user!: string;

  @Field(() => RoleName, { description: 'The role; not USER, which everyone has.' })
  role!: RoleName;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the game version that it holds for; all where none is given.',
  })
  gameVersion?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ends; without it, when it is revoked.' })
  until?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: `Why: up to ${MAX_REASON} characters, for the person and the log.`,
  })
  reason?: string | null;
}
