import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { CodeInput } from '../../graphql/inputs.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { Viewer, ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { payload } from '../user-errors/payload.types.js';
import { passkeysOf } from './passkeys.store.js';
import { Passkey } from './passkeys.types.js';
import { createRecoveryCodes } from './recovery-codes.service.js';
import { countRecoveryCodes } from './recovery-codes.store.js';
import { ConfirmTotpPayload, RecoveryCodesPayload, StartTotpPayload } from './second-factors.types.js';
import { confirmTotp, disableTotp, startTotp } from './totp.service.js';
import { hasTotp } from './totp.store.js';

const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

@Resolver()
export class SecondFactorMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => StartTotpPayload, {
    nullable: true,
    description: 'Makes a key for an authenticator app (TOTP). It counts from its first code on: confirmTotp.',
  })
  @Authenticated()
  startTotp(@Ctx() context: Context) {
    const nothing: Pick<StartTotpPayload, 'secret' | 'uri'> = { secret: null, uri: null };
    return payload(() => startTotp(this.auth, callerOf(context)), nothing);
  }

  @Mutation(() => ConfirmTotpPayload, {
    nullable: true,
    description:
      'Lets the authenticator app count: from now on a password needs a code beside it. All other sessions end.',
  })
  @Authenticated()
  confirmTotp(
    @Arg('input', () => CodeInput, { description: 'The code that the app shows.' }) input: CodeInput,
    @Ctx() context: Context,
  ) {
    return payload<{ viewer: ViewerRow | null; recoveryCodes: string[] | null }>(
      async () => {
        const recoveryCodes = await confirmTotp(this.auth, callerOf(context), input);
        return { viewer: viewerOf(context), recoveryCodes };
      },
      { ...NO_VIEWER, recoveryCodes: null },
    );
  }

  @Mutation(() => ViewerPayload, { nullable: true, description: 'Takes the authenticator app off the account.' })
  @Authenticated()
  disableTotp(@Ctx() context: Context) {
    return payload(async () => {
      await disableTotp(this.auth, callerOf(context));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => RecoveryCodesPayload, {
    nullable: true,
    description: 'Makes ten recovery codes; those of before count no more.',
  })
  @Authenticated()
  createRecoveryCodes(@Ctx() context: Context) {
    const nothing: Pick<RecoveryCodesPayload, 'recoveryCodes'> = { recoveryCodes: null };
    return payload(async () => ({ recoveryCodes: await createRecoveryCodes(this.auth, callerOf(context)) }), nothing);
  }
}

const idOf = ({ actor }: ViewerRow) => Number(actor.user.id);

/** What of second factors a viewer shows. */
@Resolver(() => Viewer)
export class SecondFactorViewerResolver {
  constructor(private readonly db: Database) {}

  @FieldResolver(() => Boolean, { description: 'Whether an authenticator app stands beside the password.' })
  hasTotp(@Root() viewer: ViewerRow) {
    return hasTotp(this.db, idOf(viewer));
  }

  @FieldResolver(() => Int, { description: 'How many recovery codes were not used yet.' })
  recoveryCodesLeft(@Root() viewer: ViewerRow) {
    return countRecoveryCodes(this.db, idOf(viewer));
  }

  @FieldResolver(() => [Passkey], { description: 'The passkeys of the account, oldest first.' })
  passkeys(@Root() viewer: ViewerRow) {
    return passkeysOf(this.db, idOf(viewer));
  }
}
