import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { enter, viewerOf } from '../accounts/viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { payload } from '../user-errors/payload.types.js';
import { reauthenticateWithPasskey, startPasskeyReauthentication } from './passkey-sign-in.service.js';
import { finishPasskeyRegistration, removePasskey, startPasskeyRegistration } from './passkeys.service.js';
import {
  FinishPasskeyRegistrationInput,
  FinishPasskeyRegistrationPayload,
  PasskeyOptionsPayload,
  PasskeyResponseInput,
} from './passkeys.types.js';

const NO_OPTIONS: Pick<PasskeyOptionsPayload, 'options'> = { options: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };
const NO_PASSKEY: Omit<FinishPasskeyRegistrationPayload, 'userErrors'> = {
  viewer: null,
  passkey: null,
  recoveryCodes: null,
};

/** The passkeys of whoever is signed in. */
@Resolver()
export class PasskeyMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => PasskeyOptionsPayload, { nullable: true, description: 'Begins to make a passkey for the account.' })
  @Authenticated()
  startPasskeyRegistration(@Ctx() context: Context) {
    return payload(async () => ({ options: await startPasskeyRegistration(this.auth, callerOf(context)) }), NO_OPTIONS);
  }

  @Mutation(() => FinishPasskeyRegistrationPayload, {
    nullable: true,
    description: 'Adds the passkey that the browser made: from now on the password alone opens nothing.',
  })
  @Authenticated()
  finishPasskeyRegistration(
    @Arg('input', () => FinishPasskeyRegistrationInput, { description: 'The passkey.' })
    input: FinishPasskeyRegistrationInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const made = await finishPasskeyRegistration(this.auth, callerOf(context), input);
      return { ...made, viewer: viewerOf(context) };
    }, NO_PASSKEY);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description: 'Removes a passkey of the account. The last way into an account stays.',
  })
  @Authenticated()
  removePasskey(
    @Arg('input', () => NodeInput, { description: 'The passkey.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await removePasskey(this.auth, callerOf(context), rowKey('Passkey', id));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => PasskeyOptionsPayload, {
    nullable: true,
    description: 'Begins a proof of presence by one of the passkeys of the account.',
  })
  @Authenticated()
  startPasskeyReauthentication(@Ctx() context: Context) {
    return payload(
      async () => ({ options: await startPasskeyReauthentication(this.auth, callerOf(context)) }),
      NO_OPTIONS,
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description: 'As reauthenticate, by a passkey in place of the password.',
  })
  @Authenticated()
  reauthenticateWithPasskey(
    @Arg('input', () => PasskeyResponseInput, { description: 'The proof.' }) input: PasskeyResponseInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const signedIn = await reauthenticateWithPasskey(this.auth, callerOf(context), input);
      return { viewer: await enter(this.auth, context, signedIn) };
    }, NO_VIEWER);
  }
}
