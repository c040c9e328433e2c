import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { badInput } from './errors.js';

/**
 * Writes a file that is whole or not there: beside its place under another name, and then moved. What stood in its place stays until
 * then.
 * @throws AppError BAD_USER_INPUT for a folder or a device, which is not to be replaced
 */
export async function writeWholeFile<T>(
  path: string,
  work: (write: (piece: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  const there = await stat(path).catch(() => null);
  if (there !== null && !there.isFile()) throw badInput(`${path} is no file.`);
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  const file = await open(beside, 'wx');
  try {
    const result = await work((piece) => file.writeFile(piece));
    await file.sync();
    await file.close();
    await rename(beside, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}
