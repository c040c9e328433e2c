import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { AppError } from '../../shared/errors.js';
import { badInput } from '../../shared/errors.js';
import { FORMAT, FORMAT_VERSION, headerSchema, type DumpHeader } from './dump-format.js';
import { SECTIONS, type Section } from './sections.js';

/** Bytes of one line: a row of the largest file that an import takes (64 MiB) in base64. */
const MAX_LINE = 96 * 1024 * 1024;

const NEWLINE = 0x0a;

/** A row as it stands in the file, not yet checked. */
export interface DumpRow {
  /** From 1. */
  line: number;
  value: Record<string, unknown>;
}

/**
 * Reads a dump line by line, and refuses what is not one: by file, line and reason. What was read counts once {@link end} is done, as
 * only that shows that nothing was cut off or altered.
 */
export class DumpReader {
  private readonly lines: AsyncIterator<Buffer, void>;
  private readonly hash = createHash('sha256');
  private line = 0;

  /** @param name what to call it in messages */
  constructor(
    readonly name: string,
    private readonly source: Readable,
    private readonly maxLine = MAX_LINE,
  ) {
    this.lines = this.readLines();
  }

  /** The first line. */
  async header(): Promise<DumpHeader> {
    const value = await this.next();
    if (value['format'] !== FORMAT) throw this.fault(`it is no dump: its first line does not say "format":"${FORMAT}"`);
    const { formatVersion } = value;
    if (typeof formatVersion === 'number' && formatVersion > FORMAT_VERSION) {
      throw this.fault(
        `it is written in version ${formatVersion} of the format, and this build reads up to ${FORMAT_VERSION}; restore it with a newer one`,
      );
    }
    const { data, error } = headerSchema.safeParse(value);
    if (data !== undefined) return data;
    const { path, message } = error.issues[0]!;
    throw this.fault(`${path.join('.')}: ${message}`);
  }

  /** The rows of a section, which has to stand here. */
  async *rows(section: Section, count: number): AsyncGenerator<DumpRow> {
    const head = await this.next();
    if (head['section'] !== section.name || head['rows'] !== count) {
      throw this.fault(`here should stand {"section":"${section.name}","rows":${count}}`);
    }
    for (let row = 0; row < count; row += 1) {
      const value = await this.next();
      if ('section' in value || 'end' in value) {
        throw this.fault(`${section.name} ends after ${row} rows, and should have ${count}`);
      }
      yield { line: this.line, value };
    }
  }

  /** The last line: fails unless it is that of the bytes before it. */
  async end(): Promise<void> {
    const before = this.hash.copy().digest('hex');
    const mark = await this.next();
    if (mark['end'] !== FORMAT) {
      throw this.fault(`the rows of ${SECTIONS.at(-1)!.name} go on, and should have ended`);
    }
    if (mark['sha256'] !== before) {
      throw this.fault('the SHA-256 of what stands before this line is another one: the file was altered');
    }
    if ((await this.lines.next()).done !== true) throw this.fault('something stands behind the end');
  }

  /** Reads no further. */
  async close(): Promise<void> {
    await this.lines.return?.();
    this.source.destroy();
  }

  /** Refuses the line that was read last. */
  fault(reason: string, line = this.line): AppError {
    return badInput(`${this.name}:${line}: ${reason}.`);
  }

  private async next(): Promise<Record<string, unknown>> {
    const { value: bytes, done } = await this.lines.next();
    if (done === true) throw this.cutOff();
    this.line += 1;
    this.hash.update(bytes);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      throw this.fault('this is not JSON in UTF-8');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fault('this is no JSON object');
    return value as Record<string, unknown>;
  }

  /** Lines with their line feeds. */
  private async *readLines(): AsyncGenerator<Buffer, void> {
    let begun: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.unpacked()) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        yield Buffer.concat([...begun, chunk.subarray(from, at + 1)]);
        begun = [];
        length = 0;
        from = at + 1;
      }
      if (from === chunk.length) continue;
      begun.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > this.maxLine) throw this.fault(`a line is longer than ${this.maxLine} bytes`, this.line + 1);
    }
    if (length > 0) throw this.fault('the file is cut off within this line', this.line + 1);
  }

  private async *unpacked(): AsyncGenerator<Buffer> {
    const gunzip = createGunzip({ chunkSize: 64 * 1024 });
    this.source.on('error', (error) => gunzip.destroy(error));
    try {
      for await (const chunk of this.source.pipe(gunzip)) yield chunk as Buffer;
    } catch (error) {
      throw this.unreadable(error);
    } finally {
      this.source.destroy();
    }
  }

  private cutOff(): AppError {
    if (this.line > 0) return this.fault('the file is cut off behind this line');
    return badInput(`${this.name} is no dump: it ends before its first line does.`);
  }

  private unreadable(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return this.cutOff();
    if (code?.startsWith('Z_') !== true) return error;
    const { message } = error as Error;
    if (message === 'incorrect header check') return badInput(`${this.name} is not compressed by gzip, as a dump is.`);
    return this.line === 0
      ? this.fault(`in or behind this line the file is damaged (${message})`, 1)
      : this.fault(`behind this line the file is damaged (${message})`);
  }
}
