import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../shared/project-folder.js';

export const MIGRATIONS_DIR = join(PROJECT_FOLDER, 'prisma/migrations');

/** One migration: a folder with its script. */
export interface Migration {
  name: string;
  script: string;
}

/** All migrations of this build, in the order in which they apply. Small files, read without a turn of the event loop for each step. */
export function readMigrations(): Migration[] {
  const entries = readdirSync(MIGRATIONS_DIR, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names
    .sort()
    .map((name) => ({ name, script: readFileSync(join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8') }));
}
