import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';

export enum IdentityProvider {
  LOCAL = 'LOCAL',
  GITHUB = 'GITHUB',
  DISCORD = 'DISCORD',
  IRC = 'IRC',
}
registerEnumType(IdentityProvider, {
  name: 'IdentityProvider',
  description: 'Who vouches for an identity.',
  valuesConfig: {
    LOCAL: { description: 'This service itself: handle and password.' },
    GITHUB: { description: 'GitHub, by the number of the account there.' },
    DISCORD: { description: 'Discord, by the id of the account there.' },
    IRC: { description: 'The services of an IRC network.' },
  },
});

export enum IdentityState {
  ACTIVE = 'ACTIVE',
  PENDING = 'PENDING',
  SUSPENDED = 'SUSPENDED',
}
registerEnumType(IdentityState, {
  name: 'IdentityState',
  description: 'Whether an identity counts.',
  valuesConfig: {
    ACTIVE: { description: 'It counts.' },
    PENDING: {
      description:
        'Reported by a bot; it counts once the owner of the account has confirmed it, and is gone after 7 days without.',
    },
    SUSPENDED: { description: 'It does not count until the owner of the account has confirmed it again.' },
  },
});

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A way to prove being a user.' })
@Authenticated()
export class Identity extends Node {
  @Field(() => IdentityProvider, { description: 'Who vouches for it.' })
  provider!: IdentityProvider;

  @Field(() => String, { description: 'The name there, for people: it proves nothing and may change.' })
  displayName!: string;

  @Field(() => IdentityState, { description: 'Whether it counts.' })
  state!: IdentityState;

  @Field(() => DateTime, { description: 'When it was linked to the account.' })
  linkedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When somebody last signed in with it, or a bot acted by it.' })
  lastUsedAt!: Date | null;
}

@InputType({ description: 'What trusted bots may do for the caller.' })
export class AllowActingInput {
  @Field(() => ID, { description: "One of one's own identities." })
  identity!: string;

  @Field(() => [Permission], {
    description:
      'What is allowed; nothing where none is named. RELEASE_PUBLISH and what no API token of a person can have are never.',
  })
  permissions!: Permission[];
}
