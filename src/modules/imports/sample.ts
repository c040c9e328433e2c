import { join } from 'node:path';
import type { Database } from '../../db/index.js';
import { PROJECT_FOLDER } from '../../shared/project-folder.js';
import { importNames } from './names-import.service.js';
import { readNames, readVersion } from './read-source.js';
import { openSource } from './sources/index.js';
import { hasNoVersion, importVersion } from './version-import.service.js';

/** An invented game about a garden; sorts before every real version. */
export const SAMPLE_VERSION = '0.0-sample';

const SAMPLE_DIR = join(PROJECT_FOLDER, 'prisma/sample');

/** Gives an empty database something to show. @returns whether it was empty */
export async function importSample(db: Database): Promise<boolean> {
  if (!(await hasNoVersion(db))) return false;
  const source = await openSource(SAMPLE_DIR);
  try {
    await importVersion(db, { version: SAMPLE_VERSION, ...(await readVersion(source)), current: true, isSample: true });
    await importNames(db, { version: SAMPLE_VERSION, files: await readNames(source), unrecorded: true });
    return true;
  } finally {
    await source.close();
  }
}
