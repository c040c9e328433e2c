import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { commentsById } from './comments.store.js';

/** Comments by global id. */
export const commentNodes = (db: Database): NodeSource => ({
  type: 'Comment',
  async load(keys) {
    const ids = keys.map((key) => numericKey(key) ?? 0);
    const byId = new Map((await commentsById(db, ids)).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },
});
