import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccessTokens } from '../../auth/end-access.js';
import { newTotpKey, totpSecretText, totpUri } from '../../auth/second-factor/totp.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { recoveryCodesIfNone } from './recovery-codes.service.js';
import { totpStep } from './second-factor-code.service.js';
import { confirmTotpKey, deleteTotp, findTotp, putTotp } from './totp.store.js';

/** What authenticator apps call the service. */
const ISSUER = 'MCP WebService';

const alreadyOn = () => userError('ALREADY_EXISTS', 'The account has an authenticator app: disable it first.');

/** The key of an authenticator app, for its owner's eyes alone. */
export interface TotpSecret {
  /** Base32, for typing by hand. */
  secret: string;
  /** An `otpauth:` address, for a QR code. */
  uri: string;
}

/**
 * Makes a key for the caller's authenticator app, in place of one that was never confirmed. It counts once confirmed.
 * @throws UserErrors ALREADY_EXISTS; AppError FORBIDDEN without presence
 */
export async function startTotp({ db, keyring }: AuthServices, caller: Caller): Promise<TotpSecret> {
  const actor = requirePresence(caller.actor, caller.now);
  const key = newTotpKey();
  await db.transaction(async (tx) => {
    const { id } = await lockCaller(tx, actor);
    if (!(await putTotp(tx, id, keyring.encrypt('totp', key, String(id))))) throw alreadyOn();
  });
  return { secret: totpSecretText(key), uri: totpUri({ key, issuer: ISSUER, account: actor.user.handle }) };
}

/**
 * Lets the authenticator app count from now on: its first code shows that the key has arrived. All other sessions end.
 * @returns recovery codes, where the account has none yet
 * @throws UserErrors CODE_INVALID, NOT_FOUND, ALREADY_EXISTS; AppError FORBIDDEN without presence
 */
export async function confirmTotp(
  auth: AuthServices,
  caller: Caller,
  { code }: { code: string },
): Promise<string[] | null> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  return auth.db.transaction(async (tx) => {
    const { id } = await lockCaller(tx, actor);
    const totp = await findTotp(tx, id);
    if (totp === null) throw userError('NOT_FOUND', 'There is no key to confirm: begin with startTotp.');
    if (totp.confirmed) throw alreadyOn();
    const step = totpStep(auth, id, totp, code, now);
    if (step === null) {
      throw userError('CODE_INVALID', 'This is not the code that the app shows now. Is its clock right?', 'code');
    }
    await confirmTotpKey(tx, id, step, now);
    await endAccessTokens(tx, id);
    await deleteSessions(tx, id, Number(actor.credential.id));
    await record(tx, originOf(caller), { action: 'totp.enable', subjectId: id });
    return recoveryCodesIfNone(tx, caller, id);
  });
}

/** Takes the authenticator app off the account. @throws UserErrors NOT_FOUND; AppError FORBIDDEN without presence */
export async function disableTotp({ db }: AuthServices, caller: Caller): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id } = await lockCaller(tx, actor);
    if (!(await deleteTotp(tx, id))) throw userError('NOT_FOUND', 'The account has no authenticator app.');
    await record(tx, originOf(caller), { action: 'totp.disable', subjectId: id });
  });
}
