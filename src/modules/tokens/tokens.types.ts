import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { ApiTokenRow } from '../../auth/tokens/tokens.store.js';
import { Payload } from '../user-errors/payload.types.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A secret by which a program calls as a user. Only its hash is kept.',
})
@Authenticated({ personal: true })
export class ApiToken extends Node {
  @Field(() => String, { description: 'What its owner called it.' })
  name!: string;

  @Field(() => String, { description: 'Its first characters, to tell it by.' })
  prefix!: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'From when on it is refused.' })
  expiresAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt!: Date | null;
}

@InputType({ description: 'A new API token.' })
export class CreateApiTokenInput {
  @Field(() => String, { description: 'What to call it: 1 to 100 printable characters.' })
  name!: string;

  @Field(() => [Permission], {
    description:
      'What it may do at most: one permission at least, and only what its account may do now. ROLE_GRANT, IDENTITY_MANAGE and CLIENT_MANAGE are for no token.',
  })
  permissions!: Permission[];

  @Field(() => DateTime, { description: 'From when on it is refused: 366 days ahead at most.' })
  expiresAt!: Date;

  @Field(() => [String], {
    nullable: true,
    description: 'The names of the game versions for which it holds; all, later ones included, where none is named.',
  })
  gameVersions?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: "The global id of one of one's own bots; else it is one's own token.",
  })
  bot?: string | null;
}

@InputType({ description: 'A token that was found where it does not belong.' })
export class ReportLeakedTokenInput {
  @Field(() => String, { description: 'The whole token: `mcp_pat_…` or `mcp_bot_…`.' })
  token!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A token with its secret, or why there is none.' })
@Public()
export class ApiTokenSecretPayload extends Payload {
  @Field(() => ApiToken, { nullable: true, description: 'The token; null where none was made.' })
  apiToken!: ApiTokenRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'What programs send as `Authorization: Bearer …`. Shown this once.',
  })
  secret!: string | null;
}
