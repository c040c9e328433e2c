import { requireSignedIn, unauthenticated, type SignedInActor } from '../../auth/actor.js';
import { accountActor } from '../../auth/actor.store.js';
import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import { hasSession } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { lockRights } from './roles.store.js';

/**
 * Runs what administrators and moderators do to others: one at a time over all processes, and with the caller's rights as they
 * are when its turn has come, not as they were when the call came in. Of two who demote each other one comes too late.
 * @param work is given the caller of that instant
 * @throws AppError UNAUTHENTICATED for a caller whose session or account has ended meanwhile
 */
export function inTurn<T>(
  { db }: Pick<AuthServices, 'db'>,
  caller: Caller,
  work: (tx: Tx, caller: Caller & { actor: SignedInActor }) => Promise<T>,
): Promise<T> {
  const { user, credential, client } = requireSignedIn(caller.actor);
  const userId = Number(user.id);
  return db.transaction(async (tx) => {
    await lockRights(tx);
    const now = new Date();
    const actor = await accountActor(tx, userId, credential, now);
    const ended = credential.kind === 'SESSION' && !(await hasSession(tx, userId, Number(credential.id)));
    if (actor === null || ended) throw unauthenticated();
    return work(tx, { ...caller, now, actor: client === undefined ? actor : { ...actor, client } });
  });
}
