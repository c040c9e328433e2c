import { CsvError, parse } from 'csv-parse/sync';
import { badInput } from '../../shared/errors.js';
import { decodeDocumentation, encodeDocumentation } from './documentation.js';
import { FormatError, counted, quoted } from './format-error.js';
import type { NameRow, NamesFile, NamesKind } from './model.js';
import { MAX_NAME_LENGTH, hasInvisible } from './names.js';
import { isSrgId, parseSrgId } from './srg-id.js';
import { decodeText } from './text-lines.js';

/** The id columns of methods.csv and fields.csv, params.csv, and packages.csv; with the column of the name. */
const ID_COLUMNS = { searge: 'name', param: 'name', class: 'package' } as const;
/** What MCP's files before 1.2 say besides; read past. */
const OLD_COLUMNS = ['notch', 'sig', 'notchsig', 'classname', 'classnotch', 'package'];
const SIDES = new Map<string, 0 | 1 | 2 | null>([
  ['', null],
  ['0', 0],
  ['1', 1],
  ['2', 2],
]);

interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * Reads a name set's file: methods.csv, fields.csv, params.csv (MCPBot's exports and every older and later layout: with or
 * without side and documentation, quoted or not, CRLF or LF) and packages.csv. @throws FormatError
 */
export function parseNames(file: string, bytes: Buffer): NamesFile {
  const text = decodeText(file, bytes);
  const [head, ...records] = readRecords(file, text);
  if (head === undefined) throw new FormatError(file, null, 'the file has no header');
  const columns = readHeader(file, head);
  const rows = records.map((record) => readRow(file, columns, record));
  const firstFeed = text.indexOf('\n');
  return {
    file,
    kind: kindOf(file, columns.idName, rows),
    header: head.cells,
    hasDocumentation: columns.desc !== -1,
    newline: firstFeed === -1 || text[firstFeed - 1] === '\r' ? '\r\n' : '\n',
    finalNewline: text.endsWith('\n'),
    rows,
  };
}

function readRecords(file: string, text: string): CsvRecord[] {
  // The parser's own line numbers count a CR LF inside quotes twice; the empty lines it passed over it counts right.
  const records: CsvRecord[] = [];
  let contentLines = 0;
  const keep = (cells: string[], context: { empty_lines: number }): null => {
    records.push({ line: contentLines + context.empty_lines + 1, cells });
    contentLines += 1;
    for (const cell of cells) if (cell.includes('\n')) contentLines += cell.split('\n').length - 1;
    return null;
  };
  try {
    parse(text, { record_delimiter: ['\r\n', '\n'], skip_empty_lines: true, on_record: keep });
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const [head] = records;
    // A file that is something else altogether is best refused by its first line.
    if (head !== undefined) readHeader(file, head);
    const line = contentLines + Number(error.empty_lines) + 1;
    throw new FormatError(file, line, csvReason(error, head?.cells.length ?? 0), { cause: error });
  }
}

function csvReason(error: CsvError, width: number): string {
  switch (error.code as string) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const cells = Array.isArray(error.record) ? error.record.length : 0;
      return `${counted(cells, 'column')} where the header has ${width}`;
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is opened and never closed';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'a quoted cell goes on after its closing quote';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote stands inside a cell that is not quoted';
    default:
      return `not CSV (${error.code})`;
  }
}

interface Columns {
  idName: keyof typeof ID_COLUMNS;
  id: number;
  name: number;
  side: number;
  desc: number;
}

function readHeader(file: string, { line, cells }: CsvRecord): Columns {
  const idName = (Object.keys(ID_COLUMNS) as (keyof typeof ID_COLUMNS)[]).find((column) => cells.includes(column));
  if (idName === undefined) {
    throw new FormatError(
      file,
      line,
      `the header ${quoted(cells.join(','))} has no "searge", "param" or "class" column`,
    );
  }
  const nameColumn = ID_COLUMNS[idName];
  if (!cells.includes(nameColumn)) throw new FormatError(file, line, `the header has no "${nameColumn}" column`);
  const known = [idName, nameColumn, 'side', 'desc', ...(idName === 'searge' ? OLD_COLUMNS : [])];
  cells.forEach((cell, index) => {
    if (!known.includes(cell)) throw new FormatError(file, line, `the header's column ${quoted(cell)} is not known`);
    if (cells.indexOf(cell) !== index) throw new FormatError(file, line, `the header has the column "${cell}" twice`);
  });
  const [id, name, side, desc] = [idName, nameColumn, 'side', 'desc'].map((column) => cells.indexOf(column));
  return { idName, id: id ?? -1, name: name ?? -1, side: side ?? -1, desc: desc ?? -1 };
}

function readRow(file: string, columns: Columns, { line, cells }: CsvRecord): NameRow {
  const id = cells[columns.id] ?? '';
  const name = cells[columns.name] ?? '';
  const sideText = cells[columns.side] ?? '';
  const cell = cells[columns.desc] ?? '';
  if (id === '') throw new FormatError(file, line, 'the id is empty');
  if (hasInvisible(id))
    throw new FormatError(file, line, `the id ${quoted(id)} holds a blank or an invisible character`);
  if (hasInvisible(name)) {
    throw new FormatError(file, line, `the name ${quoted(name)} holds a blank or an invisible character`);
  }
  for (const text of [id, name]) {
    if (text.length > MAX_NAME_LENGTH) {
      throw new FormatError(file, line, `${quoted(text)} is longer than the ${MAX_NAME_LENGTH} characters of a name`);
    }
  }
  const side = SIDES.get(sideText);
  if (side === undefined) throw new FormatError(file, line, `side ${quoted(sideText)} is none of 0, 1, 2`);
  if (cell.includes('\0')) throw new FormatError(file, line, 'the documentation holds a zero byte');
  const documentation = cell === '' ? null : decodeDocumentation(cell);
  return { line, id, name, named: isName(id, name), side, documentation };
}

/** Exports from 1.14 on repeat the id of fields without a name; before 1.3 the id of a member could be its name. */
const isName = (id: string, name: string): boolean =>
  name !== '' && !isSrgId(name) && !(name === id && /^(?:func|field|p|m|f)_/.test(id));

const KIND_OF_ID = { METHOD: 'methods', FIELD: 'fields', PARAMETER: 'params', CLASS: null } as const;

function kindOf(file: string, idName: keyof typeof ID_COLUMNS, rows: NameRow[]): NamesKind | null {
  if (idName === 'param') return 'params';
  if (idName === 'class') return 'packages';
  const counts = { methods: 0, fields: 0, params: 0 };
  for (const { id } of rows) {
    const srgId = parseSrgId(id);
    const kind = srgId ? KIND_OF_ID[srgId.kind] : /#<(?:cl)?init>/.test(id) ? 'methods' : null;
    if (kind) counts[kind]++;
  }
  const [[most, count], [, second]] = Object.entries(counts).sort((a, b) => b[1] - a[1]) as [
    [NamesKind, number],
    [NamesKind, number],
  ];
  if (count > second) return most;
  const byFile = /(?:^|[\\/])(methods|fields|params)\.csv$/i.exec(file)?.[1]?.toLowerCase();
  return (byFile as NamesKind | undefined) ?? null;
}

export interface NamesLayout {
  header: readonly string[];
  /** CRLF, the exporter's own, if left out. */
  newline?: '\r\n' | '\n';
  /** True if left out. */
  finalNewline?: boolean;
}

/**
 * Writes a name set's file as the old exporter did (Python's csv, QUOTE_MINIMAL); rows in the order given. What `parseNames` read
 * of such a file is written back byte for byte. @throws AppError BAD_USER_INPUT on a column that rows don't have.
 */
export function writeNames(
  rows: Iterable<Pick<NameRow, 'id' | 'name' | 'side' | 'documentation'>>,
  { header, newline = '\r\n', finalNewline = true }: NamesLayout,
): string {
  const id = Object.keys(ID_COLUMNS).find((column) => header.includes(column));
  const name = id === 'class' ? 'package' : 'name';
  const cellsOf = header.map((column): ((row: Pick<NameRow, 'id' | 'name' | 'side' | 'documentation'>) => string) => {
    if (column === id) return (row) => row.id;
    if (column === name) return (row) => row.name;
    if (column === 'side') return (row) => (row.side === null ? '' : String(row.side));
    if (column === 'desc') return (row) => encodeDocumentation(row.documentation ?? '');
    throw badInput(`A name set is not written with the column ${quoted(column)}.`);
  });
  const lines = [header.map(csvCell).join(',')];
  for (const row of rows) lines.push(cellsOf.map((of) => csvCell(of(row))).join(','));
  return lines.join(newline) + (finalNewline ? newline : '');
}

/** One cell as Python's csv writes it with QUOTE_MINIMAL. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The order of methods.csv and fields.csv: by bytes (ids are ASCII, so code units will do). */
export const compareMemberIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const paramKey = (id: string): string => id.replaceAll('_', '').toLowerCase();

/** The order of params.csv: PostgreSQL's under en_US, which reads past underscores, so that constructors (`p_i…`) come last. */
export const compareParamIds = (a: string, b: string): number =>
  compareMemberIds(paramKey(a), paramKey(b)) || compareMemberIds(a, b);
