import { createHash } from 'node:crypto';
import type { Tx } from '../../db/index.js';
import { endLine, sectionLine, type DumpHeader } from './dump-format.js';
import { sectionRows } from './dump.store.js';
import { SECTIONS, type FieldType, type Section } from './sections.js';

/** Characters that are gathered before they are handed on. */
const BLOCK = 64 * 1024;

const text = (encoding: 'hex' | 'base64') => (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString(encoding);

/** Values whose form in the file is not the one that JSON gives them. Times are as JSON has them: ISO 8601, UTC, milliseconds. */
const WRITTEN: Partial<Record<FieldType, (value: unknown) => unknown>> = { hash: text('hex'), bytes: text('base64') };

/** A row as a line. */
function lineWriter({ fields }: Section): (row: Record<string, unknown>) => string {
  const written = Object.entries(fields).map(([field, type]) => [field, WRITTEN[type]] as const);
  return (row) =>
    `${JSON.stringify(
      Object.fromEntries(
        written.map(([field, write]) => [field, write === undefined ? row[field] : write(row[field])]),
      ),
    )}\n`;
}

/** What becomes known of a dump while it is written. */
export interface WrittenLines {
  /** SHA-256 in hex of the sections alone: alike for two dumps between which nothing has changed. */
  contentSha256: string;
}

/**
 * The text of a dump, some of it at a time, out of a transaction that holds still.
 * @param onRows called now and then with how many rows are written
 * @param onEnd called when all of it is written
 */
export async function* dumpLines(
  tx: Tx,
  header: DumpHeader,
  onRows: (rows: number) => void,
  onEnd: (written: WrittenLines) => void,
): AsyncGenerator<string> {
  const all = createHash('sha256');
  const content = createHash('sha256');
  const first = `${JSON.stringify(header)}\n`;
  all.update(first);
  yield first;
  let rows = 0;
  for await (const block of sections(tx, header, (count) => onRows((rows += count)))) {
    all.update(block);
    content.update(block);
    yield block;
  }
  yield endLine(all.digest('hex'));
  onEnd({ contentSha256: content.digest('hex') });
}

async function* sections(tx: Tx, { counts }: DumpHeader, onRows: (rows: number) => void): AsyncGenerator<string> {
  for (const section of SECTIONS) {
    let block = sectionLine(section.name, counts[section.name]!);
    const write = lineWriter(section);
    for await (const rows of sectionRows(tx, section)) {
      for (const row of rows) {
        block += write(row);
        if (block.length < BLOCK) continue;
        yield block;
        block = '';
      }
      onRows(rows.length);
    }
    yield block;
  }
}
