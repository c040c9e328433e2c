import { hashPassword } from '../../auth/passwords/password-hash.js';
import { RoleName } from '../../auth/permissions.js';
import type { Database, Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { record, SHELL } from '../audit/audit.store.js';
import { addGrant, grantsOfRole, grantVersion, noSuchGrant, removeGrant } from '../roles/grants.js';
import { setPassword } from './credentials.store.js';
import { checkHandle, handleKey } from './handles.js';
import { checkNewPassword, createUser } from './sign-up.service.js';
import { userByHandle, type UserRow } from './users.store.js';

// What whoever works on the machine itself does to accounts: the way to the first administrator.

/** The account of a handle. @throws UserErrors NOT_FOUND */
export async function findUser(db: Sql, handle: string): Promise<UserRow> {
  const user = await userByHandle(db, handleKey(handle));
  if (user === null || user.erasedAt !== null) throw userError('NOT_FOUND', `There is no account ${handle}.`, 'handle');
  return user;
}

/**
 * Makes an account, under a reserved handle too, with a role if one is given.
 * @throws UserErrors INVALID_INPUT, HANDLE_TAKEN, WEAK_PASSWORD, BREACHED_PASSWORD
 */
export async function createUserFromShell(
  db: Database,
  { handle, password, role }: { handle: string; password: string; role: RoleName | null },
): Promise<UserRow> {
  const now = new Date();
  const keys = checkHandle(handle);
  await checkNewPassword(password, handle, 'password');
  const hash = await hashPassword(password);
  return db.transaction(async (tx) => {
    const user = await createUser(tx, keys);
    await setPassword(tx, user.id, user.handle, hash, now);
    await record(tx, SHELL, { action: 'user.create', subjectId: user.id });
    if (role !== null && role !== RoleName.USER) {
      await addGrant(tx, SHELL, now, { userId: user.id, role, version: null, until: null, reason: null });
    }
    return user;
  });
}

/** A role of somebody, for one game version or for all. */
export interface ShellGrant {
  handle: string;
  role: RoleName;
  gameVersion: string | null;
}

/** Gives a role. @throws UserErrors NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS */
export async function grantRoleFromShell(
  db: Database,
  { handle, role, gameVersion, until, reason }: ShellGrant & { until: Date | null; reason: string | null },
): Promise<UserRow> {
  return db.transaction(async (tx) => {
    const user = await findUser(tx, handle);
    const version = await grantVersion(tx, gameVersion);
    await addGrant(tx, SHELL, new Date(), { userId: user.id, role, version, until, reason });
    return user;
  });
}

/** Takes a role back; sessions and tokens of the account end. @throws UserErrors NOT_FOUND, LAST_ADMIN */
export async function revokeRoleFromShell(db: Database, { handle, role, gameVersion }: ShellGrant): Promise<UserRow> {
  return db.transaction(async (tx) => {
    const now = new Date();
    const user = await findUser(tx, handle);
    const version = await grantVersion(tx, gameVersion);
    const grants = await grantsOfRole(tx, { userId: user.id, role, version }, now);
    if (grants.length === 0) throw noSuchGrant();
    for (const grant of grants) await removeGrant(tx, SHELL, now, grant);
    return user;
  });
}
