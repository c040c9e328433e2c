import { isIP } from 'node:net';
import type { SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { consumeOneTime, issueOneTime } from '../../auth/one-time.store.js';
import { relyingPartyOf, type RelyingParty } from '../../auth/second-factor/passkeys.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';

/** How long a challenge counts, in milliseconds: browsers give people five minutes. */
const LIFETIME = 6 * 60_000;

/** Whose answer to a challenge counts: anybody's, or that of one session. */
export interface ChallengeBinding {
  userId: number | null;
  sessionId: number | null;
}

export const ANYBODY: ChallengeBinding = { userId: null, sessionId: null };

/** The session that asks. */
export const boundTo = ({ user, credential }: SignedInActor): ChallengeBinding => ({
  userId: Number(user.id),
  sessionId: Number(credential.id),
});

type PasskeyPurpose = 'PASSKEY_REGISTRATION' | 'PASSKEY_SIGN_IN';

/** The site that passkeys are bound to. @throws UserErrors INVALID_INPUT where browsers know none for its address */
export function relyingParty({ publicUrl }: Pick<AuthServices, 'publicUrl'>): RelyingParty {
  const rp = relyingPartyOf(publicUrl);
  if (isIP(rp.id.replace(/[[\]]/g, '')) === 0) return rp;
  throw userError('INVALID_INPUT', 'Passkeys belong to a host name, and this service is reached by an IP address.');
}

/** Keeps the hash of a challenge that is about to be handed out. */
export async function keepChallenge(
  { db }: Pick<AuthServices, 'db'>,
  { now }: Caller,
  purpose: PasskeyPurpose,
  challenge: string,
  binding: ChallengeBinding,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + LIFETIME);
  await issueOneTime(db, { secret: challenge, purpose, ...binding, expiresAt });
}

/** For the verification of an answer: uses a challenge up, and says whether it was handed out for this. */
export const challengeTaker =
  ({ db }: Pick<AuthServices, 'db'>, { now }: Caller, purpose: PasskeyPurpose, binding: ChallengeBinding) =>
  async (challenge: string): Promise<boolean> => {
    const kept = await consumeOneTime(db, purpose, challenge);
    if (kept === null || kept.expiresAt <= now) return false;
    return kept.userId === binding.userId && kept.sessionId === binding.sessionId;
  };
