import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { usersById } from '../accounts/users.store.js';
import type { ChangeRow } from '../changes/change.js';
import { changesById } from '../changes/changes.store.js';
import { discussedChange, lockSpeaker } from './discussed-change.js';
import { lockChange, setVote } from './votes.store.js';

export interface Vote {
  change: number;
  /** Null takes the vote back. */
  for?: boolean | null;
}

/**
 * Votes on a staged change, or takes the vote back. Votes are no history: they need not its pen, only the change itself.
 * @throws UserErrors NOT_FOUND, STALE for a change that is not staged, INVALID_INPUT for bots and on one's own change;
 *   AppError FORBIDDEN without the permission for the version, RATE_LIMITED
 */
export async function voteOnChange(auth: AuthServices, caller: Caller, input: Vote): Promise<ChangeRow> {
  const { actor } = await discussedChange(auth.db, caller, input.change);
  if (actor.user.isBot) {
    throw userError('INVALID_INPUT', 'Bots have no vote: one person would vote several times.', 'change');
  }
  await auth.limits.take({ limit: 'votes', key: actor.user.id });
  return auth.db.transaction(async (tx) => {
    const userId = await lockSpeaker(tx, actor);
    await lockChange(tx, input.change);
    const [change] = await changesById(tx, [input.change]);
    const { id, srg, state, authorId } = change!;
    if (state !== 'STAGED') {
      throw userError('STALE', `Change ${id} of ${srg} is not staged any more: it is ${state}.`, 'change');
    }
    const author = authorId === null ? undefined : (await usersById(tx, [authorId])).get(authorId);
    if (author?.id === userId || author?.ownerId === userId) {
      throw userError('INVALID_INPUT', 'Nobody votes on their own changes, or on those of their bots.', 'change');
    }
    await setVote(tx, { change: id, userId, isFor: input.for ?? null, at: caller.now });
    const [voted] = await changesById(tx, [id]);
    return voted!;
  });
}
