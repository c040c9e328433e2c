import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import {
  consumeOneTime,
  issueOneTime,
  peekOneTime,
  revokeOneTimeAbout,
  type OneTimeSecret,
} from '../../auth/one-time.store.js';
import { newCode, normaliseCode } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { AppError } from '../../shared/errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { linkedElsewhere, reportedAccount, stillSpeaksFor, type SeenAccount } from './irc-accounts.js';
import { linkIrcAccount, type IrcAccount } from './irc-identities.store.js';
import { codeEnd, codeExpired, codeInvalid } from './irc-link.service.js';

/** What an offer stands for. */
export interface IrcOffer extends IrcAccount {
  /** Who asked for it, as they were called just then. */
  nick: string;
  /** The bot that tells it. */
  botId: number;
}

/**
 * Hands out an address for whoever has an IRC account: somebody who is signed in accepts the link there. An earlier one for that
 * account counts no more.
 * @throws UserErrors INVALID_INPUT; AppError FORBIDDEN, RATE_LIMITED
 */
export async function offerIrcLink(
  auth: AuthServices,
  caller: Caller,
  seen: SeenAccount,
): Promise<{ url: string; expiresAt: Date }> {
  const { db, limits, publicUrl } = auth;
  const said = await reportedAccount(auth, caller, seen);
  await limits.take({ limit: 'ircOffers', key: `${said.network} ${said.accountId}` });
  const code = newCode(4);
  const expiresAt = codeEnd(caller.now);
  const data: IrcOffer = { ...said, nick: seen.nick };
  await db.transaction(async (tx) => {
    const { network, accountId } = said;
    await revokeOneTimeAbout(tx, 'IRC_OFFER', null, { network, accountId });
    await issueOneTime(tx, { secret: code, purpose: 'IRC_OFFER', data: { ...data }, expiresAt });
  });
  return { url: `${publicUrl}/account/link-irc?code=${code}`, expiresAt };
}

/** @throws UserErrors CODE_INVALID, CODE_EXPIRED */
function openOffer(found: OneTimeSecret | null, now: Date): IrcOffer {
  if (found === null) throw codeInvalid();
  if (found.expiresAt <= now) throw codeExpired();
  return found.data as unknown as IrcOffer;
}

/**
 * What somebody with a session is asked to accept; the code stays as it is.
 * @throws UserErrors CODE_INVALID, CODE_EXPIRED; AppError UNAUTHENTICATED, FORBIDDEN for a token
 */
export async function shownIrcOffer({ db }: AuthServices, caller: Caller, code: string): Promise<IrcOffer> {
  requireSession(caller.actor);
  return openOffer(await peekOneTime(db, 'IRC_OFFER', normaliseCode(code)), caller.now);
}

/**
 * Links the IRC account of an offer to the caller, where it counts at once: its owner asked for it there, and the caller accepts here.
 * A code is used up by any try, whoever makes it.
 * @throws UserErrors CODE_INVALID, CODE_EXPIRED, IDENTITY_IN_USE; AppError FORBIDDEN without fresh presence, RATE_LIMITED
 */
export async function acceptIrcLink(
  { db, limits }: AuthServices,
  caller: Caller,
  input: { code: string },
): Promise<void> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  const counted = { limit: 'codeUser', key: actor.user.id } as const;
  await limits.take(counted);
  const offer = openOffer(await consumeOneTime(db, 'IRC_OFFER', normaliseCode(input.code)), now);
  await db.transaction(async (tx) => {
    const { id: userId, isBot } = await lockCaller(tx, actor);
    if (isBot) throw new AppError('FORBIDDEN', 'Bots have no identities.');
    // What a bot told counts no more once it was stopped.
    if (!(await stillSpeaksFor(tx, offer.botId, offer.network, now))) throw codeInvalid();
    if ((await linkIrcAccount(tx, userId, offer, 'ACTIVE', now)) === null) throw linkedElsewhere();
    await record(tx, originOf(caller), { action: 'identity.link', subjectId: userId, detail: 'IRC' });
  });
  await limits.giveBack(counted);
}
