import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

/** Real game versions and name sets, beside the project's root; not part of it. */
export const REAL_DATA = resolve(import.meta.dirname, '../../../../shared/data');
export const hasRealData = existsSync(REAL_DATA);

export const realFile = (path: string): Buffer => readFileSync(join(REAL_DATA, path));

/** Paths below the data folder of every file whose name ends so. */
export function realFiles(end: string): string[] {
  if (!hasRealData) return [];
  return readdirSync(REAL_DATA, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .sort();
}

/** A suite over real data: runs where the folder exists, and says so where not. */
export function describeReal(name: string, suite: () => void): void {
  if (!hasRealData) console.warn(`Skipped: "${name}" needs real data at ${REAL_DATA}.`);
  describe.skipIf(!hasRealData)(`${name} (real data)`, suite);
}
