import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccessTokens } from '../../auth/end-access.js';
import type { ProviderProfile } from '../../auth/oauth/index.js';
import { consumeOneTime, issueOneTime } from '../../auth/one-time.store.js';
import { newCode, normaliseCode } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import { AppError } from '../../shared/errors.js';
import { userError } from '../../shared/user-errors.js';
import { countWaysIn } from '../accounts/credentials.store.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { lockUser } from '../accounts/users.store.js';
import { originOf, record } from '../audit/audit.store.js';
import {
  activateIdentity,
  deleteIdentity,
  identitiesById,
  identityBySubject,
  insertIdentity,
  reassignIdentity,
} from './identities.store.js';
import { isOfSession } from './oauth-flow.service.js';

/** How long a code to move an identity counts, in milliseconds. */
const CODE_TIME = 10 * 60_000;

/** Another account has the identity. Whoever has proven it may move it, with this code. */
export interface LinkedElsewhere {
  /** The account's handle. */
  handle: string;
  code: string;
}

/** What a code moves: an identity, for as long as the account that was shown still has it. */
interface MoveData {
  identityId: number;
  from: number;
}

/**
 * Links an identity that the caller has just proven. What is the caller's already stays as it is; what is another account's
 * stays there, and the caller gets a code to move it.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN, CONFLICT
 */
export async function linkProven(
  { db }: AuthServices,
  caller: Caller,
  { provider, subject, displayName }: ProviderProfile,
): Promise<LinkedElsewhere | null> {
  const actor = requireSession(caller.actor);
  const { now } = caller;
  return db.transaction(async (tx) => {
    const { id: userId, isBot } = await lockCaller(tx, actor);
    if (isBot) throw new AppError('FORBIDDEN', 'Bots have no identities.');
    const linked = await insertIdentity(tx, { userId, provider, subject, displayName, now, usedAt: null });
    if (linked !== null) {
      await record(tx, originOf(caller), { action: 'identity.link', subjectId: userId, detail: provider });
      return null;
    }
    const found = await identityBySubject(tx, provider, subject);
    if (found === null) throw new AppError('CONFLICT', 'This identity changes hands just now. Try again.');
    if (found.userId === userId) return null;
    const code = newCode(4);
    const data: MoveData = { identityId: found.id, from: found.userId };
    await issueOneTime(tx, {
      secret: code,
      purpose: 'IDENTITY_MOVE',
      userId,
      sessionId: Number(actor.credential.id),
      data: { ...data },
      expiresAt: new Date(now.getTime() + CODE_TIME),
    });
    return { handle: found.handle, code };
  });
}

/**
 * Moves an identity that another account has to the caller, who has proven both. The other account's sessions end. A code is
 * used up by any try, whoever makes it.
 * @throws UserErrors CODE_INVALID, CODE_EXPIRED, LAST_CREDENTIAL, INVALID_INPUT; AppError FORBIDDEN, RATE_LIMITED
 */
export async function moveIdentity(auth: AuthServices, caller: Caller, { code }: { code: string }): Promise<void> {
  const { db, limits } = auth;
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  const to = Number(actor.user.id);
  const counted = { limit: 'codeUser', key: actor.user.id } as const;
  await limits.take(counted);
  const invalid = () => userError('CODE_INVALID', 'There is no such code, or it was used already.', 'code');
  const found = await consumeOneTime(db, 'IDENTITY_MOVE', normaliseCode(code));
  if (found === null || !isOfSession(found, actor)) throw invalid();
  if (found.expiresAt <= now) throw userError('CODE_EXPIRED', 'This code is older than 10 minutes.', 'code');
  const { identityId, from } = found.data as unknown as MoveData;
  await db.transaction(async (tx) => {
    // In the order of their ids, as wherever two accounts are held.
    if (to < from) await lockCaller(tx, actor);
    const other = await lockUser(tx, from);
    if (to > from) await lockCaller(tx, actor);
    if (other?.suspendedUntil != null && other.suspendedUntil > now) {
      throw userError('INVALID_INPUT', 'The other account is suspended: nothing can be moved away from it.', 'code');
    }
    const provider = await reassignIdentity(tx, identityId, { from, to }, now);
    if (provider === null) throw invalid();
    if ((await countWaysIn(tx, from)) === 0) {
      throw userError(
        'LAST_CREDENTIAL',
        'It is the last way in to the other account: merge the two instead, with startAccountMerge.',
        'code',
      );
    }
    await endAccessTokens(tx, from);
    await deleteSessions(tx, from);
    const detail = `${provider}, from user ${from} to user ${to}`;
    for (const subjectId of [from, to]) {
      await record(tx, originOf(caller), { action: 'identity.move', subjectId, detail });
    }
  });
  await limits.giveBack(counted);
}

/**
 * Removes one of the caller's identities, but never the last way in. Sessions stay.
 * @throws UserErrors NOT_FOUND, LAST_CREDENTIAL; AppError FORBIDDEN
 */
export async function unlinkIdentity({ db }: AuthServices, caller: Caller, id: number): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const provider = await deleteIdentity(tx, userId, id);
    if (provider === null) throw notYours();
    if ((await countWaysIn(tx, userId)) === 0) {
      throw userError(
        'LAST_CREDENTIAL',
        'Without it nobody could sign in to your account: link another one first.',
        'id',
      );
    }
    await record(tx, originOf(caller), { action: 'identity.unlink', subjectId: userId, detail: provider });
  });
}

/**
 * Lets an identity of the caller count: one that a bot reported, or one that was set aside when the account was recovered.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN
 */
export async function confirmIdentity({ db }: AuthServices, caller: Caller, id: number): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const provider = await activateIdentity(tx, userId, id);
    if (provider !== null) {
      await record(tx, originOf(caller), { action: 'identity.confirm', subjectId: userId, detail: provider });
      return;
    }
    const [found] = await identitiesById(tx, [id]);
    if (found?.userId !== userId) throw notYours();
  });
}

const notYours = () => userError('NOT_FOUND', 'You have no such identity.', 'id');
