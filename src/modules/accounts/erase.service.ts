import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { newCode } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { keepAnAdmin } from '../roles/last-admin.js';
import { erasePersonal, lockAccountWithBots, reserveHandles, setPseudonym } from './erase.store.js';
import { handleKey, handleKeys } from './handles.js';
import { lockCaller } from './lock-caller.js';
import { lockUser } from './users.store.js';

/**
 * Erases an account and its bots: everything personal goes, contributions stay under a pseudonym, and the handle is nobody's for a
 * year.
 */
async function erase(tx: Tx, userId: number, now: Date): Promise<void> {
  const userIds = await lockAccountWithBots(tx, userId);
  await reserveHandles(tx, userIds, now);
  for (const id of userIds) {
    // Forty bits: two alike are met once in a million accounts, and then tried again.
    while (!(await setPseudonym(tx, id, handleKeys(`deleted-${newCode(2).replace('-', '').toLowerCase()}`), now)));
  }
  await erasePersonal(tx, userIds, now);
}

/**
 * Deletes the caller's own account.
 * @throws UserErrors INVALID_INPUT where the handle is not repeated, LAST_ADMIN; AppError FORBIDDEN without fresh presence
 */
export async function deleteAccount(
  { db }: AuthServices,
  caller: Caller,
  { confirmHandle }: { confirmHandle: string },
): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  const { user } = actor;
  if (handleKey(confirmHandle) !== handleKey(user.handle)) {
    throw userError('INVALID_INPUT', `Repeat your handle, ${user.handle}, to delete the account.`, 'confirmHandle');
  }
  const userId = Number(user.id);
  await db.transaction((tx) =>
    keepAnAdmin(tx, caller.now, async () => {
      await lockCaller(tx, actor);
      await erase(tx, userId, caller.now);
      await record(tx, { ...originOf(caller), address: null }, { action: 'user.erase', subjectId: userId });
    }),
  );
}

/** Deletes one of the caller's bots. @throws UserErrors NOT_FOUND; AppError FORBIDDEN without fresh presence */
export async function deleteBot({ db }: AuthServices, caller: Caller, botId: number): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id: ownerId } = await lockCaller(tx, actor);
    const bot = await lockUser(tx, botId);
    if (bot?.ownerId !== ownerId) throw userError('NOT_FOUND', 'You have no such bot.', 'id');
    await erase(tx, botId, caller.now);
    await record(tx, originOf(caller), { action: 'bot.delete', subjectId: ownerId });
  });
}
