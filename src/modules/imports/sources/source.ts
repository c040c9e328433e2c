import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { badInput } from '../../../shared/errors.js';
import { download, shownUrl, webUrl } from './download.js';
import { fileFault, openFolder, openSingleFile } from './folder-source.js';
import {
  SingleFileSource,
  pathFault,
  sourceLimits,
  type ImportSource,
  type SourceLimits,
  type SourceOptions,
} from './import-source.js';
import { looksLikeZip, openZipBytes, openZipFile } from './zip-source.js';

export type { ImportSource, SourceOptions } from './import-source.js';

/**
 * Opens what an import is given: a folder, a zip, one file, or an http(s) URL of a zip or of one file. The caller closes it.
 * @throws AppError BAD_USER_INPUT
 */
export async function openSource(location: string, options: SourceOptions = {}): Promise<ImportSource> {
  const limits = sourceLimits(options);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return openUrl(webUrl(location), options, limits);
  try {
    const stats = await stat(location);
    if (stats.isDirectory()) return await openFolder(location, limits);
    if (!stats.isFile()) throw badInput(`${location} is neither a folder nor a file.`);
    const isZip = looksLikeZip(await firstBytes(location)) || /\.zip$/i.test(location);
    if (isZip) return await openZipFile(location, limits);
    return openSingleFile(location, basename(location), limits);
  } catch (error) {
    throw fileFault(location, error);
  }
}

async function openUrl(url: URL, options: SourceOptions, limits: SourceLimits): Promise<ImportSource> {
  const { timeoutMs, maxTotalBytes } = limits;
  const bytes = await download(url, { timeoutMs, maxBytes: maxTotalBytes, onProgress: options.onProgress });
  return sourceFromBytes(shownUrl(url), fileNameOf(url), bytes, limits);
}

/** A source of downloaded bytes: a zip by its content or name, else one file. @throws AppError */
export async function sourceFromBytes(
  description: string,
  name: string,
  bytes: Buffer,
  limits: SourceLimits,
): Promise<ImportSource> {
  if (looksLikeZip(bytes) || /\.zip$/i.test(name)) return openZipBytes(description, bytes, limits);
  if (bytes.length > limits.maxFileBytes) throw badInput(`${description} is larger than ${limits.maxFileBytes} bytes.`);
  return new SingleFileSource(description, name, async () => bytes);
}

function fileNameOf(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    const name = decodeURIComponent(last);
    return pathFault(name) === null && !name.includes('/') ? name : 'download';
  } catch {
    return 'download';
  }
}

async function firstBytes(location: string): Promise<Buffer> {
  const file = await open(location, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
