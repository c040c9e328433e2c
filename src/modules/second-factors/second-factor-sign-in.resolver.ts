import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { SignInPayload } from '../accounts/sign-in.types.js';
import type { SignedIn } from '../accounts/start-session.js';
import { enter } from '../accounts/viewer.resolver.js';
import { payload } from '../user-errors/payload.types.js';
import { completeSignIn } from './complete-sign-in.service.js';
import { signInWithPasskey, startPasskeySignIn } from './passkey-sign-in.service.js';
import { PasskeyOptionsPayload, PasskeyResponseInput } from './passkeys.types.js';
import { recoverAccount } from './recover-account.service.js';
import { CompleteSignInInput, RecoverAccountInput } from './second-factors.types.js';

/** The ways in that are not a password alone. */
@Resolver()
export class SecondFactorSignInMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => SignInPayload, {
    nullable: true,
    description:
      'Completes a sign-in that asked for a second factor. After five wrong codes it begins again with the password.',
  })
  @Public()
  completeSignIn(
    @Arg('input', () => CompleteSignInInput, { description: 'The second factor.' }) input: CompleteSignInInput,
    @Ctx() context: Context,
  ) {
    return this.signIn(context, () => completeSignIn(this.auth, callerOf(context), input));
  }

  @Mutation(() => SignInPayload, {
    nullable: true,
    description:
      'Sets a new password by a recovery code, and signs in. All sessions, API tokens, passkeys and pending codes of the account end; linked identities count again once confirmed (confirmIdentityLink).',
  })
  @Public()
  recoverAccount(
    @Arg('input', () => RecoverAccountInput, { description: 'The account and its proof.' }) input: RecoverAccountInput,
    @Ctx() context: Context,
  ) {
    return this.signIn(context, () => recoverAccount(this.auth, callerOf(context), input));
  }

  @Mutation(() => PasskeyOptionsPayload, {
    nullable: true,
    description: 'Begins a sign-in by passkey. The browser offers those that it has for this service.',
  })
  @Public()
  startPasskeySignIn(@Ctx() context: Context) {
    const nothing: Pick<PasskeyOptionsPayload, 'options'> = { options: null };
    return payload(async () => ({ options: await startPasskeySignIn(this.auth, callerOf(context)) }), nothing);
  }

  @Mutation(() => SignInPayload, {
    nullable: true,
    description: 'Signs in by passkey, which needs nothing beside it. The session is a cookie of the answer.',
  })
  @Public()
  signInWithPasskey(
    @Arg('input', () => PasskeyResponseInput, { description: 'The proof.' }) input: PasskeyResponseInput,
    @Ctx() context: Context,
  ) {
    return this.signIn(context, () => signInWithPasskey(this.auth, callerOf(context), input));
  }

  private signIn(context: Context, work: () => Promise<SignedIn>) {
    const nobody: Pick<SignInPayload, 'viewer' | 'secondFactor'> = { viewer: null, secondFactor: null };
    return payload(async () => ({ viewer: await enter(this.auth, context, await work()), secondFactor: null }), nobody);
  }
}
