import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { SignedInActor } from '../../auth/actor.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { DateTime } from '../../graphql/scalars.js';
import { Payload } from '../user-errors/payload.types.js';

export enum CredentialKind {
  SESSION = 'SESSION',
  API_TOKEN = 'API_TOKEN',
  ACCESS_TOKEN = 'ACCESS_TOKEN',
}
registerEnumType(CredentialKind, {
  name: 'CredentialKind',
  description: 'By what a call is authenticated.',
  valuesConfig: {
    SESSION: { description: 'The cookie of a browser that is signed in.' },
    API_TOKEN: { description: 'An API token.' },
    ACCESS_TOKEN: { description: 'An access token of a client that the user signed in to.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'By what this very call is authenticated.' })
@Authenticated()
export class Credential {
  @Field(() => CredentialKind, { description: 'What it is.' })
  kind!: CredentialKind;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself.' })
  expiresAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'The client that acts for the user; null where none does.' })
  actingClient!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Until when identities, tokens and roles may be changed with it; null where presence must be proven first (`reauthenticate`).',
  })
  provenUntil!: Date | null;
}

/** What a viewer is made of. */
export interface ViewerRow {
  actor: SignedInActor;
}

@ObjectType({ simpleResolvers: true, description: 'Who is calling, and what is theirs.' })
@Authenticated({ personal: true })
export class Viewer {
  actor!: SignedInActor;
}

@ObjectType({ simpleResolvers: true, description: 'The caller after the change, or why it was not made.' })
@Public()
export class ViewerPayload extends Payload {
  @Field(() => Viewer, { nullable: true, description: 'The caller; null where nothing was done.' })
  viewer!: ViewerRow | null;
}
