import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Requires } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { ChangePayload } from '../changes/changes.types.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import { commentOnChange, deleteComment, editComment } from './comments.service.js';
import { CommentOnChangeInput, CommentPayload, EditCommentInput, VoteOnChangeInput } from './discussion.types.js';
import { voteOnChange } from './votes.service.js';

const NO_CHANGE: Pick<ChangePayload, 'change'> = { change: null };
const NO_COMMENT: Pick<CommentPayload, 'comment'> = { comment: null };

@Resolver()
export class DiscussionMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => ChangePayload, {
    nullable: true,
    description: "Votes on a staged change of somebody else, or takes one's vote back. Bots have no vote.",
  })
  @Requires(Permission.MAPPING_VOTE)
  voteOnChange(
    @Arg('input', () => VoteOnChangeInput, { description: 'The change, and the vote.' }) input: VoteOnChangeInput,
    @Ctx() context: Context,
  ) {
    const vote = { change: rowKey('Change', input.change), for: input.for };
    return payload(async () => ({ change: await voteOnChange(this.auth, callerOf(context), vote) }), NO_CHANGE);
  }

  @Mutation(() => CommentPayload, {
    nullable: true,
    description: 'Says something of a change, whatever became of it.',
  })
  @Requires(Permission.MAPPING_VOTE)
  commentOnChange(
    @Arg('input', () => CommentOnChangeInput, { description: 'The change, and the words.' })
    { change, body }: CommentOnChangeInput,
    @Ctx() context: Context,
  ) {
    const input = { change: rowKey('Change', change), body };
    return payload(async () => ({ comment: await commentOnChange(this.auth, callerOf(context), input) }), NO_COMMENT);
  }

  @Mutation(() => CommentPayload, { nullable: true, description: "Gives one's own comment other words." })
  @Requires(Permission.MAPPING_VOTE)
  editComment(
    @Arg('input', () => EditCommentInput, { description: 'The comment, and its new words.' })
    { comment, body }: EditCommentInput,
    @Ctx() context: Context,
  ) {
    const input = { comment: rowKey('Comment', comment), body };
    return payload(async () => ({ comment: await editComment(this.auth, callerOf(context), input) }), NO_COMMENT);
  }

  @Mutation(() => DonePayload, {
    nullable: true,
    description: "Removes a comment: one's own with MAPPING_VOTE, anybody's with USER_SUSPEND.",
  })
  @Authenticated()
  deleteComment(
    @Arg('input', () => NodeInput, { description: 'The comment.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => {
        await deleteComment(this.auth.db, callerOf(context), rowKey('Comment', id));
        return { ok: true };
      },
      { ok: false },
    );
  }
}
