import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError, badInput } from '../../../shared/errors.js';
import { SingleFileSource, noSuchFile, type ImportSource, type SourceLimits } from './import-source.js';

/** Deeper than any layout of these files. */
const MAX_DEPTH = 16;

/** Opens a folder; links are followed only to files inside it. @throws AppError */
export async function openFolder(location: string, limits: SourceLimits): Promise<ImportSource> {
  const root = await realpath(location);
  const files: string[] = [];
  let entries = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw badInput(`${location}: folders are nested deeper than ${MAX_DEPTH}.`);
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      entries += 1;
      if (entries > limits.maxEntries) throw badInput(`${location}: more than ${limits.maxEntries} files and folders.`);
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // .git and its like hold thousands of files and none of ours.
      if (entry.isDirectory() && entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await walk(path, depth + 1);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(root, path, location))))
        files.push(path);
    }
  };
  await walk('', 0);
  return new FolderSource(location, root, files.sort(), limits);
}

/** True for a link to a file inside the folder. A linked folder's files are listed where they really are. */
async function leadsToFile(root: string, path: string, location: string): Promise<boolean> {
  let target: string;
  try {
    target = await realpath(join(root, path));
  } catch {
    return false; // A dangling link names no file.
  }
  if (!isInside(root, target)) throw badInput(`${location}: the link "${path}" leads out of the folder.`);
  return (await stat(target)).isFile();
}

function isInside(root: string, target: string): boolean {
  const path = relative(root, target);
  return path !== '..' && !path.startsWith(`..${sep}`) && !path.startsWith(sep);
}

/** Sum of the sizes of the files read; a file read again is not counted again. */
class ReadBudget {
  private readonly sizes = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly description: string,
    private readonly maxTotalBytes: number,
  ) {}

  charge(path: string, bytes: number): void {
    this.total += bytes - (this.sizes.get(path) ?? 0);
    this.sizes.set(path, bytes);
    if (this.total > this.maxTotalBytes) {
      throw badInput(`${this.description}: the files are larger than ${this.maxTotalBytes} bytes together.`);
    }
  }
}

class FolderSource implements ImportSource {
  private readonly names: Set<string>;
  private readonly budget: ReadBudget;

  constructor(
    readonly description: string,
    private readonly root: string,
    private readonly paths: string[],
    private readonly limits: SourceLimits,
  ) {
    this.names = new Set(paths);
    this.budget = new ReadBudget(description, limits.maxTotalBytes);
  }

  files(): string[] {
    return [...this.paths];
  }

  has(path: string): boolean {
    return this.names.has(path);
  }

  async read(path: string): Promise<Buffer> {
    if (!this.has(path)) throw noSuchFile(this.description, path);
    const label = `${this.description}: "${path}"`;
    const bytes = await this.readInside(path, label).catch((error: unknown) => {
      throw fileFault(label, error);
    });
    this.budget.charge(path, bytes.length);
    return bytes;
  }

  async close(): Promise<void> {}

  private async readInside(path: string, label: string): Promise<Buffer> {
    const target = await realpath(join(this.root, path));
    // Looked at again: the folder may have changed since it was listed.
    if (!isInside(this.root, target))
      throw badInput(`${this.description}: the link "${path}" leads out of the folder.`);
    return readFileBounded(target, label, this.limits.maxFileBytes);
  }
}

/** Opens one text file. */
export function openSingleFile(location: string, name: string, limits: SourceLimits): ImportSource {
  const load = () =>
    readFileBounded(location, location, limits.maxFileBytes).catch((error: unknown) => {
      throw fileFault(location, error);
    });
  return new SingleFileSource(location, name, load);
}

/** Reads a regular file that may grow meanwhile, and never more than `max` bytes of it. */
async function readFileBounded(path: string, label: string, max: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw badInput(`${label} is not a regular file.`);
    const tooLarge = () => badInput(`${label} is larger than ${max} bytes.`);
    if (stats.size > max) throw tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > max) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/** A fault of the file system as a refusal in words; refusals pass as they are. */
export function fileFault(label: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown fault';
  const reason = code === 'ENOENT' ? 'there is no such file or folder' : code;
  return new AppError('BAD_USER_INPUT', `${label} can't be read: ${reason}.`, {}, { cause: error });
}
