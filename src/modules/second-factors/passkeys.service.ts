import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import {
  registrationOptions,
  verifyRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
} from '../../auth/second-factor/passkeys.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { countWaysIn } from '../accounts/credentials.store.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { boundTo, challengeTaker, keepChallenge, relyingParty } from './passkey-challenges.js';
import { deletePasskey, insertPasskey, passkeysOf, type PasskeyRow } from './passkeys.store.js';
import { recoveryCodesIfNone } from './recovery-codes.service.js';

/** Passkeys of one account. */
export const MAX_PASSKEYS = 20;

/** Characters of a passkey's name. */
export const MAX_NAME_LENGTH = 60;

const tooMany = () => userError('INVALID_INPUT', `An account has up to ${MAX_PASSKEYS} passkeys: remove one first.`);

/** @throws UserErrors INVALID_INPUT */
function checkName(given: string): string {
  const name = given.trim();
  // No control or format characters, private ones, or line breaks: what is shown in a list stays in its line.
  if (/^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(name) && [...name].length <= MAX_NAME_LENGTH) return name;
  throw userError('INVALID_INPUT', `A passkey's name has 1 to ${MAX_NAME_LENGTH} printable characters.`, 'name');
}

/**
 * What a browser needs to make a passkey for the caller.
 * @throws UserErrors INVALID_INPUT; AppError FORBIDDEN without presence
 */
export async function startPasskeyRegistration(
  auth: AuthServices,
  caller: Caller,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const actor = requirePresence(caller.actor, caller.now);
  const known = await passkeysOf(auth.db, Number(actor.user.id));
  if (known.length >= MAX_PASSKEYS) throw tooMany();
  const { options, challenge } = await registrationOptions({ rp: relyingParty(auth), user: actor.user, known });
  await keepChallenge(auth, caller, 'PASSKEY_REGISTRATION', challenge, boundTo(actor));
  return options;
}

/** A passkey that was just made. */
export interface NewPasskeyOutcome {
  passkey: PasskeyRow;
  /** Where the account had none yet. */
  recoveryCodes: string[] | null;
}

/**
 * Adds the passkey that a browser made to the caller's account.
 * @throws UserErrors INVALID_INPUT, CODE_INVALID, ALREADY_EXISTS; AppError FORBIDDEN without presence
 */
export async function finishPasskeyRegistration(
  auth: AuthServices,
  caller: Caller,
  input: { name: string; response: unknown },
): Promise<NewPasskeyOutcome> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  const name = checkName(input.name);
  const made = await verifyRegistration({
    rp: relyingParty(auth),
    response: input.response,
    isChallenge: challengeTaker(auth, caller, 'PASSKEY_REGISTRATION', boundTo(actor)),
  });
  if (made === null) {
    throw userError(
      'CODE_INVALID',
      'This passkey does not answer the challenge that was given: begin again.',
      'response',
    );
  }
  return auth.db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    if ((await passkeysOf(tx, userId)).length >= MAX_PASSKEYS) throw tooMany();
    const passkey = await insertPasskey(tx, { ...made, userId, name, createdAt: now });
    if (passkey === null) throw userError('ALREADY_EXISTS', 'This passkey is in use already.', 'response');
    await record(tx, originOf(caller), { action: 'passkey.add', subjectId: userId });
    return { passkey, recoveryCodes: await recoveryCodesIfNone(tx, caller, userId) };
  });
}

/**
 * Removes a passkey of the caller's; the last way into an account stays.
 * @throws UserErrors NOT_FOUND, LAST_CREDENTIAL; AppError FORBIDDEN without presence
 */
export async function removePasskey({ db }: AuthServices, caller: Caller, id: number): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    if (!(await deletePasskey(tx, userId, id))) throw userError('NOT_FOUND', 'You have no such passkey.', 'id');
    if ((await countWaysIn(tx, userId)) === 0) {
      throw userError('LAST_CREDENTIAL', 'This passkey is the last way into the account: add another one first.', 'id');
    }
    await record(tx, originOf(caller), { action: 'passkey.remove', subjectId: userId });
  });
}
