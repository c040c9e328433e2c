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

/** Takes the entry with that prefix out of a row. */
function mappingOf(row: Record<string, unknown>, prefix: string): MappingRow {
  const mapping: Record<string, unknown> = {};
  for (const [, property] of COLUMNS) mapping[property] = row[prefix + property];
  return mapping as unknown as MappingRow;
}

/** A declaration `d` with its owner `o` and its member `m`. */
export const DECLARATION_COLUMNS = `d.id, d.obf, d.obf_descriptor AS "obfDescriptor", d.srg_descriptor AS "srgDescriptor",
  d.exceptions, ${mappingColumns('o', 'owner_')}, ${mappingColumns('m', 'member_')}`;

export type FlatDeclaration = Record<string, unknown>;

export const declarationOf = (row: FlatDeclaration): DeclarationRow => ({
  id: row.id as number,
  obf: row.obf as string,
  obfDescriptor: row.obfDescriptor as string | null,
  srgDescriptor: row.srgDescriptor as string | null,
  exceptions: row.exceptions as string[],
  owner: mappingOf(row, 'owner_'),
  member: mappingOf(row, 'member_'),
});
