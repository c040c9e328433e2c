import { requirePermission, requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccess } from '../../auth/end-access.js';
import { consumeOneTime, issueOneTime, revokeOneTime } from '../../auth/one-time.store.js';
import { Permission } from '../../auth/permissions.js';
import { newCode, normaliseCode } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record, type Origin } from '../audit/audit.store.js';
import { requiredReason } from '../audit/reasons.js';
import { inTurn } from '../roles/in-turn.js';
import { keepAnAdmin } from '../roles/last-admin.js';
import { handleKey } from './handles.js';
import { lockCaller } from './lock-caller.js';
import { moveBelongings } from './merge.store.js';
import { beginSession, type SignedIn } from './start-session.js';
import { lockUser, type UserRow } from './users.store.js';

const DAY = 86_400_000;

/** A code to be redeemed in the account that goes. */
export interface MergeCode {
  /** Names the account that stays, so that whoever redeems it sees where everything will go: `alice.7QK2-0VXN-…` */
  code: string;
  expiresAt: Date;
}

/** What is hashed of a code, however it was typed. */
function mergeSecret(code: string): string {
  const end = code.lastIndexOf('.');
  return `${handleKey(code.slice(0, Math.max(end, 0)))}.${normaliseCode(code.slice(end + 1))}`;
}

/** Makes a one-day code that merges another account into the caller's. An earlier one counts no more. */
export async function startAccountMerge({ db }: AuthServices, caller: Caller): Promise<MergeCode> {
  const actor = requirePresence(caller.actor, caller.now);
  const userId = Number(actor.user.id);
  const code = `${actor.user.handle}.${newCode(5)}`;
  const expiresAt = new Date(caller.now.getTime() + DAY);
  await db.transaction(async (tx) => {
    await lockCaller(tx, actor);
    await revokeOneTime(tx, 'ACCOUNT_MERGE', userId);
    await issueOneTime(tx, { secret: mergeSecret(code), purpose: 'ACCOUNT_MERGE', userId, expiresAt });
    await record(tx, originOf(caller), { action: 'merge_code.create', subjectId: userId });
  });
  return { code, expiresAt };
}

/** Both accounts of a merge, the one that goes first, held in the order of their ids. @throws UserErrors naming the one that can not be merged */
async function lockBoth(tx: Tx, from: number, into: number, now: Date): Promise<[UserRow, UserRow]> {
  if (from === into) throw userError('INVALID_INPUT', 'An account can not be merged into itself.');
  const locked = new Map<number, UserRow | null>();
  for (const id of [from, into].sort((a, b) => a - b)) locked.set(id, await lockUser(tx, id));
  const check = (id: number, path: string): UserRow => {
    const user = locked.get(id) ?? null;
    if (user === null) throw userError('NOT_FOUND', 'There is no such account.', path);
    if (user.isBot) throw userError('INVALID_INPUT', `${user.handle} is a bot; bots are not merged.`, path);
    if (user.suspendedUntil !== null && user.suspendedUntil > now) {
      throw userError('INVALID_INPUT', `${user.handle} is suspended; a merge would end that.`, path);
    }
    return user;
  };
  return [check(from, 'from'), check(into, 'into')];
}

/**
 * Merges an account into another: identities, passkeys, bots and roles go over, history shows the one that stays, and the password,
 * sessions and tokens of the one that goes end. Its handle stays taken, and leads to the other.
 */
async function merge(
  tx: Tx,
  by: Origin,
  now: Date,
  [gone, kept]: readonly [UserRow, UserRow],
  reason?: string,
): Promise<void> {
  // Before the bots change hands: their tokens were made by the one that goes.
  await endAccess(tx, gone.id);
  await moveBelongings(tx, gone.id, kept.id, now);
  const why = reason === undefined ? '' : `: ${reason}`;
  // By number: handles would outlive their owners here.
  await record(tx, by, { action: 'user.merge', subjectId: gone.id, detail: `into user ${kept.id}${why}` });
  await record(tx, by, { action: 'user.merge', subjectId: kept.id, detail: `user ${gone.id} into this one${why}` });
}

/**
 * Merges the caller's account into the one that made the code, and signs the caller in there.
 * @throws UserErrors CODE_INVALID, CODE_EXPIRED, INVALID_INPUT, LAST_ADMIN; AppError FORBIDDEN, RATE_LIMITED
 */
export async function redeemAccountMerge(
  auth: AuthServices,
  caller: Caller,
  { code }: { code: string },
): Promise<SignedIn> {
  const actor = requirePresence(caller.actor, caller.now);
  const from = Number(actor.user.id);
  const counted = { limit: 'codeUser', key: actor.user.id } as const;
  await auth.limits.take(counted);
  const signedIn = await auth.db.transaction((tx) =>
    keepAnAdmin(tx, caller.now, async () => {
      const found = await consumeOneTime(tx, 'ACCOUNT_MERGE', mergeSecret(code));
      const into = found?.userId ?? null;
      if (found === null || into === null) throw userError('CODE_INVALID', 'There is no such code.', 'code');
      if (found.expiresAt <= caller.now) throw userError('CODE_EXPIRED', 'This code is older than a day.', 'code');
      const both = await lockBoth(tx, from, into, caller.now);
      await lockCaller(tx, actor);
      await merge(tx, originOf(caller), caller.now, both);
      return beginSession(auth, tx, caller, into, 'merge');
    }),
  );
  await auth.limits.giveBack(counted);
  return signedIn;
}

/**
 * Merges two accounts of other people. @returns the one that stays
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, LAST_ADMIN; AppError FORBIDDEN
 */
export async function adminMergeAccounts(
  auth: AuthServices,
  caller: Caller,
  { from, into, reason }: { from: number; into: number; reason: string },
): Promise<number> {
  requirePermission(requirePresence(caller.actor, caller.now), Permission.IDENTITY_MANAGE, caller.now, 'ALL');
  const why = requiredReason(reason);
  await inTurn(auth, caller, async (tx, { actor, now }) => {
    requirePermission(actor, Permission.IDENTITY_MANAGE, now, 'ALL');
    if ([from, into].includes(Number(actor.user.id))) {
      throw userError('INVALID_INPUT', 'Your own account you merge with startAccountMerge.', 'from');
    }
    await keepAnAdmin(tx, now, async () => {
      const both = await lockBoth(tx, from, into, now);
      await merge(tx, originOf(caller), now, both, why);
    });
  });
  return into;
}
