import type { MappingsFormat, Namespace } from './export-format.js';

/** What formats of plain text with two sides have in common. */
export const TWO_SIDES = {
  shape: 'MAPPINGS',
  contentType: 'text/plain; charset=utf-8',
  namespaces: ['OBF', 'SRG'],
  minNamespaces: 2,
  maxNamespaces: 2,
  order: 'CLASSES',
  constructors: false,
  parameters: false,
  descriptors: 'FIRST',
} as const satisfies Partial<MappingsFormat>;

/** How headers call namespaces: `obf`, `srg`, `mcp`. */
export const namespaceLabels = (namespaces: readonly Namespace[]): string[] =>
  namespaces.map((namespace) => namespace.toLowerCase());

/** The column of a header's namespaces that has community names, from the third on; -1 for none. */
export const communityColumn = (labels: readonly string[]): number => labels.indexOf('mcp', 2);

/**
 * The type of a field whose source did not say, in formats whose readers ask for one: a class of this name. Tools that know fields by
 * name alone are content with it; the others would have no way to find the field in any case.
 */
export const UNKNOWN_TYPE = 'unknown';
export const UNKNOWN_DESCRIPTOR = `L${UNKNOWN_TYPE};`;
