import { resolve } from 'node:path';
import type { Database } from '../../src/db/database.js';
import { parseMappings, parseNames } from '../../src/modules/formats/index.js';
import { importNames } from '../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../src/modules/imports/read-source.js';
import { openSource } from '../../src/modules/imports/sources/index.js';
import { importVersion } from '../../src/modules/imports/version-import.service.js';

const SAMPLE_DIR = resolve(import.meta.dirname, '../../prisma/sample');

/** Imports the files of the sample once more, as versions of these names; with its names unless said otherwise. */
export async function importCopies(db: Database, versions: string[], { named = true } = {}): Promise<void> {
  const source = await openSource(SAMPLE_DIR);
  try {
    const read = await readVersion(source);
    const names = await readNames(source);
    for (const version of versions) {
      await importVersion(db, { version, ...read, keepSample: true });
      if (named) await importNames(db, { version, files: names });
    }
  } finally {
    await source.close();
  }
}

/** Imports a version out of a mapping file's text. */
export async function importText(db: Database, version: string, text: string): Promise<void> {
  const mappings = parseMappings('joined.tsrg', Buffer.from(text));
  const files = { mappings, constructors: [], exc: null, statics: null, exceptions: [] };
  await importVersion(db, { version, files, fileNames: ['joined.tsrg'], keepSample: true });
}

/** Imports names out of the text of one CSV file. */
export async function importCsv(db: Database, version: string, file: string, text: string): Promise<void> {
  await importNames(db, { version, files: [parseNames(file, Buffer.from(text))] });
}
