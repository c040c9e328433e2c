import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { rowKey } from '../../graphql/inputs.js';
import { UserPayload } from '../accounts/user-payload.types.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { leave } from '../accounts/viewer.resolver.js';
import { payload } from '../user-errors/payload.types.js';
import { adminLinkIdentity, adminUnlinkIdentity } from './admin-identities.service.js';
import { AdminIdentityInput, AdminLinkIdentityInput } from './admin-identities.types.js';

const NO_USER: Pick<UserPayload, 'user'> = { user: null };

@Resolver()
export class AdminIdentityMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly users: UserLoaders,
  ) {}

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      "Links an identity to somebody's account without their proof, on an administrator's word. It is recorded, and told to the person.",
  })
  @Requires(Permission.IDENTITY_MANAGE)
  adminLinkIdentity(
    @Arg('input', () => AdminLinkIdentityInput, { description: 'The identity, and for whom.' })
    { user, ...identity }: AdminLinkIdentityInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const userId = rowKey('User', user);
      await adminLinkIdentity(this.auth, callerOf(context), { ...identity, userId });
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      "Takes an identity from somebody's account, but never the last way in. The person's sessions end. It is recorded, and told to the person.",
  })
  @Requires(Permission.IDENTITY_MANAGE)
  adminUnlinkIdentity(
    @Arg('input', () => AdminIdentityInput, { description: 'Which identity, and why.' })
    { identity, reason }: AdminIdentityInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const identityId = rowKey('Identity', identity);
      const { userId, own } = await adminUnlinkIdentity(this.auth, callerOf(context), { identityId, reason });
      if (own) leave(this.auth, context);
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }
}
