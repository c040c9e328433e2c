import { effectivePermissions, ownerKey } from '../../auth/actor.js';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { identitiesById } from './identities.store.js';

/** Identities by global id: the caller's own, and everybody's for those who may read private data. */
export const identityNodes = (db: Database): NodeSource => ({
  type: 'Identity',
  async load(keys, { actor, now }) {
    const ids = keys.map(numericKey);
    const known = ids.filter((id) => id !== null);
    if (actor.kind === 'ANONYMOUS') return ids.map(() => null);
    const readsAll = effectivePermissions(actor, now(), 'ALL').has(Permission.USER_READ_PRIVATE);
    const own = ownerKey(actor);
    const found = (await identitiesById(db, known)).filter(({ userId }) => readsAll || userId === own);
    const byId = new Map(found.map((identity) => [identity.id, identity]));
    return ids.map((id) => (id === null ? null : (byId.get(id) ?? null)));
  },
});
