import { ALL_PERMISSIONS, isForActing, Permission, RoleName } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { checkHandle, handleKey } from '../accounts/handles.js';
import { findUser } from '../accounts/shell.service.js';
import { createUser } from '../accounts/sign-up.service.js';
import { lockUser, userByHandle, type UserRow } from '../accounts/users.store.js';
import { record, SHELL } from '../audit/audit.store.js';
import { addGrant, grantsOfRole } from '../roles/grants.js';
import { PUBLIC_TARGETS } from '../webhooks/targets.js';
import { checkClient, type ClientInput } from './client-rules.js';
import { addClient } from './clients.service.js';

/** The IRC bot as somebody sets it up. */
export interface IrcSetup {
  /** The handle of the person whose bot it is. */
  owner: string;
  /** The handle of the bot. */
  handle: string;
  /** The IRC networks whose people it may speak for. */
  networks: readonly string[];
  /** What proves that it is the bot: a JWK. */
  publicKey: object;
}

/** The person of a handle, held. @throws UserErrors NOT_FOUND, INVALID_INPUT */
async function lockOwner(tx: Tx, handle: string): Promise<UserRow> {
  const owner = await lockUser(tx, (await findUser(tx, handle)).id);
  if (owner === null) throw userError('NOT_FOUND', `There is no account ${handle}.`, 'owner');
  if (owner.isBot) throw userError('INVALID_INPUT', 'Bots are owned by people.', 'owner');
  return owner;
}

/** The person's bot of a handle, made if there is none. @throws UserErrors INVALID_INPUT, HANDLE_TAKEN */
async function botCalled(tx: Tx, owner: UserRow, handle: string): Promise<UserRow> {
  const known = await userByHandle(tx, handleKey(handle));
  if (known?.ownerId === owner.id) return known;
  const made = await createUser(tx, checkHandle(handle), owner.id);
  await record(tx, SHELL, { action: 'bot.create', subjectId: made.id });
  return made;
}

/** Lets a bot speak for people of IRC networks, if it may not already. */
async function giveBotRole(tx: Tx, userId: number, now: Date): Promise<void> {
  const grant = { userId, role: RoleName.IRC_BOT, version: null };
  const held = await grantsOfRole(tx, grant, now);
  if (held.some(({ until }) => until === null)) return;
  await addGrant(tx, SHELL, now, { ...grant, until: null, reason: null });
}

const clientInput = ({ networks, publicKey }: IrcSetup): ClientInput => ({
  name: 'IRC bot',
  authentication: 'PRIVATE_KEY',
  homepage: null,
  redirectUris: [],
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  permissions: [...ALL_PERMISSIONS.filter(isForActing), Permission.IRC_VERIFY, Permission.ACT_FOR_USERS],
  networks,
  publicKeys: [publicKey],
  dpopBound: false,
  trusted: true,
});

/**
 * Sets the IRC bot up: its account, its role, and a trusted client for its networks. All of it, or nothing.
 * @returns what the client calls itself at the provider, and the bot's handle
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, HANDLE_TAKEN
 */
export function setUpIrcBot(db: Database, setup: IrcSetup): Promise<{ clientId: string; bot: string }> {
  return db.transaction(async (tx) => {
    const now = new Date();
    const owner = await lockOwner(tx, setup.owner);
    const bot = await botCalled(tx, owner, setup.handle);
    await giveBotRole(tx, bot.id, now);
    const content = await checkClient('BOT', clientInput(setup), { targets: PUBLIC_TARGETS, isOurs: true });
    const made = { ...content, kind: 'BOT' as const, ownerId: owner.id, botId: bot.id, createdAt: now };
    const { client } = await addClient(tx, SHELL, made);
    return { clientId: client.clientId, bot: bot.handle };
  });
}
