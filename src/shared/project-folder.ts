import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function folderWith(file: string, folder: string): string {
  if (existsSync(join(folder, file))) return folder;
  if (dirname(folder) === folder) throw new Error(`No ${file} stands above the code.`);
  return folderWith(file, dirname(folder));
}

/** Where package.json and `prisma/` are, for the sources and for what is built from them alike. */
export const PROJECT_FOLDER = folderWith('package.json', dirname(fileURLToPath(import.meta.url)));
