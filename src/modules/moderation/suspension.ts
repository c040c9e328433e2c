import { endAccess } from '../../auth/end-access.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { FOREVER } from '../accounts/start-session.js';
import { lockUser } from '../accounts/users.store.js';
import { record, type Origin } from '../audit/audit.store.js';
import { requiredReason } from '../audit/reasons.js';
import { checkEnd } from '../roles/grants.js';
import { keepAnAdmin } from '../roles/last-admin.js';
import { setSuspension } from './moderation.store.js';

export interface SuspensionInput {
  userId: number;
  /** Null for a suspension without end. */
  until: Date | null;
  reason: string;
}

/** The refusal of an account that there is not. @param path of the input that names it */
export const noSuchAccount = (path: string) => userError('NOT_FOUND', 'There is no such account.', path);

/**
 * Suspends an account, or sets another end and reason. Its sessions and tokens end, and those of a person's bots. Whether `by` may
 * do so is for the caller to check.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, LAST_ADMIN
 */
export async function suspend(tx: Tx, by: Origin, now: Date, input: SuspensionInput): Promise<void> {
  const { userId, until } = input;
  const reason = requiredReason(input.reason);
  checkEnd(until, now);
  await keepAnAdmin(tx, now, async () => {
    if ((await lockUser(tx, userId)) === null) throw noSuchAccount('user');
    await setSuspension(tx, userId, until ?? FOREVER, reason);
    await deleteSessions(tx, userId);
    await endAccess(tx, userId);
    const end = until === null ? 'without end' : `until ${until.toISOString()}`;
    await record(tx, by, { action: 'user.suspend', subjectId: userId, detail: `${end}: ${reason}` });
  });
}

/** Ends a suspension before its time. Whether `by` may do so is for the caller to check. @throws UserErrors NOT_FOUND, INVALID_INPUT */
export async function reinstate(tx: Tx, by: Origin, now: Date, userId: number): Promise<void> {
  const user = await lockUser(tx, userId);
  if (user === null) throw noSuchAccount('id');
  if (user.suspendedUntil === null || user.suspendedUntil <= now) {
    throw userError('INVALID_INPUT', 'This account is not suspended.', 'id');
  }
  await setSuspension(tx, userId, null, null);
  await record(tx, by, { action: 'user.reinstate', subjectId: userId });
}
