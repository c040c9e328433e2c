import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { Lru } from '../../shared/lru.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget, type NameTarget } from '../name-sets/target.js';
import { changelogOf } from './changelog.js';
import { compareNames, type DetailedComparison } from './compare-names.js';
import { NO_DIFFERENCE, type ComparedEntry, type ComparedNames } from './compared-entry.js';
import { migrationText, type MigrationFormat } from './migration.js';
import { toldReleases } from './told-releases.js';

const compress = promisify(gzip);

/** What kept comparisons and files may weigh: characters, and bytes. */
const KEPT = 32 * 1024 * 1024;
const KEPT_FILES = 8 * 1024 * 1024;
/** Comparisons that are made at once, and that may wait: each reads two name sets. */
const AT_ONCE = 2;
const WAITING = 50;

/** Two targets, as they stood for names. */
export interface ComparedTargets {
  base: NameTarget;
  head: NameTarget;
}

export interface Comparison extends ComparedTargets {
  names: ComparedNames;
}

/** A file made of a comparison. */
export interface ComparisonFile {
  bytes: Buffer;
  encoding: 'identity' | 'gzip';
  /** Of the file itself, in bytes. */
  size: number;
  /** Another one whenever the file may be another: what it was made of. */
  key: string;
  changedAt: Date;
}

export interface MigrationChoice {
  format: MigrationFormat;
  /** Whether names that stay as they are are wanted, too. */
  all: boolean;
}

/** Another one whenever what is compared may be another. A release stays what it is until its version is imported anew. */
const keyOf = ({ key, release, staged, version }: NameTarget): string =>
  release !== null && staged === 'NONE' ? `${version.id}-${version.importedAt.getTime()}-r${release.id}` : key;

const pairKey = ({ base, head }: ComparedTargets): string => `${keyOf(base)} ${keyOf(head)}`;

/** As they were asked for: a handle can be written in several ways. */
const textsOf = ({ base, head }: ComparedTargets): string => `${base.text} ${head.text}`;

/** When a target last may have become another one. */
const changeOf = ({ release, staged, version, changedAt }: NameTarget): Date =>
  release !== null && staged === 'NONE' ? later(release.publishedAt, version.importedAt) : changedAt;

const later = (a: Date, b: Date): Date => (a > b ? a : b);

/** About how much memory a comparison takes: its texts, and what holds them. */
const weightOf = ({ entries, baseClasses }: DetailedComparison): number =>
  entries.reduce((sum, entry) => sum + entryWeight(entry), 1 + 200 * baseClasses.size);

const entryWeight = (entry: ComparedEntry): number =>
  150 +
  entry.srg.length +
  [entry.oldName, entry.newName, entry.oldDocumentation, entry.newDocumentation].reduce(
    (sum, text) => sum + (text?.length ?? 0),
    0,
  );

const compareIn = async (tx: Tx, { base, head }: ComparedTargets, options: { all: boolean }) =>
  compareNames(tx, await NameSet.open(tx, base), await NameSet.open(tx, head), options);

/**
 * Compares targets, and keeps what came of it for as long as they stand for the same names: page after page costs no statement. A pair
 * that is asked for by many at once is compared once.
 */
export class Comparisons {
  private readonly kept = new Lru<DetailedComparison>(KEPT, weightOf);
  private readonly files = new Lru<ComparisonFile>(KEPT_FILES, ({ bytes }) => bytes.length + 1);
  private readonly making = new Map<string, Promise<unknown>>();
  private readonly limit = pLimit(AT_ONCE);

  /** @param targetOf finds what a target's text stands for now */
  constructor(
    private readonly db: Database,
    private readonly targetOf: (text: string) => Promise<NameTarget>,
  ) {}

  /** What two targets differ in. @throws AppError NOT_FOUND naming the one that is not there; RATE_LIMITED where too many wait */
  async compare(baseText: string, headText: string): Promise<Comparison> {
    const pair = await this.targets(baseText, headText);
    if (keyOf(pair.base) === keyOf(pair.head)) return { ...pair, names: NO_DIFFERENCE };
    const names = this.kept.get(pairKey(pair));
    if (names !== undefined) return { ...pair, names };
    return this.once(`names ${textsOf(pair)} ${pairKey(pair)}`, () =>
      this.inView(pair, async (tx, found) => ({ ...found, names: await this.comparison(tx, found) })),
    );
  }

  /** The changelog of two targets, as Markdown, anew each time: the handles in it may be others. */
  async changelog(baseText: string, headText: string): Promise<{ markdown: string; changedAt: Date }> {
    const comparison = await this.compare(baseText, headText);
    const releases = await toldReleases(this.db, comparison);
    return { markdown: changelogOf(comparison, releases), changedAt: changedAt(comparison) };
  }

  /** A file of old and new names. @throws as {@link compare} */
  async migration(baseText: string, headText: string, choice: MigrationChoice): Promise<ComparisonFile> {
    const pair = await this.targets(baseText, headText);
    // Some formats have the targets in them as they were asked for.
    const wanted = `${choice.format}${choice.all ? ' all' : ''} ${textsOf(pair)}`;
    const place = `${wanted} ${pairKey(pair)}`;
    const kept = this.files.get(place);
    if (kept !== undefined) return kept;
    return this.once(place, () =>
      this.inView(pair, async (tx, found) => {
        const names = choice.all ? await compareIn(tx, found, { all: true }) : await this.comparison(tx, found);
        const text = await migrationText(tx, found, names, choice.format);
        const bytes = await compress(text);
        const key = `${wanted} ${pairKey(found)}`;
        const size = Buffer.byteLength(text);
        const file: ComparisonFile = { bytes, encoding: 'gzip', size, key, changedAt: changedAt(found) };
        this.files.set(key, file);
        return file;
      }),
    );
  }

  private async targets(base: string, head: string): Promise<ComparedTargets> {
    return { base: await this.targetOf(base), head: await this.targetOf(head) };
  }

  /** One view of the database, in which the targets may be newer ones. */
  private inView<Result>(
    { base, head }: ComparedTargets,
    work: (tx: Tx, found: ComparedTargets) => Promise<Result>,
  ): Promise<Result> {
    return this.db.transaction(async (tx) => {
      await holdStill(tx);
      return work(tx, { base: await findTarget(tx, base.text), head: await findTarget(tx, head.text) });
    });
  }

  /** What the targets differ in, as it is kept or anew. */
  private async comparison(tx: Tx, found: ComparedTargets): Promise<DetailedComparison> {
    const place = pairKey(found);
    const kept = this.kept.get(place);
    if (kept !== undefined) return kept;
    const names = await compareIn(tx, found, { all: false });
    this.kept.set(place, names);
    return names;
  }

  private async once<Result>(place: string, make: () => Promise<Result>): Promise<Result> {
    const under = this.making.get(place);
    if (under !== undefined) return under as Promise<Result>;
    if (this.limit.pendingCount >= WAITING) {
      throw new AppError('RATE_LIMITED', 'Too many comparisons are being made. Try again in a moment.');
    }
    const making = this.limit(make).finally(() => this.making.delete(place));
    this.making.set(place, making);
    return making;
  }
}

const changedAt = ({ base, head }: ComparedTargets): Date => later(changeOf(base), changeOf(head));
