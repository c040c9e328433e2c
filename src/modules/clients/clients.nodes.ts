import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { readableClients } from './clients.service.js';

/** OAuth clients by global id: the caller's own, and everybody's for those who manage them. */
export const clientNodes = (db: Database): NodeSource => ({
  type: 'OAuthClient',
  async load(keys, { actor, now }) {
    const ids = keys.map(numericKey);
    const known = ids.filter((id) => id !== null);
    const byId = new Map((await readableClients(db, actor, now(), known)).map((client) => [client.id, client]));
    return ids.map((id) => byId.get(id ?? 0) ?? null);
  },
});
