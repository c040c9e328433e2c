import { requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { consumeOneTime, issueOneTime, revokeOneTimeAbout } from '../../auth/one-time.store.js';
import { newCode, normaliseCode } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { lockUser, type UserRow } from '../accounts/users.store.js';
import { originOf, record } from '../audit/audit.store.js';
import { linkedElsewhere, reportedAccount, requireBotOf, type SeenAccount } from './irc-accounts.js';
import { linkIrcAccount } from './irc-identities.store.js';
import { ircNetworks, type IrcNetwork } from './irc-networks.store.js';

/** How long codes to link an IRC account count, in minutes. */
export const CODE_MINUTES = 10;

/** When a code counts no more that is handed out now. */
export const codeEnd = (now: Date): Date => new Date(now.getTime() + CODE_MINUTES * 60_000);

export const codeInvalid = () => userError('CODE_INVALID', 'There is no such code, or it was used already.', 'code');

export const codeExpired = () =>
  userError('CODE_EXPIRED', `This code is older than ${CODE_MINUTES} minutes: take a new one.`, 'code');

/** A code to say to the bot of a network, and how. */
export interface IrcLinkCode {
  code: string;
  expiresAt: Date;
  /** One sentence for people. */
  instructions: string;
}

/** The networks whose accounts can be linked, by name. */
export const linkableNetworks = ({ db }: Pick<AuthServices, 'db'>, now: Date): Promise<IrcNetwork[]> =>
  ircNetworks(db, now);

/** The network that somebody means, however it is written. @throws UserErrors NOT_FOUND naming those that there are */
async function networkCalled(db: Sql, asked: string, now: Date): Promise<IrcNetwork> {
  const networks = await ircNetworks(db, now);
  const found = networks.find(({ name }) => name.toLowerCase() === asked.trim().toLowerCase());
  if (found !== undefined) return found;
  const there =
    networks.length === 0
      ? 'no bot is set up for any network'
      : `the networks are ${networks.map(({ name }) => name).join(', ')}`;
  throw userError('NOT_FOUND', `There is no such IRC network here: ${there}.`, 'network');
}

/**
 * Hands out a code that the caller says to the bot of an IRC network, so that the bot can tell which account there is theirs. An
 * earlier one for that network counts no more.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN without fresh presence, RATE_LIMITED
 */
export async function startIrcLink(
  { db, limits }: AuthServices,
  caller: Caller,
  input: { network: string },
): Promise<IrcLinkCode> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  const { name: network, botHandle } = await networkCalled(db, input.network, now);
  await limits.take({ limit: 'ircCodes', key: actor.user.id });
  const code = newCode(2);
  const expiresAt = codeEnd(now);
  await db.transaction(async (tx) => {
    const { id: userId, isBot } = await lockCaller(tx, actor);
    if (isBot) throw new AppError('FORBIDDEN', 'Bots have no identities.');
    await revokeOneTimeAbout(tx, 'IRC_LINK', userId, { network });
    await issueOneTime(tx, { secret: code, purpose: 'IRC_LINK', userId, data: { network }, expiresAt });
  });
  const instructions = `Identify with NickServ on ${network}, then send this within ${CODE_MINUTES} minutes: /msg ${botHandle} link ${code}`;
  return { code, expiresAt, instructions };
}

/** Whether an account can be linked to: neither erased, merged nor suspended. */
const takesLinks = (user: UserRow | null, now: Date): user is UserRow =>
  user !== null && (user.suspendedUntil === null || user.suspendedUntil <= now);

/**
 * Takes a code that somebody said to the bot of a network: the account of whoever said it waits for the word of whoever got the code.
 * A code that there is is used up by any try.
 * @returns what to say on IRC
 * @throws UserErrors INVALID_INPUT, CODE_INVALID, CODE_EXPIRED, IDENTITY_IN_USE; AppError FORBIDDEN, RATE_LIMITED
 */
export async function claimIrcLink(
  auth: AuthServices,
  caller: Caller,
  { code, ...seen }: SeenAccount & { code: string },
): Promise<string> {
  const { db, limits, publicUrl } = auth;
  const { now } = caller;
  const said = await reportedAccount(auth, caller, seen);
  const { network, account, accountId } = said;
  const counted = { limit: 'ircClaims', key: `${network} ${accountId}` } as const;
  await limits.take(counted);
  const found = await consumeOneTime(db, 'IRC_LINK', normaliseCode(code));
  if (found === null || found.data['network'] !== network) throw codeInvalid();
  if (found.expiresAt <= now) throw codeExpired();
  const state = await db.transaction(async (tx) => {
    const user = await lockUser(tx, found.userId!);
    if (!takesLinks(user, now)) throw codeInvalid();
    const linked = await linkIrcAccount(tx, user.id, said, 'PENDING', now);
    if (linked === null) throw linkedElsewhere();
    await record(tx, originOf(caller), { action: 'identity.claim', subjectId: user.id, detail: `IRC ${network}` });
    return linked;
  });
  await limits.giveBack(counted);
  const named = `${account} (${accountId})`;
  return state === 'ACTIVE'
    ? `${named} is linked already.`
    : `${named} waits for you to confirm it at ${publicUrl}/account.`;
}

/** Ends a code that was said for all to read. @throws AppError FORBIDDEN */
export async function voidIrcLink(
  auth: AuthServices,
  caller: Caller,
  { code, network }: { code: string; network: string },
): Promise<void> {
  await requireBotOf(auth, caller, network);
  await auth.db.transaction(async (tx) => {
    const found = await consumeOneTime(tx, 'IRC_LINK', normaliseCode(code));
    if (found === null) return;
    const detail = `IRC ${network}`;
    await record(tx, originOf(caller), { action: 'identity.void_code', subjectId: found.userId, detail });
  });
}
