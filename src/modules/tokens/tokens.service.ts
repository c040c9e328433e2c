import { requirePresence, requireSession, requireSignedIn, type Credential } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { callerNetwork } from '../../auth/limits/address.js';
import { isPermission, type Permission } from '../../auth/permissions.js';
import { hashSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { isToken, newToken, tokenPrefix } from '../../auth/tokens/token-format.js';
import * as store from '../../auth/tokens/tokens.store.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record, type Origin } from '../audit/audit.store.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { lockPerson, lockUser, type UserRow } from '../accounts/users.store.js';
import { allVersions } from '../versions/versions.store.js';
import * as rules from './token-rules.js';

/** A token that was just made, with its secret, which is told this once. */
export interface MintedToken {
  apiToken: store.ApiTokenRow;
  secret: string;
}

type TokenContent = Pick<store.ApiTokenRow, 'name' | 'gameVersionIds' | 'expiresAt'> & { permissions: Permission[] };

async function mint(tx: Tx, account: UserRow, content: TokenContent, now: Date): Promise<MintedToken> {
  const secret = newToken(account.isBot ? 'mcp_bot_' : 'mcp_pat_');
  const kept = { hash: hashSecret(secret), prefix: tokenPrefix(secret), userId: account.id, createdAt: now };
  return { apiToken: await store.insertToken(tx, { ...content, ...kept }), secret };
}

async function requireRoom(tx: Tx, userId: number, limit: number, now: Date): Promise<void> {
  if ((await store.countTokens(tx, userId, now)) < limit) return;
  throw userError(
    'INVALID_INPUT',
    `An account has ${rules.MAX_TOKENS} tokens at most: revoke those that are not used.`,
  );
}

/** The account that gets the token: the owner's own or a bot's. @throws UserErrors NOT_FOUND for a bot of somebody else */
async function lockAccount(tx: Tx, owner: UserRow, botId: number | null): Promise<UserRow> {
  if (botId === null) return owner;
  const bot = await lockUser(tx, botId);
  if (bot?.ownerId === owner.id) return bot;
  throw userError('NOT_FOUND', 'You have no such bot.', 'bot');
}

/** What a token is to hold. */
export interface TokenInput {
  name: string;
  permissions: readonly Permission[];
  expiresAt: Date;
  /** Names; none for all. */
  gameVersions: readonly string[];
}

export interface NewTokenInput extends TokenInput {
  /** Null for the caller's own account. */
  botId: number | null;
}

/** Whose token it is to be: a person's own account or one of the person's bots, both held until the transaction ends. */
export interface TokenHolder {
  owner: UserRow;
  account: UserRow;
}

/**
 * Makes a token with rights that its account has now. Whether `by` may do so is for the caller to check.
 * @param credential what the one who asks has proven to be, which cuts those rights
 * @throws UserErrors INVALID_INPUT, NOT_FOUND; AppError FORBIDDEN naming a permission that the account lacks
 */
export async function addToken(
  tx: Tx,
  by: Origin,
  now: Date,
  { owner, account }: TokenHolder,
  credential: Credential,
  input: TokenInput,
): Promise<MintedToken> {
  const name = rules.checkName(input.name);
  const expiresAt = rules.checkExpiry(input.expiresAt, now);
  const permissions = rules.checkPermissions(input.permissions, account.isBot);
  const gameVersionIds = await rules.versionIdsOf(tx, input.gameVersions);
  const content = { name, permissions, gameVersionIds, expiresAt };
  await rules.requireHeld(tx, account.id, credential, content, now);
  await requireRoom(tx, account.id, rules.MAX_TOKENS, now);
  const detail = `${name}: ${permissions.join(', ')}`;
  await record(tx, by, { action: 'api_token.create', subjectId: owner.id, detail });
  return mint(tx, account, content, now);
}

/**
 * Makes a token for the caller or a bot of the caller, with rights that they have now.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND; AppError FORBIDDEN naming a permission that they lack
 */
export async function createToken(auth: AuthServices, caller: Caller, input: NewTokenInput): Promise<MintedToken> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  return auth.db.transaction(async (tx) => {
    const owner = await lockCaller(tx, actor);
    const account = await lockAccount(tx, owner, input.botId);
    return addToken(tx, originOf(caller), now, { owner, account }, actor.credential, input);
  });
}

const noSuchToken = () => userError('NOT_FOUND', 'You have no such API token.', 'id');

/**
 * Makes another token in place of one, as long-lived as that one was; the old one goes on for ten minutes at most, so that it
 * can be replaced without a gap. A token that is about to end, as it is after a rotation, is not rotated: of two rotations at
 * once one makes a token.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT; AppError FORBIDDEN naming a permission that is not held any more
 */
export async function rotateToken(auth: AuthServices, caller: Caller, id: number): Promise<MintedToken> {
  const { now } = caller;
  const actor = requirePresence(caller.actor, now);
  return auth.db.transaction(async (tx) => {
    const owner = await lockCaller(tx, actor);
    const [known] = await store.tokensById(tx, owner.id, [id]);
    if (known === undefined) throw noSuchToken();
    // The account before its token: whoever ends an account takes them in this order.
    const account = known.userId === owner.id ? owner : await lockUser(tx, known.userId);
    const old = account === null ? null : await store.lockToken(tx, owner.id, id);
    if (account === null || old === null) throw noSuchToken();
    if (old.expiresAt.getTime() - now.getTime() < rules.ROTATABLE) {
      const why = 'This token has ended or is about to: it was rotated already, or has had its time. Make a new one.';
      throw userError('INVALID_INPUT', why, 'id');
    }
    const content = await contentOf(tx, old, now);
    await rules.requireHeld(tx, account.id, actor.credential, content, now);
    // Each may be in its overlap once.
    await requireRoom(tx, account.id, 2 * rules.MAX_TOKENS, now);
    await store.endTokenAt(tx, id, new Date(now.getTime() + rules.OVERLAP));
    await record(tx, originOf(caller), { action: 'api_token.rotate', subjectId: owner.id, detail: old.name });
    return mint(tx, account, content, now);
  });
}

/** What the successor of a token holds: what of the permissions and game versions there still is. */
async function contentOf(tx: Tx, old: store.ApiTokenRow, now: Date): Promise<TokenContent> {
  const lifetime = Math.min(old.expiresAt.getTime() - old.createdAt.getTime(), rules.MAX_LIFETIME);
  const permissions = old.permissions.filter(isPermission);
  const existing = old.gameVersionIds.length === 0 ? [] : (await allVersions(tx)).map((version) => version.id);
  const gameVersionIds = old.gameVersionIds.filter((version) => existing.includes(version));
  if (permissions.length === 0 || (old.gameVersionIds.length > 0 && gameVersionIds.length === 0)) {
    throw userError('INVALID_INPUT', 'Nothing that this token is for exists any more.', 'id');
  }
  return { name: old.name, permissions, gameVersionIds, expiresAt: new Date(now.getTime() + lifetime) };
}

/**
 * Ends a token of the caller or of one of the caller's bots. A token may end itself, and no other.
 * @returns whether it was the very token of the call
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN for another token
 */
export async function revokeToken({ db }: AuthServices, caller: Caller, id: number): Promise<boolean> {
  const { user, credential } = requireSignedIn(caller.actor);
  const own = credential.kind === 'API_TOKEN' && credential.id === String(id);
  if (!own) requireSession(caller.actor);
  const userId = Number(user.id);
  await db.transaction(async (tx) => {
    const person = await lockPerson(tx, userId);
    const token = person === null ? null : await store.lockToken(tx, userId, id);
    if (person === null || token === null) throw noSuchToken();
    await store.deleteToken(tx, id);
    await record(tx, originOf(caller), { action: 'api_token.revoke', subjectId: person.id, detail: token.name });
  });
  return own;
}

/**
 * Ends whatever token a finder reports, live or not, and says nothing of whether there was one. What has not the checksum of a
 * token is told apart without a look into the database.
 * @returns whether it was the very token of the call
 * @throws AppError RATE_LIMITED
 */
export async function reportLeakedToken({ db, limits }: AuthServices, caller: Caller, text: string): Promise<boolean> {
  const token = text.trim();
  if (!isToken(token)) return false;
  await limits.take({ limit: 'reportAddress', key: callerNetwork(caller.address ?? '') });
  const hash = hashSecret(token);
  const ended = await db.transaction(async (tx) => {
    const userId = await store.userOfToken(tx, hash);
    if (userId === null) return null;
    const person = await lockPerson(tx, userId);
    const gone = await store.deleteTokenByHash(tx, hash);
    if (gone === null) return null;
    // Whoever reports it stays unnamed: it is the owner who is told.
    const by = { ...originOf(caller), actorId: null, via: null };
    await record(tx, by, { action: 'api_token.leak', subjectId: person?.id ?? userId, detail: gone.name });
    return gone;
  });
  const { actor } = caller;
  return (
    actor.kind === 'SIGNED_IN' && actor.credential.kind === 'API_TOKEN' && actor.credential.id === String(ended?.id)
  );
}
