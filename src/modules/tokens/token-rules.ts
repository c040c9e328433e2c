import { AppError } from '../../shared/errors.js';
import { userError } from '../../shared/user-errors.js';
import { accountActor } from '../../auth/actor.store.js';
import { effectivePermissions, forbidden, type Credential, type VersionScope } from '../../auth/actor.js';
import { ALL_PERMISSIONS, isForTokens, type Permission } from '../../auth/permissions.js';
import type { Sql } from '../../db/index.js';
import { allVersions } from '../versions/versions.store.js';

const DAY = 86_400_000;

/** The longest life of a token, in milliseconds. */
export const MAX_LIFETIME = 366 * DAY;

/** How long a token goes on beside the one that it was rotated into, in milliseconds. */
export const OVERLAP = 10 * 60_000;

/**
 * A token with less time left than this is not rotated, in milliseconds: that of one that was rotated a moment ago, with the
 * clocks of other processes allowed for.
 */
export const ROTATABLE = OVERLAP + 5 * 60_000;

/** How many live tokens an account may have. */
export const MAX_TOKENS = 50;

/** 1 to 100 characters that are drawn: no control, format or unassigned characters, and no line breaks. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u;

/** @throws UserErrors INVALID_INPUT */
export function checkName(name: string): string {
  const trimmed = name.trim();
  if (NAME.test(trimmed)) return trimmed;
  throw userError('INVALID_INPUT', 'The name of a token has 1 to 100 printable characters.', 'name');
}

/** @throws UserErrors INVALID_INPUT */
export function checkExpiry(expiresAt: Date, now: Date): Date {
  const lifetime = expiresAt.getTime() - now.getTime();
  if (lifetime > 0 && lifetime <= MAX_LIFETIME) return expiresAt;
  throw userError('INVALID_INPUT', 'A token ends at a time to come, 366 days ahead at most.', 'expiresAt');
}

/** The permissions in the order of the catalogue, each once. @throws UserErrors INVALID_INPUT naming one that no such token can have */
export function checkPermissions(asked: readonly Permission[], isBot: boolean): Permission[] {
  if (asked.length === 0) throw userError('INVALID_INPUT', 'A token needs a permission at least.', 'permissions');
  const refused = asked.find((permission) => !isForTokens(permission, isBot));
  if (refused === undefined) return ALL_PERMISSIONS.filter((permission) => asked.includes(permission));
  const whose = isForTokens(refused, true) ? 'tokens of bots alone' : 'no token';
  throw userError('INVALID_INPUT', `The permission ${refused} is for ${whose}.`, 'permissions');
}

/** The ids of game versions by their names. @throws UserErrors NOT_FOUND naming the first that is not there */
export async function versionIdsOf(db: Sql, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const ids = new Map((await allVersions(db)).map(({ id, name }) => [name, id]));
  const found = names.map((name) => {
    const id = ids.get(name);
    if (id !== undefined) return id;
    const shown = JSON.stringify(name.slice(0, 40));
    throw userError('NOT_FOUND', `There is no game version ${shown}.`, 'gameVersions');
  });
  return [...new Set(found)];
}

/**
 * Whether an account has every one of the permissions now, for all of the game versions or for whatever version there may be.
 * @param credential the session of the one who asks
 * @throws AppError FORBIDDEN naming the permission that is lacking
 */
export async function requireHeld(
  db: Sql,
  userId: number,
  credential: Credential,
  { permissions, gameVersionIds }: { permissions: readonly Permission[]; gameVersionIds: readonly number[] },
  now: Date,
): Promise<void> {
  const account = await accountActor(db, userId, credential, now);
  if (account === null) throw new AppError('FORBIDDEN', 'A suspended account gets no tokens.', { reason: 'SUSPENDED' });
  const scopes: readonly VersionScope[] = gameVersionIds.length === 0 ? ['ALL'] : gameVersionIds;
  const held = scopes.map((scope) => effectivePermissions(account, now, scope));
  const lacking = permissions.find((permission) => !held.every((each) => each.has(permission)));
  if (lacking !== undefined) throw forbidden(lacking);
}
