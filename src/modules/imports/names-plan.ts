import { parseSrgId, type NameRow, type NamesFile } from '../formats/index.js';
import type { MappingKind, Side } from '../mappings/mapping.js';
import type { UnknownName } from './report.js';

/** One entry's names out of all rows of a name set. */
export interface PlannedName {
  kind: MappingKind;
  /** The SRG id; of packages.csv, the class without package. */
  id: string;
  name: string | null;
  serverName: string | null;
  side: Side | null;
  documentation: string | null;
  /** Whether the file says anything of documentation: without a column, what is there stays. */
  documents: boolean;
  file: string;
  line: number;
}

export interface NamesPlan {
  names: PlannedName[];
  packages: { class: string; package: string; file: string; line: number }[];
  unnamedRows: number;
  repeated: number;
  namedApart: number;
  /** Rows whose id is of no known form. */
  unknown: UnknownName[];
  /** Numbers of methods that a parameter in slot 0 proves to be static. */
  staticMethods: number[];
}

const SIDES: readonly Side[] = ['CLIENT', 'SERVER', 'BOTH'];

function fold(rows: NameRow[], kind: MappingKind, file: NamesFile, plan: NamesPlan): PlannedName {
  // One row a side (old MCP), or the same side again, of which the last counts as it did for ForgeGradle.
  const bySide = new Map(rows.map((row) => [row.side, row]));
  if (bySide.size < rows.length) plan.repeated += 1;
  const both = bySide.get(2) ?? bySide.get(null);
  const client = bySide.get(0) ?? both;
  const server = bySide.get(1) ?? both;
  const first = (client ?? server)!;
  const nameOf = (row?: NameRow) => (row?.named ? row.name : null);
  const name = nameOf(client) ?? nameOf(server);
  const serverName = nameOf(server);
  const apart = name !== null && serverName !== null && serverName !== name;
  if (apart) plan.namedApart += 1;
  if (name === null) plan.unnamedRows += 1;
  const side =
    client !== undefined && server !== undefined ? (first.side === null ? null : 'BOTH') : SIDES[first.side!]!;
  return {
    kind,
    id: first.id,
    name,
    serverName: apart ? serverName : null,
    side,
    documentation: client?.documentation ?? server?.documentation ?? null,
    documents: file.hasDocumentation,
    file: file.file,
    line: first.line,
  };
}

/** Gathers the rows of a name set into one entry an id. */
export function planNames(files: NamesFile[]): NamesPlan {
  const plan: NamesPlan = {
    names: [],
    packages: [],
    unnamedRows: 0,
    repeated: 0,
    namedApart: 0,
    unknown: [],
    staticMethods: [],
  };
  const statics = new Set<number>();
  const names = new Map<string, PlannedName>();
  for (const file of files) {
    if (file.kind === 'packages') {
      plan.packages.push(
        ...file.rows.map(({ id, name, line }) => ({ class: id, package: name, file: file.file, line })),
      );
      continue;
    }
    const rowsById = new Map<string, NameRow[]>();
    for (const row of file.rows) {
      const rows = rowsById.get(row.id);
      if (rows) rows.push(row);
      else rowsById.set(row.id, [row]);
    }
    for (const [id, rows] of rowsById) {
      const srg = parseSrgId(id);
      if (srg === null) {
        plan.unknown.push(...rows.map(({ line, name }) => ({ file: file.file, line, id, name })));
        continue;
      }
      // The same id in a second file counts as a further row of the first.
      if (names.has(id)) plan.repeated += 1;
      names.set(id, fold(rows, srg.kind, file, plan));
      if (srg.kind === 'PARAMETER' && srg.slot === 0 && !srg.constructorParameter) statics.add(srg.index);
    }
  }
  plan.names = [...names.values()];
  plan.staticMethods = [...statics];
  return plan;
}
