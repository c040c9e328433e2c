import { parseCsrg } from './csrg.js';
import { FormatError, quoted } from './format-error.js';
import { JSON_MAGIC, parseJson } from './json.js';
import type { MappingSet } from './model.js';
import { parseProguard } from './proguard.js';
import { parseSrg } from './srg.js';
import { contentLines, decodeText } from './text-lines.js';
import { parseTiny1 } from './tiny1.js';
import { parseTiny2 } from './tiny2.js';
import { parseTsrg, parseTsrg2 } from './tsrg.js';

type Parser = (file: string, text: string) => MappingSet;

/** What people hand in by mistake, by its first line: named, so that the refusal helps. */
const OTHERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\s*</, 'HTML or XML, not a mapping file'],
  [/^\s*(?:[{[]|"[^"]*"\s*:)/, `JSON, but not the service's own, which starts with ${JSON_MAGIC}`],
  [/^[^\s,]+,[^\s,]+/, 'CSV, not a mapping file'],
];

/**
 * Reads a mapping file in whatever format it is, told by its content: TSRG, TSRG2, SRG, XSRG, CSRG, Tiny v1 and v2, a
 * ProGuard map, or the service's own JSON.
 * @throws FormatError if it is none of them, breaks its format, or holds nothing.
 */
export function parseMappings(file: string, bytes: Buffer): MappingSet {
  // Before decoding, which would only say "not UTF-8".
  if (bytes.toString('latin1', 0, 4) === 'PK\x03\x04')
    throw new FormatError(file, null, 'the file is a zip archive, not a mapping file');
  const text = decodeText(file, bytes);
  return parserOf(file, text)(file, text);
}

function parserOf(file: string, text: string): Parser {
  for (const line of contentLines(text)) {
    const { text: content, number } = line;
    if (/^(?:PK|CL|FD|MD): /.test(content)) return parseSrg;
    if (/^tsrg2(?: |$)/.test(content)) return parseTsrg2;
    if (content.startsWith('v1\t')) return parseTiny1;
    if (content.startsWith('tiny\t')) return parseTiny2;
    if (/^\S+ -> \S+:\s*$/.test(content)) return parseProguard;
    if (content.startsWith(JSON_MAGIC)) return parseJson;
    // A member first is a TSRG that lost its class: its own reader says so best.
    if (content.startsWith('\t')) return parseTsrg;
    const other = OTHERS.find(([pattern]) => pattern.test(content));
    if (other) throw new FormatError(file, number, `the file is ${other[1]}`);
    const columns = content.split(' ').length;
    if (columns < 2 || columns > 4) {
      throw new FormatError(file, number, `${quoted(content)} is no line of a mapping file`);
    }
    break;
  }
  return tsrgOrCsrg(file, text);
}

/** The two have the same class lines; what follows the first of them tells. */
function tsrgOrCsrg(file: string, text: string): Parser {
  for (const { text: content } of contentLines(text)) {
    if (content.startsWith('\t')) return parseTsrg;
    if (content.split(' ', 4).length > 2) return parseCsrg;
  }
  return /\.csrg$/i.test(file) ? parseCsrg : parseTsrg;
}
