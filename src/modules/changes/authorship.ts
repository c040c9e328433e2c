import type { SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import type { Authorship } from '../history/history.store.js';

/** By whom a call changes names, as history keeps it. What the input claims of author or time does not count. */
export const authorshipOf = (caller: Caller, actor: SignedInActor, reason: string | null): Authorship => ({
  authorId: Number(actor.user.id),
  via: actor.client?.name ?? null,
  reason,
  forced: false,
  at: caller.now,
});
