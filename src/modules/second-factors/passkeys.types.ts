import { Field, InputType, ObjectType } from 'type-graphql';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime, JsonObject } from '../../graphql/scalars.js';
import { Viewer, type ViewerRow } from '../accounts/viewer.types.js';
import { Payload } from '../user-errors/payload.types.js';
import type { PasskeyRow } from './passkeys.store.js';
import { SHOWN_ONCE } from './second-factors.types.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A passkey: a way into an account that asks for a finger or PIN, and is password and second factor in one.',
})
@Authenticated({ personal: true })
export class Passkey extends Node {
  @Field(() => String, { description: 'What its owner calls it.' })
  name!: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used.' })
  lastUsedAt!: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'What a browser needs to use a passkey, or to make one.' })
@Public()
export class PasskeyOptionsPayload extends Payload {
  @Field(() => JsonObject, {
    nullable: true,
    description:
      'For `navigator.credentials`, as WebAuthn writes it: through `PublicKeyCredential.parseCreationOptionsFromJSON` to make a passkey, `parseRequestOptionsFromJSON` to use one. It counts once, for 5 minutes.',
  })
  options!: object | null;
}

const RESPONSE = 'What `navigator.credentials` gave, as its `toJSON()` writes it.';

@InputType({ description: 'A passkey that a browser made.' })
export class FinishPasskeyRegistrationInput {
  @Field(() => String, { description: 'What to call it: 1 to 60 printable characters.' })
  name!: string;

  @Field(() => JsonObject, { description: RESPONSE })
  response!: Record<string, unknown>;
}

@InputType({ description: 'The answer of a passkey to a challenge.' })
export class PasskeyResponseInput {
  @Field(() => JsonObject, { description: RESPONSE })
  response!: Record<string, unknown>;
}

@ObjectType({ simpleResolvers: true, description: 'The new passkey, or why it was not taken.' })
@Public()
export class FinishPasskeyRegistrationPayload extends Payload {
  @Field(() => Viewer, { nullable: true, description: 'The caller; null where nothing was done.' })
  viewer!: ViewerRow | null;

  @Field(() => Passkey, { nullable: true, description: 'The passkey.' })
  passkey!: PasskeyRow | null;

  @Field(() => [String], {
    nullable: true,
    description: `Ten recovery codes, where the account had none yet. ${SHOWN_ONCE}`,
  })
  recoveryCodes!: string[] | null;
}
