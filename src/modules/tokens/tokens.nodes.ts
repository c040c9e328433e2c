import { tokensById } from '../../auth/tokens/tokens.store.js';
import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';

/** API tokens by global id: the caller's own and those of the caller's bots. */
export const tokenNodes = (db: Database): NodeSource => ({
  type: 'ApiToken',
  async load(keys, { actor }) {
    if (actor.kind === 'ANONYMOUS') return keys.map(() => null);
    const ids = keys.map(numericKey);
    const known = ids.filter((id) => id !== null);
    const tokens = new Map((await tokensById(db, Number(actor.user.id), known)).map((token) => [token.id, token]));
    return ids.map((id) => (id === null ? null : (tokens.get(id) ?? null)));
  },
});
