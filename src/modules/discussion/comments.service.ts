import { effectivePermissions, requirePermission, requireSignedIn } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Database, Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { commentsById, insertComment, removeComment, updateComment, type CommentRow } from './comments.store.js';
import { discussedChange, lockSpeaker } from './discussed-change.js';

/** Characters of a comment. */
export const MAX_COMMENT = 2_000;

const UNFIT = /[^\P{Cc}\n\t]|\p{Surrogate}/u;

/** A comment as it is kept: line feeds alone, no blanks around it. @throws UserErrors INVALID_INPUT */
function commentBody(text: string): string {
  const body = text.replace(/\r\n?/g, '\n').trim();
  if (body === '' || body.length > MAX_COMMENT) {
    throw userError('INVALID_INPUT', `A comment has 1 to ${MAX_COMMENT} characters, not ${body.length}.`, 'body');
  }
  if (UNFIT.test(body)) throw userError('INVALID_INPUT', 'A comment can not hold control characters.', 'body');
  return body;
}

const noSuchComment = (path: string) => userError('NOT_FOUND', 'There is no such comment.', path);

/**
 * Comments on a change, whatever became of it.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT; AppError FORBIDDEN without the permission for the version, RATE_LIMITED
 */
export async function commentOnChange(
  auth: AuthServices,
  caller: Caller,
  input: { change: number; body: string },
): Promise<CommentRow> {
  const { actor, change } = await discussedChange(auth.db, caller, input.change);
  const body = commentBody(input.body);
  await auth.limits.take({ limit: 'comments', key: actor.user.id });
  return auth.db.transaction(async (tx) => {
    const authorId = await lockSpeaker(tx, actor);
    return insertComment(tx, { change: change.id, authorId, body, createdAt: caller.now });
  });
}

/**
 * Gives a comment of one's own other words.
 * @throws UserErrors NOT_FOUND, also for one of somebody else, INVALID_INPUT; AppError FORBIDDEN, RATE_LIMITED
 */
export async function editComment(
  auth: AuthServices,
  caller: Caller,
  input: { comment: number; body: string },
): Promise<CommentRow> {
  const known = await commentById(auth.db, input.comment);
  if (known === null) throw noSuchComment('comment');
  const { actor } = await discussedChange(auth.db, caller, known.change);
  const body = commentBody(input.body);
  await auth.limits.take({ limit: 'comments', key: actor.user.id });
  return auth.db.transaction(async (tx) => {
    const edited = { id: known.id, authorId: await lockSpeaker(tx, actor), body };
    const comment = await updateComment(tx, edited, caller.now);
    if (comment === null) throw userError('NOT_FOUND', 'You have no such comment.', 'comment');
    return comment;
  });
}

/**
 * Removes a comment: one's own with MAPPING_VOTE, anybody's with USER_SUSPEND. What is removed of somebody else is written down.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN
 */
export async function deleteComment(db: Database, caller: Caller, id: number): Promise<void> {
  const actor = requireSignedIn(caller.actor);
  const userId = Number(actor.user.id);
  const moderates = effectivePermissions(actor, caller.now, 'ALL').has(Permission.USER_SUSPEND);
  if (!moderates) requirePermission(actor, Permission.MAPPING_VOTE, caller.now, 'ANY');
  const known = await commentById(db, id);
  if (known === null) throw noSuchComment('id');
  if (known.authorId !== userId) requirePermission(actor, Permission.USER_SUSPEND, caller.now, 'ALL');
  else if (!moderates) await discussedChange(db, caller, known.change);
  await db.transaction(async (tx) => {
    const removed = await removeComment(tx, id);
    if (removed === null) throw noSuchComment('id');
    if (removed.authorId === userId) return;
    const detail = `comment ${id} on change ${removed.change}`;
    await record(tx, originOf(caller), { action: 'comment.delete', subjectId: removed.authorId, detail });
  });
}

async function commentById(db: Sql, id: number): Promise<CommentRow | null> {
  const [comment] = await commentsById(db, [id]);
  return comment ?? null;
}
