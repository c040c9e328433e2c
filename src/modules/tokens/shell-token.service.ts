import { ACCOUNT_ITSELF } from '../../auth/actor.js';
import type { Database } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { findUser } from '../accounts/shell.service.js';
import { lockPerson, lockUser } from '../accounts/users.store.js';
import { SHELL } from '../audit/audit.store.js';
import { addToken, type MintedToken, type TokenInput } from './tokens.service.js';

/**
 * Makes a token for the account of a handle, a person's or a bot's, with rights that it has now.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT; AppError FORBIDDEN naming a permission that the account lacks
 */
export function createTokenFromShell(db: Database, handle: string, input: TokenInput): Promise<MintedToken> {
  return db.transaction(async (tx) => {
    const { id } = await findUser(tx, handle);
    const owner = await lockPerson(tx, id);
    const account = owner === null || owner.id === id ? owner : await lockUser(tx, id);
    if (owner === null || account === null) throw userError('NOT_FOUND', `There is no account ${handle}.`, 'handle');
    return addToken(tx, SHELL, new Date(), { owner, account }, ACCOUNT_ITSELF, input);
  });
}
