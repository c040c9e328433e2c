import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { callerNetwork } from '../../auth/limits/address.js';
import {
  credentialIdOf,
  signInOptions,
  verifySignIn,
  type PublicKeyCredentialRequestOptionsJSON,
} from '../../auth/second-factor/passkeys.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { proveSession } from '../accounts/password.service.js';
import { beginSession, refuseSuspended, type SignedIn } from '../accounts/start-session.js';
import {
  ANYBODY,
  boundTo,
  challengeTaker,
  keepChallenge,
  relyingParty,
  type ChallengeBinding,
} from './passkey-challenges.js';
import { passkeyByCredential, passkeysOf, usePasskey, type PasskeyRow } from './passkeys.store.js';
import { lockProvenAccount } from './proven-account.store.js';

/** One text for all: which passkeys there are is nobody's business. */
const notGood = () => userError('INVALID_CREDENTIALS', 'This passkey opens nothing here: begin again.', 'response');

/**
 * What a browser needs to sign in with whichever passkey it has. No handle is asked for, so nothing is told of any.
 * @throws UserErrors INVALID_INPUT; AppError RATE_LIMITED
 */
export async function startPasskeySignIn(
  auth: AuthServices,
  caller: Caller,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const rp = relyingParty(auth);
  await auth.limits.take({ limit: 'startAddress', key: callerNetwork(caller.address ?? '') });
  const { options, challenge } = await signInOptions({ rp });
  await keepChallenge(auth, caller, 'PASSKEY_SIGN_IN', challenge, ANYBODY);
  return options;
}

/**
 * The passkey whose signature a response bears, with the counter that it reported.
 * @param binding to whom the challenge was given, whose the passkey must be
 * @throws UserErrors INVALID_CREDENTIALS
 */
async function provenPasskey(
  auth: AuthServices,
  caller: Caller,
  response: unknown,
  binding: ChallengeBinding,
): Promise<{ passkey: PasskeyRow; counter: number }> {
  const rp = relyingParty(auth);
  const credentialId = credentialIdOf(response);
  const passkey = credentialId === null ? null : await passkeyByCredential(auth.db, credentialId);
  if (passkey === null || (binding.userId !== null && passkey.userId !== binding.userId)) throw notGood();
  const isChallenge = challengeTaker(auth, caller, 'PASSKEY_SIGN_IN', binding);
  const proven = await verifySignIn({ rp, response, credential: passkey, isChallenge });
  if (proven === null) throw notGood();
  return { passkey, counter: proven.counter };
}

/**
 * Signs in by a passkey, which is both factors at once: the device, and the finger or PIN that it asked for. Failed passwords
 * never stand in its way.
 * @throws UserErrors INVALID_CREDENTIALS; AppError FORBIDDEN for a suspended account
 */
export async function signInWithPasskey(
  auth: AuthServices,
  caller: Caller,
  { response }: { response: unknown },
): Promise<SignedIn> {
  const { now } = caller;
  const { passkey, counter } = await provenPasskey(auth, caller, response, ANYBODY);
  return auth.db.transaction(async (tx) => {
    const account = await lockProvenAccount(tx, passkey.userId);
    // It may have been removed, used or cloned in the meantime.
    if (account === null || !(await usePasskey(tx, passkey, counter, now))) throw notGood();
    refuseSuspended(account.suspendedUntil, account.suspensionReason, now);
    return beginSession(auth, tx, caller, account.userId, 'passkey');
  });
}

/** What a browser needs to prove presence with a passkey of the caller's. @throws UserErrors NOT_FOUND; AppError FORBIDDEN for a token */
export async function startPasskeyReauthentication(
  auth: AuthServices,
  caller: Caller,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const actor = requireSession(caller.actor);
  const allow = await passkeysOf(auth.db, Number(actor.user.id));
  if (allow.length === 0) throw userError('NOT_FOUND', 'The account has no passkey.');
  const { options, challenge } = await signInOptions({ rp: relyingParty(auth), allow });
  await keepChallenge(auth, caller, 'PASSKEY_SIGN_IN', challenge, boundTo(actor));
  return options;
}

/** Proves presence by a passkey of the caller's. @throws UserErrors INVALID_CREDENTIALS; AppError FORBIDDEN for a token */
export async function reauthenticateWithPasskey(
  auth: AuthServices,
  caller: Caller,
  { response }: { response: unknown },
): Promise<SignedIn> {
  const actor = requireSession(caller.actor);
  const { passkey, counter } = await provenPasskey(auth, caller, response, boundTo(actor));
  return auth.db.transaction(async (tx) => {
    await lockCaller(tx, actor);
    if (!(await usePasskey(tx, passkey, counter, caller.now))) throw notGood();
    return proveSession(auth, tx, caller, 'passkey');
  });
}
