const BLOCK = 64 * 1024;

/** One value of a row in COPY's text format; an array becomes a PostgreSQL array of text. */
export type CopyValue = string | number | boolean | null | readonly string[];

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escape = (text: string) => text.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char]!);
const element = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function field(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'object') return escape(`{${value.map(element).join(',')}}`);
  return String(value);
}

/** One row in COPY's text format (PostgreSQL manual, COPY, "Text Format"), its line end included. */
export const copyLine = (values: readonly CopyValue[]): string => `${values.map(field).join('\t')}\n`;

/** Gathers lines into blocks, so that a bulk load does not cost a write a row. */
export async function* inBlocks(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let block = '';
  for await (const line of lines) {
    block += line;
    if (block.length >= BLOCK) {
      yield block;
      block = '';
    }
  }
  if (block !== '') yield block;
}
