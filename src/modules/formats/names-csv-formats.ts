import type { NamesFormat } from './export-format.js';
import type { NamedEntry } from './named-entry.js';
import { compareMemberIds, compareParamIds, csvCell } from './names-csv.js';
import { encodeDocumentation } from './documentation.js';

/** The sides as name sets number them. */
const SIDES = { CLIENT: 0, SERVER: 1, BOTH: 2 } as const;

/** The names of an entry with their sides: one, or two where the sides were named apart. */
function sidesOf({ name, serverName, side }: NamedEntry): [name: string, side: 0 | 1 | 2][] {
  if (name === null) return [];
  if (serverName === null) return [[name, SIDES[side]]];
  return [
    [name, SIDES.CLIENT],
    [serverName, SIDES.SERVER],
  ];
}

const memberRow = (entry: NamedEntry, documentation: string | null): string =>
  sidesOf(entry)
    .map(
      ([name, side]) =>
        `${entry.srg},${csvCell(name)},${side},${csvCell(encodeDocumentation(documentation ?? ''))}\r\n`,
    )
    .join('');

const contentType = 'text/csv; charset=utf-8';

/** methods.csv as the predecessor wrote it: CRLF, minimal quoting, only what has a name. */
export const METHODS_CSV: NamesFormat = {
  format: 'METHODS_CSV',
  shape: 'NAMES',
  fileName: 'methods.csv',
  contentType,
  description: 'Names and documentation of methods by SRG id, as MCPBot exported them.',
  kind: 'METHOD',
  compare: compareMemberIds,
  header: 'searge,name,side,desc\r\n',
  row: memberRow,
};

/** fields.csv; see {@link METHODS_CSV}. */
export const FIELDS_CSV: NamesFormat = {
  ...METHODS_CSV,
  format: 'FIELDS_CSV',
  fileName: 'fields.csv',
  description: 'Names and documentation of fields by SRG id, as MCPBot exported them.',
  kind: 'FIELD',
};

/** params.csv: has no documentation of its own, which stands in that of the method. */
export const PARAMS_CSV: NamesFormat = {
  ...METHODS_CSV,
  format: 'PARAMS_CSV',
  fileName: 'params.csv',
  description: 'Names of parameters by SRG id, as MCPBot exported them.',
  kind: 'PARAMETER',
  compare: compareParamIds,
  header: 'param,name,side\r\n',
  row: (entry) =>
    sidesOf(entry)
      .map(([name, side]) => `${entry.srg},${csvCell(name)},${side}\r\n`)
      .join(''),
};

/** A parameter whose documentation goes into that of its method. */
export interface DocumentedParameter {
  name: string;
  documentation: string;
}

/**
 * The documentation of a method with `@param` lines of its parameters at its end, a blank line before the first, as the predecessor
 * generated it; parameters that it describes itself are left out.
 */
export function withParameters(
  documentation: string | null,
  parameters: readonly DocumentedParameter[],
): string | null {
  const own = documentation ?? '';
  const described = new Set([...own.matchAll(/@param\s+(\S+)/g)].map(([, name]) => name));
  const lines = parameters
    .filter(({ name }) => !described.has(name))
    .map(({ name, documentation: text }) => `@param ${name} ${text.replaceAll('\n', ' ')}`);
  if (lines.length === 0) return documentation;
  return [...(own === '' ? [] : [own, ' ']), ...lines].join('\n');
}
