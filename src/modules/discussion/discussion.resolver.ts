import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import type { Soon } from '../../shared/soon.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import type { ChangeRow } from '../changes/change.js';
import { Change, ChangeConnection } from '../changes/changes.types.js';
import type { CommentRow } from './comments.store.js';
import type { DiscussionLoaders } from './discussion.loaders.js';
import { ChangeWeight, Comment, CommentConnection, ReviewQueueArgs, VoteTally } from './discussion.types.js';
import { reviewQueue } from './queue.service.js';

@Resolver()
export class ReviewQueries {
  constructor(private readonly db: Database) {}

  @Query(() => ChangeConnection, {
    nullable: true,
    description:
      'What waits for a decision in a game version. Each page follows the votes as they are when it is read.',
  })
  @Requires(Permission.MAPPING_COMMIT)
  reviewQueue(@Args(() => ReviewQueueArgs) { first, after, ...input }: ReviewQueueArgs, @Ctx() context: Context) {
    return reviewQueue(this.db, callerOf(context), input, pageRequest({ first, after }));
  }
}

@Resolver(() => Change)
export class ChangeDiscussionResolver {
  constructor(private readonly loaders: DiscussionLoaders) {}

  @FieldResolver(() => VoteTally, { description: 'The votes on it.' })
  votes(@Root() { id, votesFor, votesAgainst }: ChangeRow, @Ctx() context: Context): Soon<VoteTally> {
    if (votesFor === null || votesAgainst === null) return this.loaders.tally(context, id);
    return { change: id, for: votesFor, against: votesAgainst };
  }

  @FieldResolver(() => CommentConnection, { description: 'What was said of it, oldest first.' })
  comments(@Root() { id }: ChangeRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.loaders.comments(context, id, pageRequest(page));
  }

  @FieldResolver(() => ChangeWeight, { description: 'What it would touch, as its entry is now.' })
  async weight(@Root() { id }: ChangeRow, @Ctx() context: Context): Promise<ChangeWeight> {
    return (await this.loaders.weight(context, id)) ?? { classes: 0, namedSince: null, stableReleases: 0 };
  }
}

@Resolver(() => VoteTally)
export class VoteTallyResolver {
  constructor(private readonly loaders: DiscussionLoaders) {}

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether the caller is for it; null for a caller who did not vote, and for an anonymous one.',
  })
  viewerVote(@Root() { change }: VoteTally, @Ctx() context: Context): Promise<boolean | null> {
    return this.loaders.viewerVote(context, change);
  }
}

@Resolver(() => Comment)
export class CommentResolver {
  constructor(private readonly users: UserLoaders) {}

  @FieldResolver(() => User, { nullable: true, description: 'Who wrote it.' })
  author(@Root() { authorId }: CommentRow, @Ctx() context: Context) {
    return this.users.byId(context, authorId);
  }
}
