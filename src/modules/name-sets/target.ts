import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { parseReleaseName } from '../releases/release-names.js';
import { releaseByName, type ReleaseRow } from '../releases/releases.store.js';
import { findVersion } from '../versions/versions.service.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { proposerByHandle, type Proposer } from './name-sets.store.js';

/** Whose staged changes lie over the names: everybody's, those of one user, or nobody's. */
export type StagedOf = 'ALL' | 'NONE' | Proposer;

/**
 * What names are exported, compared or released: the committed ones of a game version (`1.16.3`), those of a release
 * (`snapshot_20201028-1.16.3`), and either with staged changes over them, of everybody (`+draft`) or of one user (`+draft-alice`).
 */
export interface NameTarget {
  /** As it is written. */
  text: string;
  version: GameVersionRow;
  release: ReleaseRow | null;
  staged: StagedOf;
  /** Another one whenever the names may be others. */
  key: string;
  /** When they last may have become others. */
  changedAt: Date;
}

const DRAFT = /^(.+?)\+draft(?:-(.+))?$/;

/** The base of a target, and its draft: `''` for everybody's, null for none. */
export interface TargetParts {
  base: string;
  isRelease: boolean;
  draft: string | null;
}

/** Takes a target's text apart. */
export function parseTarget(text: string): TargetParts {
  const match = DRAFT.exec(text);
  const base = match?.[1] ?? text;
  return { base, isRelease: parseReleaseName(base) !== null, draft: match === null ? null : (match[2] ?? '') };
}

/** What targets are spelled with: names of versions and releases, and handles. */
const SPELLED = /^[!-~]{1,150}$/;

/** Finds what a target's text names. @throws AppError NOT_FOUND naming what is not there */
export async function findTarget(db: Sql, text: string): Promise<NameTarget> {
  if (!SPELLED.test(text)) {
    throw new AppError('NOT_FOUND', `There is no game version or release ${JSON.stringify(text.slice(0, 150))}.`);
  }
  const { base, isRelease, draft } = parseTarget(text);
  const release = isRelease ? await releaseByName(db, base) : null;
  if (isRelease && release === null) {
    throw new AppError('NOT_FOUND', `There is no release ${JSON.stringify(base)}.`);
  }
  const version = await findVersion(db, parseReleaseName(base)?.version ?? base);
  const staged = draft === null ? 'NONE' : draft === '' ? 'ALL' : await proposer(db, draft);
  return { text, version, release, staged, ...freshness(version, release, staged) };
}

async function proposer(db: Sql, handle: string): Promise<Proposer> {
  const found = await proposerByHandle(db, handle);
  if (found === null) throw new AppError('NOT_FOUND', `There is no user ${JSON.stringify(handle)}.`);
  return found;
}

/** A release's names never change, but what they stand beside in a file does: with the game version. */
function freshness(version: GameVersionRow, release: ReleaseRow | null, staged: StagedOf) {
  const draft = typeof staged === 'string' ? staged : `${staged.userId}.${staged.merged}`;
  const key = [version.id, version.importedAt.getTime(), version.head, release?.id ?? 'head', draft].join('-');
  return { key, changedAt: version.changedAt };
}
