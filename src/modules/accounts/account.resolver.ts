import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Requires } from '../../graphql/directives/index.js';
import { CodeInput, NodeInput, rowKey } from '../../graphql/inputs.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import { AccountExportPayload, AdminMergeAccountsInput, DeleteAccountInput, LinkCodePayload } from './account.types.js';
import { deleteAccount, deleteBot } from './erase.service.js';
import { startExport } from './export.service.js';
import { adminMergeAccounts, redeemAccountMerge, startAccountMerge } from './merge.service.js';
import { UserPayload } from './user-payload.types.js';
import type { UserLoaders } from './users.loaders.js';
import { enter, leave, viewerOf } from './viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from './viewer.types.js';

const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };
const NO_CODE: Pick<LinkCodePayload, 'code' | 'expiresAt' | 'instructions'> = {
  code: null,
  expiresAt: null,
  instructions: null,
};
const NO_URL: { url: string | null } = { url: null };

/** What becomes of accounts as a whole: merged, exported, deleted. */
@Resolver()
export class AccountMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly users: UserLoaders,
  ) {}

  @Mutation(() => LinkCodePayload, {
    nullable: true,
    description:
      'Begins the merge of another account of the same person into this one: a one-day code, taken in the account that stays and redeemed in the one that goes. An earlier code counts no more.',
  })
  @Authenticated()
  startAccountMerge(@Ctx() context: Context) {
    return payload(async () => {
      const made = await startAccountMerge(this.auth, callerOf(context));
      const instructions =
        'Sign in to the account that is to go, and redeem this code there with redeemAccountMerge. Give it to nobody else: whoever redeems it gets into this account.';
      return { ...made, instructions };
    }, NO_CODE);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      'Merges the account of the call into the one that the code names, and signs in there. Identities, passkeys, bots, roles and history go over; the password, sessions and API tokens of the account that goes end.',
  })
  @Authenticated()
  redeemAccountMerge(
    @Arg('input', () => CodeInput, { description: 'The code of startAccountMerge.' }) input: CodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const signedIn = await redeemAccountMerge(this.auth, callerOf(context), input);
      return { viewer: await enter(this.auth, context, signedIn) };
    }, NO_VIEWER);
  }

  @Mutation(() => UserPayload, {
    nullable: true,
    description: 'Merges two accounts of other people. It is recorded, and told to both.',
  })
  @Requires(Permission.IDENTITY_MANAGE)
  adminMergeAccounts(
    @Arg('input', () => AdminMergeAccountsInput, { description: 'The accounts.' })
    { from, into, reason }: AdminMergeAccountsInput,
    @Ctx() context: Context,
  ) {
    return payload<Pick<UserPayload, 'user'>>(
      async () => {
        const accounts = { from: rowKey('User', from), into: rowKey('User', into), reason };
        const kept = await adminMergeAccounts(this.auth, callerOf(context), accounts);
        return { user: await this.users.byId(context, kept) };
      },
      { user: null },
    );
  }

  @Mutation(() => AccountExportPayload, {
    nullable: true,
    description: 'The address of one JSON file with all that is held on the caller.',
  })
  @Authenticated()
  exportAccount(@Ctx() context: Context) {
    return payload(async () => ({ url: await startExport(this.auth, callerOf(context)) }), NO_URL);
  }

  @Mutation(() => DonePayload, {
    nullable: true,
    description:
      'Deletes the account of the call and its bots. Personal data is gone at once; contributions stay under a pseudonym; the handle is free again after a year.',
  })
  @Authenticated()
  deleteAccount(
    @Arg('input', () => DeleteAccountInput, { description: 'The confirmation.' }) input: DeleteAccountInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => {
        await deleteAccount(this.auth, callerOf(context), input);
        leave(this.auth, context);
        return { ok: true };
      },
      { ok: false },
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description: "Deletes one of one's own bots. What it contributed stays under a pseudonym.",
  })
  @Authenticated()
  deleteBot(@Arg('input', () => NodeInput, { description: 'The bot.' }) { id }: NodeInput, @Ctx() context: Context) {
    return payload(async () => {
      await deleteBot(this.auth, callerOf(context), rowKey('User', id));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }
}
