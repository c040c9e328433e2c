import { badInput } from '../../../shared/errors.js';

/** Files that an import reads, wherever they lie. Every method throws AppError (BAD_USER_INPUT) with a message for the caller. */
export interface ImportSource {
  /** For messages: the path or URL, without credentials or query. */
  readonly description: string;
  /** Relative paths with `/`, sorted. */
  files(): string[];
  has(path: string): boolean;
  /** @throws AppError if there is no such file, it is damaged, or the bounds are passed. */
  read(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

export interface SourceOptions {
  /** Uncompressed size of one file. Default 64 MiB. */
  maxFileBytes?: number;
  /** Of all files together, and of a downloaded or opened archive itself. Default 256 MiB. */
  maxTotalBytes?: number;
  /** Files and folders. Default 20,000. */
  maxEntries?: number;
  /** For a whole download, its body included. Default 120,000. */
  timeoutMs?: number;
  /** Bytes of the download; `total` is null where the server does not say. */
  onProgress?: (done: number, total: number | null) => void;
}

export interface SourceLimits {
  maxFileBytes: number;
  maxTotalBytes: number;
  maxEntries: number;
  timeoutMs: number;
}

const MEBIBYTE = 1024 * 1024;

export const sourceLimits = (options: SourceOptions): SourceLimits => ({
  maxFileBytes: options.maxFileBytes ?? 64 * MEBIBYTE,
  maxTotalBytes: options.maxTotalBytes ?? 256 * MEBIBYTE,
  maxEntries: options.maxEntries ?? 20_000,
  timeoutMs: options.timeoutMs ?? 120_000,
});

/** Why a relative path is not taken, or null. The same rules for what an archive names and what a configuration points at. */
export function pathFault(path: string): string | null {
  if (path === '') return 'the name is empty';
  if (path.length > 1024) return 'the name is longer than 1024 characters';
  if (/[\p{Cc}\p{Cf}]/u.test(path)) return 'the name holds a control character';
  if (path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:/.test(path)) return 'the path is absolute';
  if (path.split(/[\\/]/).includes('..')) return 'the path leads out with ".."';
  return null;
}

/** A source of one file. */
export class SingleFileSource implements ImportSource {
  constructor(
    readonly description: string,
    private readonly name: string,
    private readonly load: () => Promise<Buffer>,
  ) {}

  files(): string[] {
    return [this.name];
  }

  has(path: string): boolean {
    return path === this.name;
  }

  async read(path: string): Promise<Buffer> {
    if (path !== this.name) throw noSuchFile(this.description, path);
    return this.load();
  }

  async close(): Promise<void> {}
}

export const noSuchFile = (description: string, path: string) => badInput(`${description} has no file "${path}".`);
