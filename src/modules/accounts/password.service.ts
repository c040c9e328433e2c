import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccess } from '../../auth/end-access.js';
import { revokeAllOneTime } from '../../auth/one-time.store.js';
import { hashPassword, verifyPassword } from '../../auth/passwords/password-hash.js';
import { isPossiblePassword } from '../../auth/passwords/password-rules.js';
import { hashSecret, newSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSessions, renewSession } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { takeSecondFactorCode } from '../second-factors/second-factor-code.service.js';
import { localCredentialsOf, setPassword, type LocalCredentials } from './credentials.store.js';
import { lockCaller } from './lock-caller.js';
import { checkNewPassword } from './sign-up.service.js';
import { sessionCookie, type SignedIn } from './start-session.js';

/** Compares the password of somebody who is signed in. @throws UserErrors INVALID_CREDENTIALS; AppError RATE_LIMITED */
async function confirmPassword(
  auth: AuthServices,
  userId: number,
  password: string,
  path: string,
): Promise<LocalCredentials> {
  const counted = { limit: 'presenceUser', key: String(userId) } as const;
  await auth.limits.take(counted);
  const found = await localCredentialsOf(auth.db, userId);
  const onMalformed = () => auth.log.error({ userId }, 'a stored password hash can not be read');
  const proven =
    isPossiblePassword(password) && (await verifyPassword(found?.passwordHash ?? null, password, onMalformed));
  if (!proven || found === null)
    throw userError('INVALID_CREDENTIALS', 'This is not the password of the account.', path);
  await auth.limits.giveBack(counted);
  return found;
}

/**
 * Gives the caller's session a new secret and opens the window in which identities, tokens and roles may be changed.
 * @returns the session as it goes on
 */
export async function proveSession(auth: AuthServices, tx: Tx, caller: Caller, how: string): Promise<SignedIn> {
  const actor = requireSession(caller.actor);
  const userId = Number(actor.user.id);
  const secret = newSecret();
  await renewSession(tx, Number(actor.credential.id), hashSecret(secret), caller.now);
  await record(tx, originOf(caller), { action: 'presence.prove', subjectId: userId, detail: `by ${how}` });
  return { userId, secret, setCookies: [sessionCookie(auth, secret, caller.now)] };
}

/**
 * Proves presence by the password, and by a code too where the account has an authenticator app.
 * @throws UserErrors INVALID_CREDENTIALS, CODE_INVALID; AppError FORBIDDEN for a token, RATE_LIMITED
 */
export async function reauthenticate(
  auth: AuthServices,
  caller: Caller,
  { password, code }: { password: string; code?: string | null },
): Promise<SignedIn> {
  const actor = requireSession(caller.actor);
  const userId = Number(actor.user.id);
  // The code is not looked at before the password is right: neither can be guessed by itself.
  const { hasTotp } = await confirmPassword(auth, userId, password, 'password');
  const counted = { limit: 'presenceUser', key: String(userId) } as const;
  if (hasTotp) await auth.limits.take(counted);
  const signedIn = await auth.db.transaction(async (tx) => {
    await lockCaller(tx, actor);
    if (!hasTotp) return proveSession(auth, tx, caller, 'password');
    const kind = await takeSecondFactorCode(auth, tx, userId, code ?? '', caller.now);
    if (kind === null) {
      throw userError('CODE_INVALID', 'The code of the authenticator app, or a recovery code, is needed too.', 'code');
    }
    return proveSession(auth, tx, caller, `password and ${kind}`);
  });
  if (hasTotp) await auth.limits.giveBack(counted);
  return signedIn;
}

/**
 * Sets another password. All other sessions and all tokens of the account and its bots end. An account without a password gets
 * one where presence was proven by other means.
 * @throws UserErrors INVALID_CREDENTIALS, WEAK_PASSWORD, BREACHED_PASSWORD; AppError FORBIDDEN, RATE_LIMITED
 */
export async function changePassword(
  auth: AuthServices,
  caller: Caller,
  { current, new: password }: { current?: string | null; new: string },
): Promise<SignedIn> {
  const actor = requireSession(caller.actor);
  const userId = Number(actor.user.id);
  await checkNewPassword(password, actor.user.handle, 'new');
  const found = await localCredentialsOf(auth.db, userId);
  // It proves presence, and so takes no less than reauthenticate does.
  if (found === null || found.hasTotp) requirePresence(actor, caller.now);
  if (found !== null) await confirmPassword(auth, userId, current ?? '', 'current');
  const hash = await hashPassword(password);
  return auth.db.transaction(async (tx) => {
    const user = await lockCaller(tx, actor);
    await setPassword(tx, userId, user.handle, hash, caller.now);
    await deleteSessions(tx, userId, Number(actor.credential.id));
    await endAccess(tx, userId);
    await revokeAllOneTime(tx, userId);
    await record(tx, originOf(caller), { action: 'password.change', subjectId: userId });
    return proveSession(auth, tx, caller, 'password');
  });
}
