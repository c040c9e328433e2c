import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccessTokens } from '../../auth/end-access.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSession, deleteSessions } from '../../auth/sessions/sessions.store.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';

/**
 * Ends one of the caller's own sessions, and with it the access tokens of the moment: applications that may go on get new ones.
 * @returns whether it was the very session of the call
 * @throws UserErrors NOT_FOUND
 */
export async function revokeSession({ db }: AuthServices, caller: Caller, id: number): Promise<boolean> {
  const { user, credential } = requireSession(caller.actor);
  const userId = Number(user.id);
  await db.transaction(async (tx) => {
    await endAccessTokens(tx, userId);
    if (!(await deleteSession(tx, userId, id))) throw userError('NOT_FOUND', 'You have no such session.', 'id');
    await record(tx, originOf(caller), { action: 'session.revoke', subjectId: userId });
  });
  return credential.id === String(id);
}

/** Ends all sessions of the caller but the one of the call. */
export async function revokeOtherSessions({ db }: AuthServices, caller: Caller): Promise<void> {
  const { user, credential } = requireSession(caller.actor);
  const userId = Number(user.id);
  await db.transaction(async (tx) => {
    await endAccessTokens(tx, userId);
    const count = await deleteSessions(tx, userId, Number(credential.id));
    await record(tx, originOf(caller), {
      action: 'session.revoke_others',
      subjectId: userId,
      detail: `${count} session(s)`,
    });
  });
}
