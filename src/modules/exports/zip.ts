import { buffer } from 'node:stream/consumers';
import yauzl from 'yauzl';
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

/** A file of a zip that this service wrote. @throws Error where it is not in there */
export async function readFromZip(bytes: Buffer, name: string): Promise<Buffer> {
  const zip = await yauzl.fromBufferPromise(bytes);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === name) return buffer(await zip.openReadStreamPromise(entry));
  }
  throw new Error(`The zip has no ${name}.`);
}
