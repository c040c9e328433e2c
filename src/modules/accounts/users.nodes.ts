import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { usersById } from './users.store.js';

/** Accounts by global id. */
export const userNodes = (db: Database): NodeSource => ({
  type: 'User',
  async load(keys) {
    const ids = keys.map(numericKey);
    const users = await usersById(
      db,
      ids.filter((id) => id !== null),
    );
    return ids.map((id) => (id === null ? null : (users.get(id) ?? null)));
  },
});
