import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { UserPayload } from '../accounts/user-payload.types.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { payload } from '../user-errors/payload.types.js';
import { reinstateUser, suspendUser } from './moderation.service.js';
import { SuspendUserInput } from './moderation.types.js';

const NO_USER: Pick<UserPayload, 'user'> = { user: null };

@Resolver()
export class ModerationMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly users: UserLoaders,
  ) {}

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Suspends an account: nobody signs in to it, and its sessions and API tokens end at once. Moderators and administrators are suspended only by those who grant roles. It is recorded, and told to the person.',
  })
  @Requires(Permission.USER_SUSPEND)
  suspendUser(
    @Arg('input', () => SuspendUserInput, { description: 'Whom, until when and why.' })
    { user, until = null, reason }: SuspendUserInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const userId = rowKey('User', user);
      await suspendUser(this.auth, callerOf(context), { userId, until, reason });
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }

  @Mutation(() => UserPayload, {
    nullable: true,
    description: 'Ends the suspension of an account. It is recorded, and told to the person.',
  })
  @Requires(Permission.USER_SUSPEND)
  reinstateUser(
    @Arg('input', () => NodeInput, { description: 'The account.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const userId = rowKey('User', id);
      await reinstateUser(this.auth, callerOf(context), userId);
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }
}
