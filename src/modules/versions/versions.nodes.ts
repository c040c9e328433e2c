import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import type { ReadModels } from '../read-model/read-models.js';

/** Game versions by global id. */
export const versionNodes = (models: ReadModels): NodeSource => ({
  type: 'GameVersion',
  async load(keys) {
    const versions = new Map((await models.versions()).map((version) => [version.id, version]));
    return keys.map((key) => versions.get(numericKey(key) ?? 0) ?? null);
  },
});
