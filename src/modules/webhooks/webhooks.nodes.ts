import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { webhooksById } from './webhooks.store.js';

/** Webhooks by global id: the caller's own alone. */
export const webhookNodes = (db: Database): NodeSource => ({
  type: 'Webhook',
  async load(keys, { actor }) {
    if (actor.kind === 'ANONYMOUS') return keys.map(() => null);
    const ids = keys.map(numericKey);
    const known = ids.filter((id) => id !== null);
    const found = await webhooksById(db, Number(actor.user.id), known);
    const byId = new Map(found.map((webhook) => [webhook.id, webhook]));
    return ids.map((id) => byId.get(id ?? 0) ?? null);
  },
});
