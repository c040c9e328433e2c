import type { Caller } from '../../auth/caller.js';
import { consumeOneTime, tryOneTime } from '../../auth/one-time.store.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { touchIdentity } from '../accounts/credentials.store.js';
import { beginSession, refuseSuspended, type SignedIn } from '../accounts/start-session.js';
import { isActiveIdentity, lockProvenAccount } from './proven-account.store.js';
import { takeSecondFactorCode } from './second-factor-code.service.js';

/** Codes that may be tried at one sign-in. */
const TRIES = 5;

const stepBack = () =>
  userError(
    'CODE_EXPIRED',
    'This sign-in took too long or too many tries: begin again with the password.',
    'challenge',
  );

/**
 * Completes a sign-in whose password was right, by the code of an authenticator app or a recovery code.
 * @throws UserErrors CODE_INVALID, CODE_EXPIRED; AppError RATE_LIMITED, FORBIDDEN for a suspended account
 */
export async function completeSignIn(
  auth: AuthServices,
  caller: Caller,
  { challenge, code }: { challenge: string; code: string },
): Promise<SignedIn> {
  const { db, limits } = auth;
  const { now } = caller;
  const tried = await tryOneTime(db, 'SECOND_FACTOR', challenge, now, TRIES);
  if (tried === null || tried.userId === null) throw stepBack();
  const { userId } = tried;
  const counted = { limit: 'secondFactorAccount', key: String(userId) } as const;
  await limits.take(counted);
  const signedIn = await db.transaction(async (tx) => {
    const account = await lockProvenAccount(tx, userId);
    // A wrong code undoes this too, and the challenge stays.
    const held = await consumeOneTime(tx, 'SECOND_FACTOR', challenge);
    const identityId = Number(held?.data.identityId);
    // The identity may have been unlinked, or suspended by a recovery, since its password was proven.
    if (account === null || held === null || !(await isActiveIdentity(tx, userId, identityId))) throw stepBack();
    const kind = await takeSecondFactorCode(auth, tx, userId, code, now);
    if (kind === null) throw userError('CODE_INVALID', 'This code is wrong, or was used already.', 'code');
    refuseSuspended(account.suspendedUntil, account.suspensionReason, now);
    await touchIdentity(tx, identityId, now);
    return beginSession(auth, tx, caller, userId, `password and ${kind}`);
  });
  await limits.giveBack(counted);
  return signedIn;
}
