import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { MIN_LENGTH } from '../../auth/passwords/password-rules.js';
import type { SecondFactorMethod as Method } from './sign-in.service.js';
import { Viewer, type ViewerRow } from './viewer.types.js';
import { Payload } from '../user-errors/payload.types.js';

const PASSWORD = `${MIN_LENGTH} characters at least, and not easily guessed.`;

@InputType({ description: 'A new account of this service alone. Handle and password are all that is asked.' })
export class SignUpInput {
  @Field(() => String, {
    description: '2 to 32 letters and digits (a-z, 0-9), with single `-` or `_` between them. Everyone sees it.',
  })
  handle!: string;

  @Field(() => String, { description: `The password: ${PASSWORD}` })
  password!: string;
}

@InputType({ description: 'Handle and password.' })
export class SignInInput {
  @Field(() => String, { description: 'The handle, in any case.' })
  handle!: string;

  @Field(() => String, { description: 'The password.' })
  password!: string;
}

@InputType({ description: 'Another proof that it is the owner who calls.' })
export class ReauthenticateInput {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The code of the authenticator app, or a recovery code, where the account has an authenticator app.',
  })
  code?: string | null;
}

@InputType({ description: 'A new password.' })
export class ChangePasswordInput {
  @Field(() => String, { nullable: true, description: 'The password so far, where the account has one.' })
  current?: string | null;

  @Field(() => String, { description: `The new one: ${PASSWORD}` })
  new!: string;
}

export enum SecondFactorMethod {
  TOTP = 'TOTP',
  PASSKEY = 'PASSKEY',
  RECOVERY_CODE = 'RECOVERY_CODE',
}
registerEnumType(SecondFactorMethod, {
  name: 'SecondFactorMethod',
  description: 'What can follow a password.',
  valuesConfig: {
    TOTP: { description: 'The code of an authenticator app: completeSignIn.' },
    PASSKEY: { description: 'A passkey, which is a way in by itself: startPasskeySignIn.' },
    RECOVERY_CODE: { description: 'A recovery code: completeSignIn.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'The password was right, and the account wants a second proof.' })
@Public()
export class SecondFactorChallenge {
  @Field(() => String, { description: 'Comes back with the code, within 10 minutes.' })
  challenge!: string;

  @Field(() => [SecondFactorMethod], { description: 'One of these.' })
  methods!: Method[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'The caller, signed in by a cookie that came with the answer; or what is still missing; or why not.',
})
@Public()
export class SignInPayload extends Payload {
  @Field(() => Viewer, { nullable: true, description: 'The caller; null where they are not signed in.' })
  viewer!: ViewerRow | null;

  @Field(() => SecondFactorChallenge, { nullable: true, description: 'What is still missing.' })
  secondFactor!: SecondFactorChallenge | null;
}
