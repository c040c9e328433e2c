import { appendFileSync } from 'node:fs';
import { test } from 'vitest';
import { gunzipSync } from 'node:zlib';
import { buildExport } from '../../../src/modules/exports/build-export.js';
import { formatSpec, parseMappings } from '../../../src/modules/formats/index.js';
import { readVersion } from '../../../src/modules/imports/read-source.js';
import { openSource } from '../../../src/modules/imports/sources/index.js';
import { importVersion } from '../../../src/modules/imports/version-import.service.js';
import { openTestDatabase } from '../../support/database.js';
import { REAL_DATA } from '../formats/real-data.js';

test('x', async () => {
  const db = await openTestDatabase();
  let t = performance.now();
  const log = (s: string) => { appendFileSync('/tmp/fmt/log', `${s} ${Math.round(performance.now() - t)}\n`); t = performance.now(); };
  for (const version of ['1.12.2', '1.16.5']) {
  const source = await openSource(`${REAL_DATA}/versions/${version}`);
  await importVersion(db, { version, ...(await readVersion(source)) });
  log('import ' + version);
  let from = version;
  for (const format of ['SRG', 'TSRG', 'CSRG', 'TINY2'] as const) {
    const spec = formatSpec(format);
    const built = await buildExport(db, from, spec, { namespaces: (spec as any).namespaces, documentation: true });
    log(`export ${from} ${format}`);
    const mappings = parseMappings('x', gunzipSync(built.bytes));
    log('parse');
    from = `${version}-${format}`;
    await importVersion(db, { version: from, files: { mappings, constructors: [], exc: null, statics: null, exceptions: [] }, fileNames: ['x'], keepSample: true, onStep: log });
    log(`import ${from}`);
  }
  }
  await db.close();
}, 600_000);
