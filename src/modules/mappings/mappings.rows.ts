import type { DeclarationRow, MappingRow } from './mapping.js';

const COLUMNS: readonly (readonly [column: string, property: keyof MappingRow])[] = [
  ['id', 'id'],
  ['version_id', 'versionId'],
  ['kind', 'kind'],
  ['srg', 'srg'],
  ['name', 'name'],
  ['server_name', 'serverName'],
  ['documentation', 'documentation'],
  ['side', 'side'],
  ['fixed', 'fixed'],
  ['is_static', 'isStatic'],
  ['is_constructor', 'isConstructor'],
  ['obf', 'obf'],
  ['method_id', 'methodId'],
  ['slot', 'slot'],
];

/** The columns of an entry under the table's alias; `prefix` tells two entries of one row apart. */
export const mappingColumns = (alias: string, prefix = ''): string =>
  COLUMNS.map(([column, property]) => `${alias}.${column} AS "${prefix}${property}"`).join(', ');

/**
 * The columns of a declaration `d` seen from one of its ends: the other end comes with it, the near one is at hand.
 * @param near the column that points to the near end
 * @param far the alias of the other end
 */
export const declarationColumns = (near: 'owner_id' | 'member_id', far: string): string =>
  `d.id, d.${near} AS parent, d.obf, d.obf_descriptor AS "obfDescriptor", d.srg_descriptor AS "srgDescriptor",
   d.exceptions, ${mappingColumns(far, 'far_')}`;

/** A declaration without its near end, which is the parent. */
export interface HalfDeclaration extends Omit<DeclarationRow, 'owner' | 'member'> {
  parent: number;
  far: MappingRow;
}

export type FlatDeclaration = Omit<HalfDeclaration, 'far'> & { [K in keyof MappingRow as `far_${K}`]: MappingRow[K] };

// Written out: a list has thousands, and a loop over the columns costs several times as much.
export const halfDeclaration = (row: FlatDeclaration): HalfDeclaration => ({
  id: row.id,
  parent: row.parent,
  obf: row.obf,
  obfDescriptor: row.obfDescriptor,
  srgDescriptor: row.srgDescriptor,
  exceptions: row.exceptions,
  far: {
    id: row.far_id,
    versionId: row.far_versionId,
    kind: row.far_kind,
    srg: row.far_srg,
    name: row.far_name,
    serverName: row.far_serverName,
    documentation: row.far_documentation,
    side: row.far_side,
    fixed: row.far_fixed,
    isStatic: row.far_isStatic,
    isConstructor: row.far_isConstructor,
    obf: row.far_obf,
    methodId: row.far_methodId,
    slot: row.far_slot,
  },
});
