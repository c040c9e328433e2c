import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { releaseByName, type ReleaseRow } from '../releases/releases.store.js';
import { findVersion } from '../versions/versions.service.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { proposerByHandle } from './name-sets.store.js';

/** Whose staged changes lie over the names: everybody's, those of one user, or nobody's. */
export type StagedOf = 'ALL' | 'NONE' | { userId: number };

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

const RELEASE_NAME = /^(?:snapshot|stable)_\d{1,9}-./;
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
  return { base, isRelease: RELEASE_NAME.test(base), draft: match === null ? null : (match[2] ?? '') };
}

/** Finds what a target's text names. @throws AppError NOT_FOUND naming what is not there */
export async function findTarget(db: Sql, text: string): Promise<NameTarget> {
  const { base, isRelease, draft } = parseTarget(text);
  const release = isRelease ? await releaseByName(db, base) : null;
  if (isRelease && release === null) {
    throw new AppError('NOT_FOUND', `There is no release ${JSON.stringify(base)}.`);
  }
  const version = await findVersion(db, release === null ? base : versionOf(release));
  const staged = draft === null ? 'NONE' : draft === '' ? 'ALL' : { userId: await proposer(db, draft) };
  return { text, version, release, staged, ...freshness(version, release, staged) };
}

/** The name of the game version that a release is of: `1.16.3` of `snapshot_20201028-1.16.3`. */
export const versionOf = ({ name }: Pick<ReleaseRow, 'name'>): string => name.slice(name.indexOf('-') + 1);

async function proposer(db: Sql, handle: string): Promise<number> {
  const userId = await proposerByHandle(db, handle);
  if (userId === null) throw new AppError('NOT_FOUND', `There is no user ${JSON.stringify(handle)}.`);
  return userId;
}

/** A release's names never change, but what they stand beside in a file does: with the game version. */
function freshness(version: GameVersionRow, release: ReleaseRow | null, staged: StagedOf) {
  const draft = typeof staged === 'string' ? staged : String(staged.userId);
  const key = [version.id, version.importedAt.getTime(), version.head, release?.id ?? 'head', draft].join('-');
  return { key, changedAt: version.changedAt };
}
