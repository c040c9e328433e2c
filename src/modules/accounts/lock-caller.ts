import { unauthenticated, type SignedInActor } from '../../auth/actor.js';
import { hasSession } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { lockUser, type UserRow } from './users.store.js';

/**
 * Holds the account of somebody with a session until the transaction ends. A session that was ended while the call waited
 * does not count any more: else what it makes would outlive the change of password that ended it.
 * @throws AppError UNAUTHENTICATED
 */
export async function lockCaller(tx: Tx, { user, credential }: SignedInActor): Promise<UserRow> {
  const held = await lockUser(tx, Number(user.id));
  if (held === null || !(await hasSession(tx, held.id, Number(credential.id)))) throw unauthenticated();
  return held;
}
