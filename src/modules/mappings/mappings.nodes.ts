import type { Database } from '../../db/index.js';
import { numericKey } from '../../graphql/ids.js';
import type { NodeSource } from '../../graphql/node.js';
import { MAPPING_KINDS, type MappingKind } from './mapping.js';
import { mappingsById } from './mappings.store.js';
import { typeOfKind } from './mappings.types.js';

/** Entries by global id; the type in the id must be that of the entry. */
export const mappingNodes = (db: Database): NodeSource[] =>
  MAPPING_KINDS.map((kind: MappingKind) => ({
    type: typeOfKind(kind),
    async load(keys) {
      const ids = keys.map(numericKey);
      const rows = await mappingsById(
        db,
        ids.filter((id) => id !== null),
      );
      const byId = new Map(rows.filter((row) => row.kind === kind).map((row) => [row.id, row]));
      return ids.map((id) => (id === null ? null : (byId.get(id) ?? null)));
    },
  }));
