import { effectivePermissions } from '../../auth/actor.js';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { releasesById } from './releases.store.js';
import { openRequests } from './requests.store.js';

/** Releases by global id. */
export const releaseNodes = (db: Database): NodeSource => ({
  type: 'Release',
  async load(keys) {
    const ids = keys.map(numericKey);
    const rows = await releasesById(
      db,
      ids.filter((id) => id !== null),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id ?? 0) ?? null);
  },
});

/** Requests for releases by global id, for those who may confirm them. */
export const releaseRequestNodes = (db: Database): NodeSource => ({
  type: 'ReleaseRequest',
  async load(keys, { actor, now }) {
    // They are few: one a game version.
    const byId = new Map((await openRequests(db)).map((row) => [row.id, row]));
    return keys.map((key) => {
      const request = byId.get(numericKey(key) ?? 0);
      if (request === undefined) return null;
      return effectivePermissions(actor, now(), request.versionId).has(Permission.RELEASE_PUBLISH) ? request : null;
    });
  },
});
