import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { readableEvents } from './audit.service.js';

/** Lines of the log by global id. */
export const auditEventNodes = (db: Database): NodeSource => ({
  type: 'AuditEvent',
  async load(keys, { actor, now }) {
    const ids = keys.map((key) => numericKey(key) ?? 0);
    const byId = new Map((await readableEvents(db, actor, now(), ids)).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },
});
