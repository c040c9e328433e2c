import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { callerNetwork } from '../../auth/limits/address.js';
import type { OAuthProviderName, ProviderProfile } from '../../auth/oauth/index.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { AppError, badInput } from '../../shared/errors.js';
import { handlesFor } from '../accounts/handles.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { proveSession } from '../accounts/password.service.js';
import { beginSession, refuseSuspended, type SignedIn } from '../accounts/start-session.js';
import { insertUser, lockUser, type UserRow } from '../accounts/users.store.js';
import { originOf, record } from '../audit/audit.store.js';
import { identityBySubject, insertIdentity, noteIdentityUse, type OwnedIdentity } from './identities.store.js';
import { linkProven, type LinkedElsewhere } from './link.service.js';
import { takeFlow, type TakenFlow } from './oauth-flow.service.js';

/** What a provider sends the browser back with (RFC 6749 section 4.1.2, RFC 9207). */
export interface ProviderCallback {
  provider: OAuthProviderName;
  state: string | null;
  code: string | null;
  /** An error code in place of the code. */
  error: string | null;
  issuer: string | null;
}

/** Where to go on, with Set-Cookie headers for the answer; or who has the identity that was to be linked. */
export type CallbackOutcome =
  | { kind: 'DONE'; returnTo: string; setCookies: string[] }
  | ({ kind: 'LINKED_ELSEWHERE'; title: string } & LinkedElsewhere);

/** Longer ones no provider makes. */
const MAX_CODE = 1_000;

/**
 * Finishes a round trip through a provider: signs in, links, or proves presence, whichever it was begun for.
 * @throws AppError BAD_USER_INPUT, FORBIDDEN, CONFLICT, RATE_LIMITED; ProviderError
 */
export async function finishFlow(
  auth: AuthServices,
  caller: Caller,
  callback: ProviderCallback,
): Promise<CallbackOutcome> {
  const { client, intent, returnTo, codeVerifier } = await takeFlow(auth, caller, callback);
  const { code, error } = callback;
  if (error === 'access_denied') {
    throw new AppError('FORBIDDEN', `${client.title} was not allowed to tell who you are. Nothing was changed.`);
  }
  if (error !== null || code === null || code === '' || code.length > MAX_CODE) {
    throw badInput(`${client.title} did not say who you are. Nothing was changed; start again.`);
  }
  const profile = await client.profile({ code, codeVerifier });
  if (intent === 'LINK') {
    const elsewhere = await linkProven(auth, caller, profile);
    if (elsewhere !== null) return { kind: 'LINKED_ELSEWHERE', title: client.title, ...elsewhere };
    return { kind: 'DONE', returnTo, setCookies: [] };
  }
  const prove = intent === 'SIGN_IN' ? signInBy : reauthenticateBy;
  const { setCookies } = await prove(auth, caller, profile, client);
  return { kind: 'DONE', returnTo, setCookies };
}

type Prover = (
  auth: AuthServices,
  caller: Caller,
  profile: ProviderProfile,
  client: TakenFlow['client'],
) => Promise<SignedIn>;

/** Signs in to the account that has the identity, or to a new one. */
const signInBy: Prover = async (auth, caller, profile, { title }) => {
  for (let tries = 0; tries < 3; tries++) {
    const found = await identityBySubject(auth.db, profile.provider, profile.subject);
    const signedIn =
      found === null ? await signUpBy(auth, caller, profile) : await enter(auth, caller, found, profile, title);
    if (signedIn !== null) return signedIn;
  }
  throw new AppError('CONFLICT', `This ${title} account changes hands just now. Try again.`);
};

/** Signs in to an account. Null where the identity has meanwhile ceased to be a way in to it. */
async function enter(
  auth: AuthServices,
  caller: Caller,
  found: OwnedIdentity,
  { provider, displayName }: ProviderProfile,
  title: string,
): Promise<SignedIn | null> {
  if (found.state !== 'ACTIVE') {
    throw new AppError(
      'FORBIDDEN',
      `This ${title} account does not count until its owner has confirmed it: sign in by another way, and confirm it there.`,
    );
  }
  refuseSuspended(found.suspendedUntil, found.suspensionReason, caller.now);
  return auth.db.transaction(async (tx) => {
    // Held, so that no session slips past a recovery of the account that sets this identity aside at the same moment.
    const held = await lockUser(tx, found.userId);
    if (held === null || !(await noteIdentityUse(tx, found, displayName, caller.now))) return null;
    return beginSession(auth, tx, caller, found.userId, provider);
  });
}

/** Undoes a sign-up whose identity another request has linked at the same moment. */
class LinkedMeanwhile extends Error {}

/** Makes an account for an identity that none has. Null where one has it by now. */
async function signUpBy(
  auth: AuthServices,
  caller: Caller,
  { provider, subject, displayName }: ProviderProfile,
): Promise<SignedIn | null> {
  const counted = { limit: 'signUpAddress', key: callerNetwork(caller.address ?? '') } as const;
  await auth.limits.take(counted);
  try {
    return await auth.db.transaction(async (tx) => {
      const { id: userId } = await insertUserCalled(tx, displayName);
      const { now } = caller;
      const identity = { userId, provider, subject, displayName, now, usedAt: now };
      if ((await insertIdentity(tx, identity)) === null) throw new LinkedMeanwhile();
      const by = { ...originOf(caller), actorId: userId, via: null };
      await record(tx, by, { action: 'user.sign_up', subjectId: userId, detail: `by ${provider}` });
      return beginSession(auth, tx, caller, userId, provider);
    });
  } catch (error) {
    if (!(error instanceof LinkedMeanwhile)) throw error;
    await auth.limits.giveBack(counted);
    return null;
  }
}

async function insertUserCalled(tx: Tx, name: string): Promise<UserRow> {
  for (const handle of handlesFor(name)) {
    const user = await insertUser(tx, { handle });
    if (user !== null) return user;
  }
  throw new AppError('CONFLICT', 'Every handle like that name is taken. Sign up here with another one, then link.');
}

/** Proves presence by an identity that the caller has already. */
const reauthenticateBy: Prover = async (auth, caller, { provider, subject, displayName }, { title }) => {
  const actor = requireSession(caller.actor);
  return auth.db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const found = await identityBySubject(tx, provider, subject);
    const isOwn = found !== null && found.userId === userId;
    if (!isOwn || !(await noteIdentityUse(tx, found, displayName, caller.now))) {
      throw new AppError('FORBIDDEN', `This is not the ${title} account that is linked to yours. Nothing was changed.`);
    }
    return proveSession(auth, tx, caller, provider);
  });
};
