import { importNames } from '../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../src/modules/imports/read-source.js';
import { openSource } from '../../src/modules/imports/sources/index.js';
import { importVersion } from '../../src/modules/imports/version-import.service.js';
import { REAL_DATA } from '../modules/formats/real-data.js';
import { startTestService, type TestService, type TestServiceOptions } from './service.js';

/** Real versions with the last names that they got, the first one being current. */
const VERSIONS = [
  ['1.12.2', '1.12/1-stable_39'],
  ['1.16.5', '1.15/snapshot_20200415'],
] as const;

/** The service on 1.12.2 and 1.16.5. Takes seconds: one file should hold what is expected of real data. */
export async function startRealService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService({ sample: false, ...options });
  for (const [version, set] of VERSIONS) {
    const source = await openSource(`${REAL_DATA}/versions/${version}`);
    await importVersion(service.db, { version, ...(await readVersion(source)) });
    await source.close();
    const names = await openSource(`${REAL_DATA}/names/${set}`);
    await importNames(service.db, { version, files: await readNames(names) });
    await names.close();
  }
  return service;
}
