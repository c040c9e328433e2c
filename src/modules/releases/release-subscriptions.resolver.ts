import { Args, Resolver, Root, Subscription } from 'type-graphql';
import type { Database } from '../../db/index.js';
import { Public } from '../../graphql/directives/index.js';
import { Feed, onEnd } from '../../graphql/feed.js';
import { sourceBeside } from '../../graphql/schema.js';
import type { ReleaseTail } from './release-tail.js';
import { releaseFilter } from './releases.service.js';
import type { ReleaseRow } from './releases.store.js';
import { FollowReleasesArgs, Release } from './releases.types.js';

@Resolver()
export class ReleaseSubscriptions {
  constructor(
    private readonly db: Database,
    private readonly tail: ReleaseTail,
  ) {}

  @Subscription(() => Release, { description: 'Each release as it is published.', subscribe: sourceBeside })
  @Public()
  releasePublished(
    @Root() release: ReleaseRow,
    @Args(() => FollowReleasesArgs) _which: FollowReleasesArgs,
  ): ReleaseRow {
    return release;
  }

  async releasePublishedSource(which: FollowReleasesArgs): Promise<AsyncIterableIterator<ReleaseRow>> {
    const { versionId, channel } = await releaseFilter(this.db, which);
    const feed = new Feed<ReleaseRow>();
    const releases = feed.subscribe(
      (release) =>
        (versionId === null || release.versionId === versionId) && (channel === null || release.channel === channel),
    );
    return onEnd(releases, await this.tail.follow((release) => feed.publish(release)));
  }
}
