import { requireSession, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { signInCounters } from '../../auth/devices.js';
import { endAccessTokens } from '../../auth/end-access.js';
import { issueOneTime } from '../../auth/one-time.store.js';
import { verifyPassword } from '../../auth/passwords/password-hash.js';
import { isPossiblePassword } from '../../auth/passwords/password-rules.js';
import { newSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSession } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { localCredentials, localCredentialsOf, touchIdentity, type LocalCredentials } from './credentials.store.js';
import { handleKey } from './handles.js';
import { beginSession, refuseSuspended, type SignedIn } from './start-session.js';
import { lockUser } from './users.store.js';

/** How long the second factor may take, in milliseconds. */
const SECOND_FACTOR_TIME = 10 * 60_000;

export type SecondFactorMethod = 'TOTP' | 'PASSKEY' | 'RECOVERY_CODE';

/** The password was right; one of these must follow. */
export interface SecondFactorChallenge {
  /** Comes back with the code. */
  challenge: string;
  methods: SecondFactorMethod[];
}

export type SignInOutcome = { signedIn: SignedIn } | { secondFactor: SecondFactorChallenge };

/** Longer ones are no handles; the text is not carried further. */
export const MAX_HANDLE = 64;

const notTogether = () => userError('INVALID_CREDENTIALS', 'Handle and password do not belong together.');

/**
 * Compares a handle's password, counted against the limits. Answers alike, and as late, for a handle that nobody has.
 * @throws UserErrors INVALID_CREDENTIALS; AppError RATE_LIMITED
 */
async function provePassword(
  auth: AuthServices,
  caller: Caller,
  { handle, password }: { handle: string; password: string },
): Promise<LocalCredentials> {
  const key = handleKey(handle).slice(0, MAX_HANDLE);
  const found = await localCredentials(auth.db, key);
  const counters = signInCounters(auth, caller, key, found?.userId ?? null);
  await auth.limits.take(...counters);
  const onMalformed = () => auth.log.error({ userId: found?.userId }, 'a stored password hash can not be read');
  const possible = isPossiblePassword(password);
  const proven = possible && (await verifyPassword(found?.passwordHash ?? null, password, onMalformed));
  if (!proven || found === null) {
    throw notTogether();
  }
  await auth.limits.giveBack(...counters);
  return found;
}

/**
 * Signs in by handle and password. An account with a second factor gets a challenge in place of a session.
 * @throws UserErrors INVALID_CREDENTIALS; AppError RATE_LIMITED, FORBIDDEN for a suspended account
 */
export async function signIn(
  auth: AuthServices,
  caller: Caller,
  input: { handle: string; password: string },
): Promise<SignInOutcome> {
  const proven = await provePassword(auth, caller, input);
  return auth.db.transaction(async (tx) => {
    // Read again, held: a change of password or a recovery that came in between has ended what this password opens.
    const account = await lockUser(tx, proven.userId);
    const found = await localCredentialsOf(tx, proven.userId);
    if (account === null || found?.passwordHash !== proven.passwordHash) throw notTogether();
    refuseSuspended(found.suspendedUntil, found.suspensionReason, caller.now);
    if (found.hasTotp || found.hasPasskey) return { secondFactor: await challengeFor(tx, caller, found) };
    await touchIdentity(tx, found.identityId, caller.now);
    return { signedIn: await beginSession(auth, tx, caller, found.userId, 'password') };
  });
}

/** Keeps and hands out the challenge that a second factor answers. */
async function challengeFor(
  tx: Tx,
  { now }: Caller,
  { userId, identityId, hasTotp, hasPasskey }: LocalCredentials,
): Promise<SecondFactorChallenge> {
  const challenge = newSecret();
  const expiresAt = new Date(now.getTime() + SECOND_FACTOR_TIME);
  await issueOneTime(tx, { secret: challenge, purpose: 'SECOND_FACTOR', userId, data: { identityId }, expiresAt });
  const methods: SecondFactorMethod[] = [
    ...(hasTotp ? (['TOTP'] as const) : []),
    ...(hasPasskey ? (['PASSKEY'] as const) : []),
    'RECOVERY_CODE',
  ];
  return { challenge, methods };
}

/** Ends the session that the call was made with, and the access tokens of the account. @throws AppError FORBIDDEN for a token: it is revoked, not signed out */
export async function signOut(auth: AuthServices, caller: Caller): Promise<SignedInActor> {
  const actor = requireSession(caller.actor);
  const userId = Number(actor.user.id);
  await auth.db.transaction(async (tx) => {
    await endAccessTokens(tx, userId);
    await deleteSession(tx, userId, Number(actor.credential.id));
    await record(tx, originOf(caller), { action: 'session.end', subjectId: userId });
  });
  return actor;
}
