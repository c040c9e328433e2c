import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { listKind, loadPage } from '../../graphql/nested-list.js';
import type { Page, PageRequest } from '../../shared/page.js';
import * as comments from './comments.store.js';
import { talliesOf, votesOf, type TallyRow } from './votes.store.js';
import { weightsOf, type ChangeWeightRow } from './weight.store.js';

const COMMENTS = listKind();
const TALLY = {};
const VOTE = {};
const WEIGHT = {};

/** What fields read of the discussion of changes, gathered over the whole request. */
export class DiscussionLoaders {
  constructor(private readonly db: Database) {}

  /** The comments on a change, oldest first. */
  comments(context: Context, change: number, page: PageRequest): Promise<Page<comments.CommentRow>> {
    return loadPage(context, COMMENTS, null, change, page, {
      read: (request) => comments.commentsOfChanges(this.db, request),
      count: (parents) => comments.countCommentsOfChanges(this.db, parents),
      parentOf: (row: comments.CommentRow) => row.change,
      key: ({ id }) => [id],
      keyTypes: ['int'],
    });
  }

  /** The votes on a change. */
  async tally(context: Context, change: number): Promise<TallyRow> {
    const byChange = async (ids: number[]) => new Map((await talliesOf(this.db, ids)).map((row) => [row.change, row]));
    return (await loadBatched(context, TALLY, null, change, byChange)) ?? { change, for: 0, against: 0 };
  }

  /** What the caller voted on a change; null for nothing. */
  async viewerVote(context: Context, change: number): Promise<boolean | null> {
    const { actor } = context;
    if (actor.kind === 'ANONYMOUS') return null;
    const userId = Number(actor.user.id);
    const vote = await loadBatched(context, VOTE, userId, change, (ids: number[]) => votesOf(this.db, userId, ids));
    return vote ?? null;
  }

  /** What a change would touch; null where its entry is gone. */
  async weight(context: Context, change: number): Promise<ChangeWeightRow | null> {
    const byChange = async (ids: number[]) => new Map((await weightsOf(this.db, ids)).map((row) => [row.change, row]));
    return (await loadBatched(context, WEIGHT, null, change, byChange)) ?? null;
  }
}
