import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import { userError, UserErrors } from '../../shared/user-errors.js';
import { checkHandle, isReservedHandle } from '../accounts/handles.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { createUser, taken } from '../accounts/sign-up.service.js';
import { botsOf, type UserRow } from '../accounts/users.store.js';
import { originOf, record } from '../audit/audit.store.js';

/** How many bots a person may own. */
export const MAX_BOTS = 20;

/**
 * Makes a bot: an account that a person owns, with no way in but API tokens, which its owner makes.
 * @throws UserErrors INVALID_INPUT, HANDLE_TAKEN
 */
export async function createBot({ db }: AuthServices, caller: Caller, input: { handle: string }): Promise<UserRow> {
  const actor = requirePresence(caller.actor, caller.now);
  const handle = checkHandle(input.handle);
  if (isReservedHandle(handle)) throw new UserErrors([taken(handle.handle)]);
  return db.transaction(async (tx) => {
    const owner = await lockCaller(tx, actor);
    if ((await botsOf(tx, [owner.id])).length >= MAX_BOTS) {
      throw userError('INVALID_INPUT', `A person owns ${MAX_BOTS} bots at most.`);
    }
    const bot = await createUser(tx, handle, owner.id);
    await record(tx, originOf(caller), { action: 'bot.create', subjectId: bot.id });
    return bot;
  });
}
