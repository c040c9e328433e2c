import { requireSignedIn, unauthenticated, type SignedInActor } from '../../auth/actor.js';
import { tokenEpoch } from '../../auth/access-tokens/access-tokens.store.js';
import { accountActor } from '../../auth/actor.store.js';
import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import { hasSession } from '../../auth/sessions/sessions.store.js';
import { hasToken } from '../../auth/tokens/tokens.store.js';
import type { Tx } from '../../db/index.js';
import { lockRights } from './roles.store.js';

/** A caller who is signed in. */
export type SignedInCaller = Caller & { actor: SignedInActor };

/**
 * The caller with the rights of this instant, not those with which the call came in.
 * @throws AppError UNAUTHENTICATED for a caller whose session, token or account has ended meanwhile
 */
export async function callerNow(tx: Tx, caller: Caller): Promise<SignedInCaller> {
  const { user, credential, client } = requireSignedIn(caller.actor);
  const userId = Number(user.id);
  const now = new Date();
  const actor = await accountActor(tx, userId, credential, now);
  const key = Number(credential.id);
  const ended =
    (credential.kind === 'SESSION' && !(await hasSession(tx, userId, key))) ||
    (credential.kind === 'API_TOKEN' && !(await hasToken(tx, key, now))) ||
    (credential.kind === 'ACCESS_TOKEN' && credential.epoch !== (await tokenEpoch(tx, userId)));
  if (actor === null || ended) throw unauthenticated();
  return { ...caller, now, actor: client === undefined ? actor : { ...actor, client } };
}

/**
 * Runs what administrators and moderators do to others: one at a time over all processes, and with the caller's rights as they
 * are when its turn has come, not as they were when the call came in. Of two who demote each other one comes too late.
 * @param work is given the caller of that instant
 * @throws AppError UNAUTHENTICATED for a caller whose session or account has ended meanwhile
 */
export function inTurn<T>(
  { db }: Pick<AuthServices, 'db'>,
  caller: Caller,
  work: (tx: Tx, caller: SignedInCaller) => Promise<T>,
): Promise<T> {
  requireSignedIn(caller.actor);
  return db.transaction(async (tx) => {
    await lockRights(tx);
    return work(tx, await callerNow(tx, caller));
  });
}
