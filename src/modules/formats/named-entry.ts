import { FormatError } from './format-error.js';
import type { SrgIdKind } from './srg-id.js';

/** What a name set says of one entry; an entry of which it says nothing is not in it. */
export interface NamedEntry {
  kind: SrgIdKind;
  srg: string;
  /** The community name; of a class only where it is another than the SRG name. */
  name: string | null;
  /** The server's name, where the two sides were named apart (before 1.8). */
  serverName: string | null;
  side: 'CLIENT' | 'SERVER' | 'BOTH';
  documentation: string | null;
  /** Parameters: the SRG id of the method or constructor. */
  method: string | null;
}

const KINDS: readonly SrgIdKind[] = ['CLASS', 'METHOD', 'FIELD', 'PARAMETER'];

/** The order of the canonical form: kinds as listed, ids by bytes. */
export const compareEntries = (a: Pick<NamedEntry, 'kind' | 'srg'>, b: Pick<NamedEntry, 'kind' | 'srg'>): number =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.srg < b.srg ? -1 : a.srg > b.srg ? 1 : 0);

/**
 * The canonical form of a name set is UTF-8 text, one JSON object a line, each line ended by a line feed. The first line says what it
 * is; then entries in the order of {@link compareEntries}. Keys stand in this order and only where they say something: kind, srg,
 * name, serverName, side (BOTH is not written), documentation, method. A release's digest is the SHA-256 of it.
 */
export const canonicalHead = (gameVersion: string): string =>
  `${JSON.stringify({ format: 'mcp-names', formatVersion: 1, gameVersion })}\n`;

/** The canonical line of an entry, its line end included. */
export function canonicalLine({ kind, srg, name, serverName, side, documentation, method }: NamedEntry): string {
  const line: Record<string, string> = { kind, srg };
  if (name !== null) line['name'] = name;
  if (serverName !== null) line['serverName'] = serverName;
  if (side !== 'BOTH') line['side'] = side;
  if (documentation !== null) line['documentation'] = documentation;
  if (method !== null) line['method'] = method;
  return `${JSON.stringify(line)}\n`;
}

/** Reads the canonical form. @throws FormatError for text that is not it */
export function* parseCanonical(file: string, text: string): Generator<NamedEntry> {
  let start = text.indexOf('\n') + 1;
  if (start === 0 || !text.startsWith('{"format":"mcp-names","formatVersion":1,')) {
    throw new FormatError(file, 1, 'the file is not a name set in its canonical form');
  }
  for (let number = 2; start < text.length; number++) {
    const end = text.indexOf('\n', start);
    if (end === -1) throw new FormatError(file, number, 'the last line is cut');
    yield parseLine(file, number, text.slice(start, end));
    start = end + 1;
  }
}

function parseLine(file: string, number: number, line: string): NamedEntry {
  let entry: Partial<NamedEntry>;
  try {
    entry = JSON.parse(line) as Partial<NamedEntry>;
  } catch (error) {
    throw new FormatError(file, number, 'the line is not JSON', { cause: error });
  }
  const { kind, srg, name = null, serverName = null, side = 'BOTH', documentation = null, method = null } = entry;
  if (kind === undefined || !KINDS.includes(kind) || typeof srg !== 'string') {
    throw new FormatError(file, number, 'the line is not an entry');
  }
  return { kind, srg, name, serverName, side, documentation, method };
}
