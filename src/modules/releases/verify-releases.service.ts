import { createHash } from 'node:crypto';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import { parseCanonical } from '../formats/index.js';
import { CONTENT_FILE, parseReleaseName, releaseName, zipName } from './release-names.js';
import { releaseFile, releasesAfter, type ReleaseRow } from './releases.store.js';
import { sumsOf, type FileSums } from './verify-releases.store.js';

const unzip = promisify(gunzip);

/** Bytes that a content may have: many times those of the largest game version. What was forged may be a bomb. */
const MAX_CONTENT = 512 * 1024 * 1024;

export interface ReleaseReport {
  /** Releases that were read. */
  count: number;
  /** What is wrong with the first one that is broken, in words; null where none is. */
  problem: string | null;
}

/** Rows that are read at once. */
const PAGE = 100;

/**
 * Reads all releases from one view of the database and says whether they are as they were published: sums of their files, digests of
 * their contents, their names and their order.
 * @param onProgress called with how many are done
 */
export function verifyReleases(db: Database, onProgress?: (done: number) => void): Promise<ReleaseReport> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    return readReleases(tx, onProgress);
  });
}

/** The same within a transaction whose view of the database does not move meanwhile. */
export async function readReleases(
  tx: Tx,
  onProgress: (done: number) => void = () => undefined,
): Promise<ReleaseReport> {
  let count = 0;
  /** The last release of each version and channel. */
  const last = new Map<string, number>();
  for (let after = 0; ;) {
    const releases = await releasesAfter(tx, after, PAGE);
    for (const release of releases) {
      const line = `${release.versionId} ${release.channel}`;
      const problem = await problemOf(tx, release, last.get(line) ?? null);
      if (problem !== null) return { count, problem: `The release ${release.name} is broken: ${problem}` };
      last.set(line, release.id);
      onProgress((count += 1));
    }
    if (releases.length < PAGE) return { count, problem: null };
    after = releases.at(-1)!.id;
  }
}

async function problemOf(tx: Tx, release: ReleaseRow, previousId: number | null): Promise<string | null> {
  const key = parseReleaseName(release.name);
  if (key === null || releaseName({ ...key, channel: release.channel, number: release.number }) !== release.name) {
    return 'its name is not that of its channel and number.';
  }
  if (release.previousId !== previousId) return 'the release that it names as the one before it is not that.';
  const sums = new Map((await sumsOf(tx, release.id)).map((file) => [file.fileName, file]));
  for (const fileName of [CONTENT_FILE, zipName(key, true), zipName(key, false)]) {
    const file = sums.get(fileName);
    const content = file === undefined ? null : await releaseFile(tx, release.id, fileName);
    if (file === undefined || content === null) return `it has no file ${fileName}.`;
    const wrong = wrongSum(file, content);
    if (wrong !== null) return `the ${wrong} of ${fileName} is another one than was noted.`;
    const problem = fileName === CONTENT_FILE ? await contentProblem(release, content) : null;
    if (problem !== null) return problem;
  }
  return null;
}

const sumOf = (algorithm: string, content: Uint8Array): Buffer => createHash(algorithm).update(content).digest();

const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** @returns which of the sums of a file, or its size, is not that of its bytes */
function wrongSum(file: FileSums, content: Uint8Array): string | null {
  if (file.size !== content.length) return 'size';
  return ALGORITHMS.find((each) => !sumOf(each, content).equals(file[each])) ?? null;
}

async function contentProblem(
  { name, digest, entryCount }: ReleaseRow,
  compressed: Uint8Array,
): Promise<string | null> {
  let text: Buffer;
  let entries = 0;
  try {
    text = await unzip(compressed, { maxOutputLength: MAX_CONTENT });
    for (const _ of parseCanonical(name, text.toString('utf8'))) entries += 1;
  } catch (error) {
    return `its content can not be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
  if (!sumOf('sha256', text).equals(digest)) return 'its digest is not that of its content.';
  return entries === entryCount ? null : `it says ${entries} entries, not ${entryCount}.`;
}
