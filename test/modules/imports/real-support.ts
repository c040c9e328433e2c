import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../../src/modules/imports/read-source.js';
import type { NamesImportReport, VersionImportReport } from '../../../src/modules/imports/report.js';
import { openSource } from '../../../src/modules/imports/sources/index.js';
import { importVersion } from '../../../src/modules/imports/version-import.service.js';
import type { TestDatabase } from '../../support/database.js';
import { REAL_DATA } from '../formats/real-data.js';

/** Entries and named ones by kind. */
export const counts = ({ coverage }: { coverage: VersionImportReport['coverage'] }) =>
  Object.fromEntries(coverage.map(({ kind, total, named }) => [kind, [total, named]]));

export async function importFolder(db: TestDatabase, version: string): Promise<VersionImportReport> {
  const source = await openSource(`${REAL_DATA}/versions/${version}`);
  return importVersion(db, { version, ...(await readVersion(source)) });
}

export async function importNameSet(db: TestDatabase, version: string, folder: string): Promise<NamesImportReport> {
  const source = await openSource(`${REAL_DATA}/names/${folder}`);
  return importNames(db, { version, files: await readNames(source) });
}
