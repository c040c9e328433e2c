import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ANONYMOUS } from '../../auth/actor.js';
import { isPermission, Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { ApiTokenRow } from '../../auth/tokens/tokens.store.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { GameVersion } from '../versions/versions.types.js';
import { createToken, reportLeakedToken, revokeToken, rotateToken, type MintedToken } from './tokens.service.js';
import { ApiToken, ApiTokenSecretPayload, CreateApiTokenInput, ReportLeakedTokenInput } from './tokens.types.js';

const NONE: { [Key in keyof MintedToken]: MintedToken[Key] | null } = { apiToken: null, secret: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

@Resolver(() => ApiToken)
export class ApiTokenResolver {
  constructor(
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => [Permission], { description: 'What it may do at most: its owner must still be allowed to.' })
  permissions(@Root() { permissions }: ApiTokenRow): Permission[] {
    // One that an older or newer build gave out means nothing to this one.
    return permissions.filter(isPermission);
  }

  @FieldResolver(() => [GameVersion], {
    description: 'The game versions for which it holds; empty where it holds for all, see `forAllGameVersions`.',
  })
  async gameVersions(@Root() { gameVersionIds }: ApiTokenRow, @Ctx() context: Context): Promise<GameVersionRow[]> {
    const versions = await Promise.all(gameVersionIds.map(async (id) => this.versions.byId(context, id)));
    return versions.filter((version) => version !== null);
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether it holds for every game version. One whose versions are all gone holds for none.',
  })
  forAllGameVersions(@Root() { gameVersionIds }: ApiTokenRow): boolean {
    return gameVersionIds.length === 0;
  }

  @FieldResolver(() => User, { description: 'Whose it is: the account of a person or of a bot.' })
  owner(@Root() { userId }: ApiTokenRow, @Ctx() context: Context) {
    return this.users.byId(context, userId);
  }
}

@Resolver()
export class ApiTokenMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => ApiTokenSecretPayload, {
    nullable: true,
    description: "Makes an API token of one's own or of one of one's own bots. Presence must have been proven.",
  })
  @Authenticated()
  createApiToken(
    @Arg('input', () => CreateApiTokenInput, { description: 'The token.' }) input: CreateApiTokenInput,
    @Ctx() context: Context,
  ) {
    const { name, permissions, expiresAt, gameVersions, bot } = input;
    return payload<typeof NONE>(async () => {
      const botId = bot == null ? null : rowKey('User', bot);
      const asked = { name, permissions, expiresAt, gameVersions: gameVersions ?? [], botId };
      return createToken(this.auth, callerOf(context), asked);
    }, NONE);
  }

  @Mutation(() => ApiTokenSecretPayload, {
    nullable: true,
    description:
      'Makes a token like another one and as long-lived, in its place; the other one ends in 10 minutes. Presence must have been proven. One that has less than 15 minutes left is not rotated.',
  })
  @Authenticated()
  rotateApiToken(
    @Arg('input', () => NodeInput, { description: 'The token.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NONE>(async () => rotateToken(this.auth, callerOf(context), rowKey('ApiToken', id)), NONE);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      "Ends an API token of one's own or of one of one's own bots. A token may end itself, and no other; the viewer is null then.",
  })
  @Authenticated()
  revokeApiToken(
    @Arg('input', () => NodeInput, { description: 'The token.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      if (await revokeToken(this.auth, callerOf(context), rowKey('ApiToken', id))) context.actor = ANONYMOUS;
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => DonePayload, {
    nullable: true,
    description:
      'Ends an API token that was found where it does not belong. Anyone may; the answer never says whether it was real.',
  })
  @Public()
  reportLeakedToken(
    @Arg('input', () => ReportLeakedTokenInput, { description: 'The token.' }) { token }: ReportLeakedTokenInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => {
        if (await reportLeakedToken(this.auth, callerOf(context), token)) context.actor = ANONYMOUS;
        return { ok: true };
      },
      { ok: false },
    );
  }
}
