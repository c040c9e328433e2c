import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { ownPasskeys } from './passkeys.store.js';

/** Passkeys by global id: those of the caller. */
export const passkeyNodes = (db: Database): NodeSource => ({
  type: 'Passkey',
  async load(keys, { actor }) {
    const ids = keys.map(numericKey);
    if (actor.kind === 'ANONYMOUS') return ids.map(() => null);
    const wanted = ids.filter((id) => id !== null);
    const passkeys = new Map((await ownPasskeys(db, Number(actor.user.id), wanted)).map((row) => [row.id, row]));
    return ids.map((id) => (id === null ? null : (passkeys.get(id) ?? null)));
  },
});
