import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** The first instant that a zip can tell; its fields count local time, so that it is this one everywhere. */
const EPOCH = () => new Date(1980, 0, 1);

/**
 * Writes a zip: the same files in the same order are the same bytes on one version of zlib, whatever the time, place and machine.
 */
export async function writeZip(files: readonly { name: string; content: Buffer }[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content } of files) {
    zip.addBuffer(content, name, { mtime: EPOCH(), mode: 0o100644, forceDosTimestamp: true });
  }
  zip.end();
  return buffer(zip.outputStream);
}
