import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Permission, RoleName } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public, Requires } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import { Identity } from '../identities/identities.types.js';
import { RoleGrant } from '../roles/roles.types.js';
import { handleKey } from './handles.js';
import type { UserLoaders } from './users.loaders.js';
import { listUsers } from './users.service.js';
import { userByHandle, type UserRow } from './users.store.js';
import { User, UserConnection } from './users.types.js';

@Resolver()
export class UserQueries {
  constructor(private readonly db: Database) {}

  @Query(() => User, {
    nullable: true,
    description: 'The account of a handle, in any case. A merged account answers as the one that stayed.',
  })
  @Public()
  user(@Arg('handle', () => String, { description: 'The handle.' }) handle: string): Promise<UserRow | null> {
    return userByHandle(this.db, handleKey(handle));
  }

  @Query(() => UserConnection, {
    nullable: true,
    description: 'The accounts that are in use, those of bots too, by handle.',
  })
  @Requires(Permission.USER_READ_PRIVATE)
  users(
    @Ctx() { actor, now }: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('query', () => String, { nullable: true, description: 'Part of the handle, in any case.' }) query?: string,
    @Arg('role', () => RoleName, { nullable: true, description: 'Only those who hold it now, for whatever version.' })
    role?: RoleName,
  ) {
    return listUsers(this.db, actor, now(), { query, role }, pageRequest(page));
  }
}

@Resolver(() => User)
export class UserResolver {
  constructor(private readonly users: UserLoaders) {}

  @FieldResolver(() => [RoleName], {
    description:
      'The roles that it holds now, for all or for some game version. A bot has those that it was given itself.',
  })
  async roles(@Root() user: UserRow, @Ctx() context: Context): Promise<RoleName[]> {
    const now = context.now();
    const granted = await this.users.grants(context, user.id);
    const held = new Set(granted.filter(({ from }) => from <= now).map(({ role }) => role));
    return Object.values(RoleName).filter((role) => role === RoleName.USER || held.has(role));
  }

  @FieldResolver(() => [Identity], { nullable: true, description: 'The ways to prove being this user.' })
  @Requires(Permission.USER_READ_PRIVATE, { orSelf: true })
  identities(@Root() { id }: UserRow, @Ctx() context: Context) {
    return this.users.identities(context, id);
  }

  @FieldResolver(() => [RoleGrant], { nullable: true, description: 'What it was granted, by whom and until when.' })
  @Requires(Permission.USER_READ_PRIVATE, { orSelf: true })
  grants(@Root() { id }: UserRow, @Ctx() context: Context) {
    return this.users.grants(context, id);
  }

  @FieldResolver(() => [User], { nullable: true, description: 'The bots that it owns.' })
  @Requires(Permission.USER_READ_PRIVATE, { orSelf: true })
  bots(@Root() { id }: UserRow, @Ctx() context: Context) {
    return this.users.bots(context, id);
  }
}
