import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Sql } from '../../db/index.js';
import { parseCanonical, type NamedEntry } from '../formats/index.js';
import { CONTENT_FILE } from './release-names.js';
import { releaseFile, type ReleaseRow } from './releases.store.js';

const unzip = promisify(gunzip);

/** The entries that a release names, in canonical order. */
export async function releaseEntries(db: Sql, { id, name }: ReleaseRow): Promise<Iterable<NamedEntry>> {
  const bytes = await releaseFile(db, id, CONTENT_FILE);
  if (bytes === null) throw new Error(`The release ${name} has no content.`);
  return parseCanonical(name, (await unzip(bytes)).toString('utf8'));
}
