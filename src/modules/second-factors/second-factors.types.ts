import { Field, InputType, ObjectType } from 'type-graphql';
import { MIN_LENGTH } from '../../auth/passwords/password-rules.js';
import { Public } from '../../graphql/directives/index.js';
import { Viewer, type ViewerRow } from '../accounts/viewer.types.js';
import { Payload } from '../user-errors/payload.types.js';

@InputType({ description: 'What a sign-in still lacks after the password.' })
export class CompleteSignInInput {
  @Field(() => String, { description: 'The challenge of `SignInPayload.secondFactor`. Five codes may be tried at it.' })
  challenge!: string;

  @Field(() => String, { description: 'The six digits that the authenticator app shows, or a recovery code.' })
  code!: string;
}

@InputType({ description: 'A way back into an account whose password is lost, or known to somebody else.' })
export class RecoverAccountInput {
  @Field(() => String, { description: 'The handle, in any case.' })
  handle!: string;

  @Field(() => String, { description: 'One of the recovery codes. It is used up by it.' })
  recoveryCode!: string;

  @Field(() => String, {
    description: `The password from now on: ${MIN_LENGTH} characters at least, and not easily guessed.`,
  })
  newPassword!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The code of the authenticator app, or another recovery code, where the account has an authenticator app.',
  })
  secondFactor?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The key of an authenticator app, shown this once; it counts once confirmed.',
})
@Public()
export class StartTotpPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'The key in base32, for typing by hand.' })
  secret!: string | null;

  @Field(() => String, { nullable: true, description: 'The key as an `otpauth:` address, for a QR code.' })
  uri!: string | null;
}

/** What stands beside recovery codes. */
export const SHOWN_ONCE =
  'Shown this once: each opens the account once, in place of a second factor or of the password.';

@ObjectType({
  simpleResolvers: true,
  description: 'The caller with the authenticator app, or why it does not count yet.',
})
@Public()
export class ConfirmTotpPayload extends Payload {
  @Field(() => Viewer, { nullable: true, description: 'The caller; null where nothing was done.' })
  viewer!: ViewerRow | null;

  @Field(() => [String], {
    nullable: true,
    description: `Ten recovery codes, where the account had none yet. ${SHOWN_ONCE}`,
  })
  recoveryCodes!: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Fresh recovery codes.' })
@Public()
export class RecoveryCodesPayload extends Payload {
  @Field(() => [String], { nullable: true, description: `Ten recovery codes. ${SHOWN_ONCE}` })
  recoveryCodes!: string[] | null;
}
