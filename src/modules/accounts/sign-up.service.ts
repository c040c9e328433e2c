import type { Caller } from '../../auth/caller.js';
import { callerNetwork } from '../../auth/limits/address.js';
import { hashPassword } from '../../auth/passwords/password-hash.js';
import { passwordFault } from '../../auth/passwords/password-rules.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { UserErrorCode, userError, UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { setPassword } from './credentials.store.js';
import { checkHandle, isReservedHandle, type HandleKeys } from './handles.js';
import { beginSession, type SignedIn } from './start-session.js';
import { insertUser, userByHandle, type UserRow } from './users.store.js';

/** Why an account can not have a handle that somebody has, or that is reserved. */
export const taken = (handle: string): UserProblem => ({
  code: UserErrorCode.HANDLE_TAKEN,
  message: `The handle ${handle} is taken, or looks like one that is.`,
  path: ['handle'],
});

/** Makes an account under a handle. @throws UserErrors HANDLE_TAKEN */
export async function createUser(tx: Tx, handle: HandleKeys, ownerId?: number): Promise<UserRow> {
  const user = await insertUser(tx, { handle, ownerId });
  if (user === null) throw new UserErrors([taken(handle.handle)]);
  return user;
}

/** @throws UserErrors naming what is wrong with a password that somebody chooses. @param path where in the input it stands */
export async function checkNewPassword(password: string, handle: string, path: string): Promise<void> {
  const fault = await passwordFault(password, handle);
  if (fault !== null) throw userError(fault.code, fault.message, path);
}

/**
 * Makes an account of this service alone and signs it in. Everything that is wrong is told at once.
 * @throws UserErrors INVALID_INPUT, HANDLE_TAKEN, WEAK_PASSWORD, BREACHED_PASSWORD; AppError RATE_LIMITED
 */
export async function signUp(
  auth: AuthServices,
  caller: Caller,
  input: { handle: string; password: string },
): Promise<SignedIn> {
  const { db, limits } = auth;
  const problems: UserProblem[] = [];
  const note = (error: unknown) => {
    if (!(error instanceof UserErrors)) throw error;
    problems.push(...error.problems);
  };
  let handle: HandleKeys | undefined;
  try {
    handle = checkHandle(input.handle);
    if (isReservedHandle(handle) || (await userByHandle(db, handle.key)) !== null) problems.push(taken(handle.handle));
  } catch (error) {
    note(error);
  }
  await checkNewPassword(input.password, input.handle, 'password').catch(note);
  if (problems.length > 0) throw new UserErrors(problems);
  // Mistakes are free; what is counted is accounts, and the password hashes that they cost.
  await limits.take({ limit: 'signUpAddress', key: callerNetwork(caller.address ?? '') });
  const hash = await hashPassword(input.password);
  return db.transaction(async (tx) => {
    const user = await createUser(tx, handle!);
    await setPassword(tx, user.id, user.handle, hash, caller.now);
    await record(tx, { ...originOf(caller), actorId: user.id }, { action: 'user.sign_up', subjectId: user.id });
    return beginSession(auth, tx, caller, user.id, 'password');
  });
}
