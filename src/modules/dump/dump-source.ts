import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { badInput } from '../../shared/errors.js';
import { openDownload, shownUrl, webUrl } from '../imports/sources/download.js';
import { fileFault } from '../imports/sources/folder-source.js';
import { DumpReader } from './dump-reader.js';

/** Milliseconds for a whole download. */
const DOWNLOAD_TIME = 3_600_000;

/** Opens a dump: a file, an http(s) URL, or `-` for what `input` brings. @throws AppError BAD_USER_INPUT */
export async function openDump(location: string, input: Readable): Promise<DumpReader> {
  if (location === '-') return new DumpReader('standard input', input);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    const url = webUrl(location);
    return new DumpReader(shownUrl(url), await openDownload(url, DOWNLOAD_TIME));
  }
  try {
    if (!(await stat(location)).isFile()) throw badInput(`${location} is no file.`);
  } catch (error) {
    throw fileFault(location, error);
  }
  return new DumpReader(basename(location), createReadStream(location));
}
