import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../auth/secrets.js';
import type { Settings } from './env.js';

const FILE = 'secret-keys';

/** Makes the file whole or not at all: of processes that start at once, all end up with the key of one. */
async function makeKey(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${newSecret()}\n`, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
}

/**
 * The keys of the settings; in development, where none are given, those kept in the data folder, made at the first start.
 * In production the settings must have them (`env.ts`).
 */
export async function secretKeys({ SECRET_KEYS, DATA_DIR }: Settings): Promise<readonly string[]> {
  if (SECRET_KEYS !== undefined) return SECRET_KEYS;
  const file = join(DATA_DIR, FILE);
  await mkdir(DATA_DIR, { recursive: true });
  if (!existsSync(file)) await makeKey(file);
  const kept = (await readFile(file, 'utf8')).trim();
  if (kept.length < 32) throw new Error(`${file} holds no key; remove it, and a new one is made.`);
  return [kept];
}
