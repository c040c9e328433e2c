import { decodeId, encodeId, numericKey } from '../graphql/ids.js';
import type { AccountIds } from '../oidc/account-ids.js';
import { AppError } from '../shared/errors.js';

/** Accounts are called at the provider what the interface calls them. */
export const accountIds: AccountIds = {
  encode: (userId) => encodeId('User', userId),
  decode: (accountId) => {
    try {
      const { type, key } = decodeId(accountId);
      return type === 'User' ? numericKey(key) : null;
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  },
};
