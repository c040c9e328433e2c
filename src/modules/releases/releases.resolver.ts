import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Public, Requires } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import { ChangeConnection } from '../changes/changes.types.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { GameVersion } from '../versions/versions.types.js';
import { artifactsOf } from './artifacts.js';
import type { ReleaseChannel as Channel } from './release-names.js';
import type { ReleaseLoaders } from './releases.loaders.js';
import { listReleases } from './releases.service.js';
import { releaseByName, type ReleaseRow } from './releases.store.js';
import {
  Artifact,
  Release,
  ReleaseChannel,
  ReleaseConnection,
  ReleaseRequest,
  ReleasesArgs,
} from './releases.types.js';
import { requestsToConfirm } from './requests.service.js';
import type { RequestRow } from './requests.store.js';

@Resolver()
export class ReleaseQueries {
  constructor(private readonly db: Database) {}

  @Query(() => ReleaseConnection, { description: 'What was published, newest first; what was yanked is among it.' })
  @Public()
  releases(@Args(() => ReleasesArgs) { first, after, ...input }: ReleasesArgs) {
    return listReleases(this.db, input, pageRequest({ first, after }));
  }

  @Query(() => Release, { nullable: true, description: 'A release by its name; null where there is none.' })
  @Public()
  release(@Arg('name', () => String, { description: 'The name: `snapshot_20201028-1.16.3`.' }) name: string) {
    return releaseByName(this.db, name);
  }

  @Query(() => [ReleaseRequest], {
    nullable: true,
    description: 'The stable releases that wait for a second person, of the versions that the caller may publish.',
  })
  @Requires(Permission.RELEASE_PUBLISH)
  releaseRequests(@Ctx() context: Context): Promise<RequestRow[]> {
    return requestsToConfirm(this.db, callerOf(context));
  }
}

@Resolver(() => Release)
export class ReleaseResolver {
  constructor(
    private readonly releases: ReleaseLoaders,
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
    private readonly publicUrl: string,
  ) {}

  @FieldResolver(() => GameVersion, { description: 'The game version whose names it carries.' })
  version(@Root() { versionId }: ReleaseRow, @Ctx() context: Context) {
    return this.versions.byId(context, versionId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who published it; null for the service itself.' })
  publishedBy(@Root() { publishedById }: ReleaseRow, @Ctx() context: Context) {
    return publishedById === null ? null : this.users.byId(context, publishedById);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The second person, where one was asked for.' })
  confirmedBy(@Root() { confirmedById }: ReleaseRow, @Ctx() context: Context) {
    return confirmedById === null ? null : this.users.byId(context, confirmedById);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who yanked it; null for the shell, and if nobody did.' })
  yankedBy(@Root() { yankedById }: ReleaseRow, @Ctx() context: Context) {
    return yankedById === null ? null : this.users.byId(context, yankedById);
  }

  @FieldResolver(() => String, {
    description: 'SHA-256 in hex over the canonical content, which is the artifact `names.jsonl`.',
  })
  digest(@Root() { digest }: ReleaseRow): string {
    return Buffer.from(digest).toString('hex');
  }

  @FieldResolver(() => [Artifact], { description: 'Its files.' })
  async artifacts(@Root() release: ReleaseRow, @Ctx() context: Context): Promise<Artifact[]> {
    return artifactsOf(release, await this.releases.files(context, release.id), this.publicUrl);
  }

  @FieldResolver(() => Release, {
    nullable: true,
    description: 'The one before it of the same version and channel; null for the first.',
  })
  previous(@Root() { previousId }: ReleaseRow, @Ctx() context: Context) {
    return previousId === null ? null : this.releases.byId(context, previousId);
  }

  @FieldResolver(() => ChangeConnection, {
    description:
      'What changed since the release before it, newest first: of each entry that it says otherwise the change behind that. In the first release that is every change that its names come from; names without history have none.',
  })
  changes(@Root() release: ReleaseRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.releases.changes(context, release, pageRequest(page));
  }
}

@Resolver(() => GameVersion)
export class GameVersionReleasesResolver {
  constructor(private readonly loaders: ReleaseLoaders) {}

  @FieldResolver(() => ReleaseConnection, { description: 'Its releases, newest first.' })
  releases(
    @Root() { id }: GameVersionRow,
    @Ctx() context: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('channel', () => ReleaseChannel, { nullable: true, description: 'Only of this channel.' }) channel?: Channel,
  ) {
    return this.loaders.ofVersion(context, id, channel ?? null, pageRequest(page));
  }
}

@Resolver(() => ReleaseRequest)
export class ReleaseRequestResolver {
  constructor(
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => GameVersion, { description: 'The game version that is to be published.' })
  version(@Root() { versionId }: RequestRow, @Ctx() context: Context) {
    return this.versions.byId(context, versionId);
  }

  @FieldResolver(() => User, { description: 'Who asked for it.' })
  requestedBy(@Root() { requestedById }: RequestRow, @Ctx() context: Context) {
    return this.users.byId(context, requestedById);
  }

  @FieldResolver(() => String, { description: 'SHA-256 in hex over the names that were asked for: no others will do.' })
  digest(@Root() { digest }: RequestRow): string {
    return Buffer.from(digest).toString('hex');
  }
}
