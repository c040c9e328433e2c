import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Permission, ROLE_PERMISSIONS, RoleName } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Public, Requires } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { UserPayload } from '../accounts/user-payload.types.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import { leave } from '../accounts/viewer.resolver.js';
import { payload } from '../user-errors/payload.types.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import { GameVersion } from '../versions/versions.types.js';
import { grantRole, revokeRole } from './roles.service.js';
import type { RoleGrantRow } from './roles.store.js';
import { GrantRoleInput, Role, RoleGrant } from './roles.types.js';

const NO_USER: Pick<UserPayload, 'user'> = { user: null };

@Resolver()
export class RoleQueries {
  @Query(() => [Role], { description: 'What each role allows.' })
  @Public()
  roles(): Role[] {
    return Object.values(RoleName).map((name) => ({ name, permissions: [...ROLE_PERMISSIONS[name]] }));
  }
}

@Resolver()
export class RoleMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly users: UserLoaders,
  ) {}

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Gives somebody a role, for all game versions or for one. Nobody gives one to themselves, or one that holds more than they hold themselves. A role that is held already gets the end that is given now. It is recorded, and told to the person.',
  })
  @Requires(Permission.ROLE_GRANT)
  grantRole(
    @Arg('input', () => GrantRoleInput, { description: 'The role, and for whom.' }) { user, ...grant }: GrantRoleInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const userId = await grantRole(this.auth, callerOf(context), { ...grant, userId: rowKey('User', user) });
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      "Takes a role back; one's own too, which is stepping down. All sessions and API tokens of the user end. It is recorded, and told to the person.",
  })
  @Requires(Permission.ROLE_GRANT)
  revokeRole(@Arg('input', () => NodeInput, { description: 'The grant.' }) { id }: NodeInput, @Ctx() context: Context) {
    return payload(async () => {
      const { userId, own } = await revokeRole(this.auth, callerOf(context), rowKey('RoleGrant', id));
      if (own) leave(this.auth, context);
      return { user: await this.users.byId(context, userId) };
    }, NO_USER);
  }
}

@Resolver(() => RoleGrant)
export class RoleGrantResolver {
  constructor(
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => GameVersion, {
    nullable: true,
    description: 'The game version that it holds for; null for all.',
  })
  gameVersion(@Root() { gameVersionId }: RoleGrantRow, @Ctx() context: Context) {
    return gameVersionId === null ? null : this.versions.byId(context, gameVersionId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who granted it; null for the shell.' })
  grantedBy(@Root() { grantedById }: RoleGrantRow, @Ctx() context: Context) {
    return grantedById === null ? null : this.users.byId(context, grantedById);
  }
}
