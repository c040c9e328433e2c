import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { namedVersion } from '../changes/named-version.js';
import { namesZip } from '../exports/build-export.js';
import { CSV_ZIP, canonicalLine, type NamedEntry } from '../formats/index.js';
import { historyHead, type HistoryHead } from '../history/history.store.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget } from '../name-sets/target.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { lastRelease, responsibleChanges, type EntryKeys, type NewFile } from './publish.store.js';
import { releaseEntries } from './release-content.js';
import { releaseName, snapshotNumber, type ReleaseChannel } from './release-names.js';
import type { ReleaseRow } from './releases.store.js';

/** What is to be released. */
export interface ReleaseOrder {
  /** The name of the game version. */
  version: string;
  channel: ReleaseChannel;
  now: Date;
}

/** A release as it was read at one instant, to be written. */
export interface PreparedRelease {
  version: GameVersionRow;
  /** The release that it was compared with; null where it is the first. */
  previous: ReleaseRow | null;
  /** The ends of the history that it carries. */
  head: HistoryHead;
  /** SHA-256 of the canonical content. */
  digest: Buffer;
  entryCount: number;
  /** By which it differs from the one before. */
  changes: number[];
  /** The canonical content, compressed. */
  content: NewFile;
  zip: NewFile;
  zipWithoutDocumentation: NewFile;
}

/**
 * Reads everything that a release consists of, from one view of the database; writes nothing and holds nobody up.
 * @throws UserErrors NOT_FOUND for the version, ALREADY_EXISTS for a snapshot of the day, NOTHING_TO_RELEASE
 */
export function prepareRelease(db: Database, { version: name, channel, now }: ReleaseOrder): Promise<PreparedRelease> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    const version = await namedVersion(tx, name);
    const previous = await lastRelease(tx, version.id, channel);
    if (channel === 'SNAPSHOT') refuseSecondOfDay(version, previous, now);
    const head = await historyHead(tx);
    const withStaged = channel === 'SNAPSHOT';
    const names = await NameSet.open(tx, await findTarget(tx, withStaged ? `${name}+draft` : name));
    const { digest, entryCount, content, differing } = await readContent(names, await linesOf(tx, previous));
    if (entryCount === 0) throw userError('NOTHING_TO_RELEASE', `${name} has no names yet.`, 'version');
    if (previous !== null && digest.equals(previous.digest)) {
      const what = withStaged ? 'names' : 'committed names';
      throw userError('NOTHING_TO_RELEASE', `The ${what} of ${name} are those of ${previous.name}.`, 'version');
    }
    return {
      version,
      previous,
      head,
      digest,
      entryCount,
      changes: await responsibleChanges(tx, version.id, differing, withStaged),
      content: summed(content),
      zip: summed(await namesZip(tx, names, CSV_ZIP, true)),
      zipWithoutDocumentation: summed(await namesZip(tx, names, CSV_ZIP, false)),
    };
  });
}

function refuseSecondOfDay({ name: version }: GameVersionRow, previous: ReleaseRow | null, now: Date): void {
  const number = snapshotNumber(now);
  if (previous === null || previous.number < number) return;
  const name = releaseName({ channel: 'SNAPSHOT', number, version });
  const why =
    previous.number === number
      ? `${name} is published already; a version has one snapshot a day, in UTC.`
      : `There is ${previous.name} already, which is newer than ${name} would be.`;
  throw userError('ALREADY_EXISTS', why, 'version');
}

/** The lines of a release's content behind its head, each of which says one entry; none for no release. */
async function linesOf(tx: Tx, release: ReleaseRow | null): Promise<Set<string>> {
  if (release === null) return new Set();
  const lines = new Set<string>();
  for (const entry of await releaseEntries(tx, release)) lines.add(canonicalLine(entry));
  return lines;
}

/**
 * Digests and compresses the canonical content as it is read.
 * @param before the lines of the release before it; what is left of them afterwards is not said any more
 */
async function readContent(names: NameSet, before: Set<string>) {
  const hash = createHash('sha256');
  const differing: EntryKeys = { kinds: [], srgs: [] };
  const note = ({ kind, srg }: NamedEntry) => {
    differing.kinds.push(kind);
    differing.srgs.push(srg);
  };
  let entryCount = 0;
  const text = async function* () {
    for await (const { text: lines, entries } of names.canonical()) {
      hash.update(lines);
      entryCount += entries.length;
      for (const entry of entries) if (!before.delete(canonicalLine(entry))) note(entry);
      yield lines;
    }
  };
  const gzip = createGzip({ level: 9 });
  const [content] = await Promise.all([buffer(gzip), pipeline(Readable.from(text()), gzip)]);
  const said = new Set(differing.srgs.map((srg, i) => `${differing.kinds[i]} ${srg}`));
  for (const line of before) {
    const entry = JSON.parse(line) as NamedEntry;
    if (!said.has(`${entry.kind} ${entry.srg}`)) note(entry);
  }
  return { digest: hash.digest(), entryCount, content, differing };
}

const sumOf = (algorithm: string, content: Uint8Array) => createHash(algorithm).update(content).digest();

const summed = (content: Uint8Array): NewFile => ({
  content,
  md5: sumOf('md5', content),
  sha1: sumOf('sha1', content),
  sha256: sumOf('sha256', content),
  sha512: sumOf('sha512', content),
});
