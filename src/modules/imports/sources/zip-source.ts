import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { AppError, badInput } from '../../../shared/errors.js';
import { noSuchFile, pathFault, type ImportSource, type SourceLimits } from './import-source.js';

const LOCAL_HEADER = 0x04034b50;
const END_RECORD = 0x06054b50; // An archive without entries starts with its end.
const UNIX_LINK = 0o120000;
const UNIX_TYPE = 0o170000;
const STORED = 0;
const DEFLATED = 8;

/** Whether a file's first bytes are those of a zip archive. */
export function looksLikeZip(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  const magic = bytes.readUInt32LE(0);
  return magic === LOCAL_HEADER || magic === END_RECORD;
}

/** Opens a zip in memory. @throws AppError naming archive and entry. */
export const openZipBytes = (description: string, bytes: Buffer, limits: SourceLimits): Promise<ImportSource> =>
  openZip(description, limits, () => yauzl.fromBufferPromise(bytes, { decodeStrings: false }));

/** Opens a zip on disk without loading it. @throws AppError naming archive and entry. */
export async function openZipFile(location: string, limits: SourceLimits): Promise<ImportSource> {
  // An archive larger than all that may come out of it has nothing to offer, and its index could fill the memory.
  if ((await stat(location)).size > limits.maxTotalBytes) {
    throw badInput(`${location} is larger than ${limits.maxTotalBytes} bytes.`);
  }
  return openZip(location, limits, () => yauzl.openPromise(location, { autoClose: false, decodeStrings: false }));
}

async function openZip(description: string, limits: SourceLimits, open: () => Promise<ZipFile>): Promise<ImportSource> {
  let zip: ZipFile;
  try {
    zip = await open();
  } catch (error) {
    throw zipFault(description, error);
  }
  // yauzl may report the same fault again after the listing failed; without a listener that would end the process.
  zip.on('error', () => {});
  try {
    return new ZipSource(description, zip, await listEntries(description, zip, limits), limits);
  } catch (error) {
    zip.close();
    throw zipFault(description, error);
  }
}

async function listEntries(description: string, zip: ZipFile, limits: SourceLimits): Promise<Map<string, Entry>> {
  const tooMany = () => badInput(`${description} has more than ${limits.maxEntries} entries.`);
  if (zip.entryCount > limits.maxEntries) throw tooMany();
  const entries = new Map<string, Entry>();
  let count = 0;
  let declared = 0;
  for await (const entry of zip.eachEntry()) {
    count += 1;
    if (count > limits.maxEntries) throw tooMany();
    const path = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    const refuse = (reason: string) =>
      badInput(`${description}: entry ${JSON.stringify(path.slice(0, 200))}: ${reason}.`);
    const fault = pathFault(path);
    if (fault !== null) throw refuse(fault);
    if (path.endsWith('/')) continue;
    if (entries.has(path)) throw refuse('the name is there twice');
    if (entry.isEncrypted()) throw refuse('the entry is encrypted');
    if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE) === UNIX_LINK) throw refuse('the entry is a link');
    if (entry.uncompressedSize > limits.maxFileBytes) {
      throw refuse(`${entry.uncompressedSize} bytes where ${limits.maxFileBytes} are the most`);
    }
    declared += entry.uncompressedSize;
    if (declared > limits.maxTotalBytes) {
      throw badInput(`${description}: the entries are larger than ${limits.maxTotalBytes} bytes together.`);
    }
    entries.set(path, entry);
  }
  return entries;
}

class ZipSource implements ImportSource {
  constructor(
    readonly description: string,
    private readonly zip: ZipFile,
    private readonly entries: Map<string, Entry>,
    private readonly limits: SourceLimits,
  ) {}

  files(): string[] {
    return [...this.entries.keys()].sort();
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  async read(path: string): Promise<Buffer> {
    const entry = this.entries.get(path);
    if (entry === undefined) throw noSuchFile(this.description, path);
    return this.inflate(path, entry);
  }

  async close(): Promise<void> {
    this.zip.close();
  }

  private async inflate(path: string, entry: Entry): Promise<Buffer> {
    const label = `${this.description}: entry "${path}"`;
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      throw badInput(`${label} is compressed in a way that is not supported (method ${entry.compressionMethod}).`);
    }
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      const stream = await this.zip.openReadStreamPromise(entry);
      // The declared sizes were checked, and yauzl ends a stream that gives more than its own; what really comes out is counted
      // all the same. Leaving the loop ends the inflating.
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > this.limits.maxFileBytes)
          throw badInput(`${label} is larger than ${this.limits.maxFileBytes} bytes.`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw zipFault(label, error);
    }
    const bytes = Buffer.concat(chunks, size);
    if (crc32(bytes) !== entry.crc32) throw badInput(`${label} is damaged: its checksum does not match.`);
    return bytes;
  }
}

/** Anything that reading an archive throws, as a refusal; refusals pass as they are. */
function zipFault(label: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  return new AppError('BAD_USER_INPUT', `${label} can't be read as a zip archive: ${reason}.`, {}, { cause: error });
}
