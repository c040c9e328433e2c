import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { allVersions } from './versions.store.js';

/** Game versions by global id. */
export const versionNodes = (db: Database): NodeSource => ({
  type: 'GameVersion',
  async load(keys) {
    const versions = new Map((await allVersions(db)).map((version) => [version.id, version]));
    return keys.map((key) => versions.get(numericKey(key) ?? 0) ?? null);
  },
});
