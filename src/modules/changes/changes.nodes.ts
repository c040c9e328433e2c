import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { changesById } from './changes.store.js';

/** Changes by global id. */
export const changeNodes = (db: Database): NodeSource => ({
  type: 'Change',
  async load(keys) {
    const ids = keys.map(numericKey);
    const rows = await changesById(
      db,
      ids.filter((id) => id !== null),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id ?? 0) ?? null);
  },
});
