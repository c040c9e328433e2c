import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { consumeOneTime, issueOneTime } from '../../auth/one-time.store.js';
import { newSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { AppError } from '../../shared/errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { accountData, type AccountData } from './export.store.js';

/** How long the address of an export is good, in milliseconds. */
const LIFETIME = 10 * 60_000;

/** Where the export is fetched. */
export const EXPORT_PATH = '/account/export';

/**
 * Makes the address of one JSON file with all that is held on the caller. It is good once, for 10 minutes, and in the caller's
 * session alone.
 */
export async function startExport({ db, publicUrl }: AuthServices, caller: Caller): Promise<string> {
  const { user, credential } = requirePresence(caller.actor, caller.now);
  const secret = newSecret();
  const userId = Number(user.id);
  await db.transaction(async (tx) => {
    await issueOneTime(tx, {
      secret,
      purpose: 'ACCOUNT_EXPORT',
      userId,
      sessionId: Number(credential.id),
      expiresAt: new Date(caller.now.getTime() + LIFETIME),
    });
    await record(tx, originOf(caller), { action: 'user.export', subjectId: userId });
  });
  return `${publicUrl}${EXPORT_PATH}?code=${secret}`;
}

/** The file behind such an address. @throws AppError UNAUTHENTICATED, FORBIDDEN for a token, NOT_FOUND for any other code */
export async function readExport({ db }: AuthServices, caller: Caller, code: string): Promise<AccountData> {
  const { user, credential } = requireSession(caller.actor);
  return db.transaction(async (tx) => {
    const found = await consumeOneTime(tx, 'ACCOUNT_EXPORT', code);
    const own = found?.userId === Number(user.id) && found.sessionId === Number(credential.id);
    if (!own || found.expiresAt <= caller.now) {
      throw new AppError('NOT_FOUND', 'This address is not good any more: it is good once, for 10 minutes, for you.');
    }
    return accountData(tx, Number(user.id));
  });
}
