/** The four kinds of entry, in the order in which answers list them. */
export const MAPPING_KINDS = ['CLASS', 'METHOD', 'FIELD', 'PARAMETER'] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];

export type Side = 'CLIENT' | 'SERVER' | 'BOTH';

/** One entry of one game version, as the stores read it. */
export interface MappingRow {
  id: number;
  versionId: number;
  kind: MappingKind;
  srg: string;
  name: string | null;
  serverName: string | null;
  documentation: string | null;
  side: Side;
  fixed: boolean;
  isStatic: boolean | null;
  isConstructor: boolean;
  obf: string | null;
  methodId: number | null;
  slot: number | null;
}

/** Ids of those entries that take a community name and have none. */
export const unnamedAmong = (rows: readonly MappingRow[]): number[] =>
  rows.filter(({ kind, name, fixed }) => name === null && !fixed && kind !== 'CLASS').map(({ id }) => id);

/** A member as one class carries it, with both ends. */
export interface DeclarationRow {
  id: number;
  obf: string;
  obfDescriptor: string | null;
  srgDescriptor: string | null;
  exceptions: string[];
  owner: MappingRow;
  member: MappingRow;
}

/** net/minecraft/util/ResourceLocation -> net/minecraft/util; '' in the default package. */
export const packageOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));
