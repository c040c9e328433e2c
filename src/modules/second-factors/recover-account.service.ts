import type { Caller } from '../../auth/caller.js';
import { recoveryCounters } from '../../auth/devices.js';
import { endAccess } from '../../auth/end-access.js';
import { revokeAllOneTime } from '../../auth/one-time.store.js';
import { hashPassword } from '../../auth/passwords/password-hash.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { setPassword } from '../accounts/credentials.store.js';
import { handleKey } from '../accounts/handles.js';
import { MAX_HANDLE } from '../accounts/sign-in.service.js';
import { checkNewPassword } from '../accounts/sign-up.service.js';
import { beginSession, refuseSuspended, type SignedIn } from '../accounts/start-session.js';
import { originOf, record } from '../audit/audit.store.js';
import { deletePasskeys } from './passkeys.store.js';
import { lockProvenAccount, type ProvenAccount } from './proven-account.store.js';
import { takeRecoveryCode } from './recovery-codes.store.js';
import { personByHandle, suspendIdentities } from './recovery.store.js';
import { takeSecondFactorCode } from './second-factor-code.service.js';
import { hasTotp } from './totp.store.js';

export interface RecoverAccount {
  handle: string;
  recoveryCode: string;
  newPassword: string;
  /** A code of the authenticator app, or a second recovery code. */
  secondFactor?: string | null;
}

/**
 * Recovers an account whose password is lost or known to somebody else, by a recovery code and a new password. Whoever else was
 * in the account is out of it afterwards: all sessions, tokens, passkeys and pending codes end, and identities that somebody
 * may have linked count only once the owner has confirmed them.
 * @throws UserErrors WEAK_PASSWORD, BREACHED_PASSWORD, CODE_INVALID; AppError RATE_LIMITED, FORBIDDEN for a suspended account, which
 *   is recovered and opens no session
 */
export async function recoverAccount(auth: AuthServices, caller: Caller, input: RecoverAccount): Promise<SignedIn> {
  const { db, limits } = auth;
  const key = handleKey(input.handle).slice(0, MAX_HANDLE);
  await checkNewPassword(input.newPassword, key, 'newPassword');
  const userId = await personByHandle(db, key);
  const counters = recoveryCounters(auth, caller, key, userId);
  await limits.take(...counters);
  // Computed before anything is known: a handle that nobody has and a wrong code are answered as late as the right one.
  const hash = await hashPassword(input.newPassword);
  const { account, signedIn } = await db.transaction(async (tx) => {
    const account = await proveOwner(auth, tx, caller, userId, input);
    await expelOthers(tx, caller, account, hash);
    const isSuspended = account.suspendedUntil !== null && account.suspendedUntil > caller.now;
    return { account, signedIn: isSuspended ? null : await beginSession(auth, tx, caller, account.userId, 'recovery') };
  });
  await limits.giveBack(...counters);
  // Guesses at the password that was must not keep its owner from using the new one.
  await limits.clear({ limit: 'signInAccount', key });
  // Behind the transaction: a suspended account is recovered all the same.
  refuseSuspended(account.suspendedUntil, account.suspensionReason, caller.now);
  return signedIn!;
}

/** Uses the codes up and holds the account. @throws UserErrors CODE_INVALID, the same whatever is wrong */
async function proveOwner(
  auth: AuthServices,
  tx: Tx,
  { now }: Caller,
  userId: number | null,
  { recoveryCode, secondFactor }: RecoverAccount,
): Promise<ProvenAccount> {
  // No account has the key 0; it is asked for all the same.
  const account = await lockProvenAccount(tx, userId ?? 0);
  const taken = await takeRecoveryCode(tx, userId ?? 0, recoveryCode);
  if (account === null || !taken) {
    throw userError(
      'CODE_INVALID',
      'Handle and recovery code do not belong together, or the code was used.',
      'recoveryCode',
    );
  }
  if (!(await hasTotp(tx, account.userId))) return account;
  const kind = await takeSecondFactorCode(auth, tx, account.userId, secondFactor ?? '', now);
  if (kind !== null) return account;
  throw userError(
    'CODE_INVALID',
    'The account has an authenticator app: its code, or a second recovery code, is needed too.',
    'secondFactor',
  );
}

async function expelOthers(tx: Tx, caller: Caller, { userId, handle }: ProvenAccount, hash: string): Promise<void> {
  await setPassword(tx, userId, handle, hash, caller.now);
  const sessions = await deleteSessions(tx, userId);
  const tokens = await endAccess(tx, userId);
  const passkeys = await deletePasskeys(tx, userId);
  const suspended = await suspendIdentities(tx, userId);
  await revokeAllOneTime(tx, userId);
  const names = suspended.length === 0 ? '' : ` (${suspended.join(', ')})`;
  const detail =
    `ended ${sessions} session(s) and ${tokens} token(s), removed ${passkeys} passkey(s), ` +
    `suspended ${suspended.length} identity(ies)${names}`;
  await record(
    tx,
    { ...originOf(caller), actorId: userId, via: null },
    { action: 'password.recover', subjectId: userId, detail },
  );
}
