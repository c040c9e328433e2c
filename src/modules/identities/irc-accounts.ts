import { ACCOUNT_ITSELF, effectivePermissions, requirePermission } from '../../auth/actor.js';
import { accountActor } from '../../auth/actor.store.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Database, Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { isAccountName, isEntityId } from '../../shared/irc-names.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record, type Origin } from '../audit/audit.store.js';
import { suspendNamesakes, type IrcAccount } from './irc-identities.store.js';
import { speaksFor } from './irc-networks.store.js';

/** Whom a bot saw on its network, as its services told. */
export interface SeenAccount {
  network: string;
  account: string;
  /** Null where the services do not tell it. */
  accountId?: string | null;
  /** Under which the person is there just now: it proves nothing. */
  nick: string;
}

/**
 * Only the bot of a network tells who is there: it is trusted with that network, and calls as itself.
 * @returns the bot's id
 * @throws AppError UNAUTHENTICATED, FORBIDDEN
 */
export async function requireBotOf({ db }: Pick<AuthServices, 'db'>, caller: Caller, network: string): Promise<number> {
  const { user } = requirePermission(caller.actor, Permission.IRC_VERIFY, caller.now, 'ALL');
  const botId = Number(user.id);
  if (await speaksFor(db, botId, network, caller.now)) return botId;
  throw new AppError(
    'FORBIDDEN',
    'You do not speak for this IRC network: no trusted client that calls as you has it among its networks.',
  );
}

/** Whether a bot that told of somebody on a network may still do so. */
export async function stillSpeaksFor(db: Sql, botId: number, network: string, now: Date): Promise<boolean> {
  const bot = await accountActor(db, botId, ACCOUNT_ITSELF, now);
  if (bot === null || !effectivePermissions(bot, now, 'ALL').has(Permission.IRC_VERIFY)) return false;
  return speaksFor(db, botId, network, now);
}

/** @throws UserErrors INVALID_INPUT */
function checkAccount({ network, account, accountId = null, nick }: SeenAccount): IrcAccount {
  if (accountId === null) {
    throw userError(
      'INVALID_INPUT',
      `The services of ${network} do not tell the id of accounts, so that a name that changes hands could not be told from its first owner: nothing can be linked there.`,
      'accountId',
    );
  }
  if (!isEntityId(accountId)) throw userError('INVALID_INPUT', 'This is no id of an account.', 'accountId');
  if (!isAccountName(account)) throw userError('INVALID_INPUT', 'No account is called so.', 'account');
  if (!isAccountName(nick)) throw userError('INVALID_INPUT', 'Nobody is called so.', 'nick');
  return { network, accountId, account };
}

/**
 * Sets aside the links that carry the name of an account which is not linked itself: whoever has the name now is not who had it when
 * it was linked.
 * @returns whether there was one
 */
export function setNamesakesAside(db: Database, by: Origin, seen: IrcAccount): Promise<boolean> {
  return db.transaction(async (tx) => {
    const namesakes = await suspendNamesakes(tx, seen);
    // The log is kept for good, so it names no account.
    const detail = `IRC: another account has its name on ${seen.network}`;
    for (const subjectId of namesakes) await record(tx, by, { action: 'identity.suspend', subjectId, detail });
    return namesakes.length > 0;
  });
}

/**
 * What a bot tells of somebody who asks to be linked.
 * @throws UserErrors INVALID_INPUT; AppError FORBIDDEN
 */
export async function reportedAccount(
  { db }: Pick<AuthServices, 'db'>,
  caller: Caller,
  seen: SeenAccount,
): Promise<IrcAccount & { botId: number }> {
  const botId = await requireBotOf({ db }, caller, seen.network);
  const account = checkAccount(seen);
  await setNamesakesAside(db, originOf(caller), account);
  return { ...account, botId };
}

/** The refusal to link what another user has. */
export const linkedElsewhere = () =>
  userError(
    'IDENTITY_IN_USE',
    'This IRC account is linked to another account here, whose owner can unlink it there.',
    'code',
  );
