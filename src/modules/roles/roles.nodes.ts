import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { readableGrants } from './roles.service.js';

/** Grants by global id. */
export const roleGrantNodes = (db: Database): NodeSource => ({
  type: 'RoleGrant',
  async load(keys, { actor, now }) {
    const ids = keys.map((key) => numericKey(key) ?? 0);
    const rows = await readableGrants(db, { actor, now: now() }, ids);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },
});
