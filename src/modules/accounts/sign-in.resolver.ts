import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import { enter, leave } from './viewer.resolver.js';
import { changePassword, reauthenticate } from './password.service.js';
import { signIn, signOut } from './sign-in.service.js';
import { ChangePasswordInput, ReauthenticateInput, SignInInput, SignInPayload, SignUpInput } from './sign-in.types.js';
import { signUp } from './sign-up.service.js';
import { ViewerPayload, type ViewerRow } from './viewer.types.js';

type SignInFields = Pick<SignInPayload, 'viewer' | 'secondFactor'>;

const NOT_SIGNED_IN: SignInFields = { viewer: null, secondFactor: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

@Resolver()
export class SignInMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => SignInPayload, {
    nullable: true,
    description: 'Makes an account of this service alone, and signs in to it. No e-mail address is asked for.',
  })
  @Public()
  signUp(
    @Arg('input', () => SignUpInput, { description: 'The account.' }) input: SignUpInput,
    @Ctx() context: Context,
  ) {
    return payload<SignInFields>(async () => {
      const signedIn = await signUp(this.auth, callerOf(context), input);
      return { viewer: await enter(this.auth, context, signedIn), secondFactor: null };
    }, NOT_SIGNED_IN);
  }

  @Mutation(() => SignInPayload, {
    nullable: true,
    description: 'Signs in by handle and password. The session is a cookie of the answer.',
  })
  @Public()
  signIn(@Arg('input', () => SignInInput, { description: 'Who.' }) input: SignInInput, @Ctx() context: Context) {
    return payload<SignInFields>(async () => {
      const outcome = await signIn(this.auth, callerOf(context), input);
      if ('secondFactor' in outcome) return { viewer: null, secondFactor: outcome.secondFactor };
      return { viewer: await enter(this.auth, context, outcome.signedIn), secondFactor: null };
    }, NOT_SIGNED_IN);
  }

  @Mutation(() => DonePayload, { nullable: true, description: 'Ends the session that the call was made with.' })
  @Authenticated()
  signOut(@Ctx() context: Context) {
    return payload(
      async () => {
        await signOut(this.auth, callerOf(context));
        leave(this.auth, context);
        return { ok: true };
      },
      { ok: false },
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      'Proves presence again: for 10 minutes identities, tokens and roles may be changed. The session gets a new cookie. Accounts without a password use startReauthentication, those with a passkey may use reauthenticateWithPasskey.',
  })
  @Authenticated()
  reauthenticate(
    @Arg('input', () => ReauthenticateInput, { description: 'The proof.' }) input: ReauthenticateInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const signedIn = await reauthenticate(this.auth, callerOf(context), input);
      return { viewer: await enter(this.auth, context, signedIn) };
    }, NO_VIEWER);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      'Sets another password, or the first one of an account without. All other sessions and all API tokens of the account and its bots end. Presence must have been proven where the account has no password yet, or an authenticator app.',
  })
  @Authenticated()
  changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The passwords.' }) input: ChangePasswordInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const signedIn = await changePassword(this.auth, callerOf(context), input);
      return { viewer: await enter(this.auth, context, signedIn) };
    }, NO_VIEWER);
  }
}
