import { Args, Ctx, FieldResolver, Resolver, Root, Subscription } from 'type-graphql';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { Feed, onEnd } from '../../graphql/feed.js';
import { sourceBeside } from '../../graphql/schema.js';
import { decodeCursor, pageRequest, toPage } from '../../shared/page.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import type { ChangeRow } from '../changes/change.js';
import { changesById } from '../changes/changes.store.js';
import { Change, ChangeConnection } from '../changes/changes.types.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import { GameVersion } from '../versions/versions.types.js';
import type { CommitEvent, HistoryTail, TailListener } from './history-tail.js';
import { CommittedChanges, WatchArgs } from './live.types.js';
import { watched } from './watch.service.js';

/** A batch is told change by change, and all of it may wait for a subscriber. */
const WAITING = 20_000;

/** A commit as one subscriber sees it: the changes asked for, by sequence. */
interface SeenCommit extends Pick<CommitEvent['decision'], 'byId' | 'via' | 'reason' | 'decidedAt'> {
  versionId: number;
  ids: number[];
  count: number;
}

@Resolver()
export class ChangeSubscriptions {
  constructor(
    private readonly db: Database,
    private readonly tail: HistoryTail,
  ) {}

  @Subscription(() => Change, {
    description: 'Each change as it is proposed. What an import commits at once is not among them.',
    subscribe: sourceBeside,
  })
  @Public()
  changeStaged(@Root() change: ChangeRow, @Args(() => WatchArgs) _watch: WatchArgs): ChangeRow {
    return change;
  }

  async changeStagedSource(watch: WatchArgs): Promise<AsyncIterableIterator<ChangeRow>> {
    const isWatched = await watched(this.db, watch);
    return this.follow<ChangeRow>((publish) => ({
      onStaged(change) {
        if (isWatched(change)) publish(change);
      },
      onCommitted: () => undefined,
    }));
  }

  @Subscription(() => CommittedChanges, {
    description: 'Changes as they are committed, those of one act gathered: by a maintainer, an import or a revert.',
    subscribe: sourceBeside,
  })
  @Public()
  changesCommitted(@Root() commit: SeenCommit, @Args(() => WatchArgs) _watch: WatchArgs): SeenCommit {
    return commit;
  }

  async changesCommittedSource(watch: WatchArgs): Promise<AsyncIterableIterator<SeenCommit>> {
    const isWatched = await watched(this.db, watch);
    return this.follow<SeenCommit>((publish) => ({
      onStaged: () => undefined,
      onCommitted({ decision: { byId, via, reason, decidedAt }, versionId, changes }) {
        const ids = changes.filter(isWatched).map(({ id }) => id);
        if (ids.length > 0) publish({ byId, via, reason, decidedAt, versionId, ids, count: ids.length });
      },
    }));
  }

  /** The events of one subscriber; the tail is left when the subscriber is gone. */
  private async follow<Event>(
    listener: (publish: (event: Event) => void) => TailListener,
  ): Promise<AsyncIterableIterator<Event>> {
    const feed = new Feed<Event>(WAITING);
    const events = feed.subscribe();
    const stop = await this.tail.follow(listener((event) => feed.publish(event)));
    return onEnd(events, stop);
  }
}

@Resolver(() => CommittedChanges)
export class CommittedChangesResolver {
  constructor(
    private readonly db: Database,
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => GameVersion, { description: 'The game version.' })
  version(@Root() { versionId }: SeenCommit, @Ctx() context: Context) {
    return this.versions.byId(context, versionId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who committed them; null for an import.' })
  decidedBy(@Root() { byId }: SeenCommit, @Ctx() context: Context) {
    return byId === null ? null : this.users.byId(context, byId);
  }

  @FieldResolver(() => ChangeConnection, { description: 'The changes, of those asked for, by sequence.' })
  async changes(@Root() { ids }: SeenCommit, @Args(() => PageArgs) args: PageArgs) {
    const request = pageRequest(args);
    const after = request.after === null ? 0 : (decodeCursor(request.after, ['int'])[0] as number);
    const wanted = ids.filter((id) => id > after).slice(0, request.first + 1);
    const rows = await changesById(this.db, wanted);
    return toPage(
      rows,
      request,
      ({ id }) => [id],
      () => Promise.resolve(ids.length),
    );
  }
}
