import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { newRecoveryCodes } from '../../auth/second-factor/recovery-codes.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { countRecoveryCodes, putRecoveryCodes } from './recovery-codes.store.js';

async function replaceCodes(tx: Tx, caller: Caller, userId: number): Promise<string[]> {
  const codes = newRecoveryCodes();
  await putRecoveryCodes(tx, userId, codes);
  await record(tx, originOf(caller), { action: 'recovery_codes.create', subjectId: userId });
  return codes;
}

/** Recovery codes for an account that has none: a lost second factor must not be the end of it. Null where it has some. */
export const recoveryCodesIfNone = async (tx: Tx, caller: Caller, userId: number): Promise<string[] | null> =>
  (await countRecoveryCodes(tx, userId)) > 0 ? null : replaceCodes(tx, caller, userId);

/** Ten recovery codes in place of those that the caller has. @throws AppError FORBIDDEN without presence */
export function createRecoveryCodes({ db }: AuthServices, caller: Caller): Promise<string[]> {
  const actor = requirePresence(caller.actor, caller.now);
  return db.transaction(async (tx) => {
    const { id } = await lockCaller(tx, actor);
    return replaceCodes(tx, caller, id);
  });
}
