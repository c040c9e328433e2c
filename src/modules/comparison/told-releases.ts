import type { Sql } from '../../db/index.js';
import type { NameTarget } from '../name-sets/target.js';
import { contributorsTo, releasesUpTo, type Contributor, type ToldRelease } from './comparison.store.js';

/** The releases that lie between two names, and whoever had a part in them. */
export interface ToldReleases {
  /** Newest first. */
  releases: readonly Pick<ToldRelease, 'name' | 'publishedAt' | 'notes'>[];
  contributors: readonly Contributor[];
}

/**
 * What there is to tell of the head's release and of those between it and the base's, where one follows the other; of the head's alone
 * where it does not.
 */
export async function toldReleases(
  db: Sql,
  { base, head }: { base: NameTarget; head: NameTarget },
): Promise<ToldReleases> {
  if (head.release === null || head.release.id === base.release?.id) return { releases: [], contributors: [] };
  const chain = await releasesUpTo(db, base.release?.id ?? 0, head.release.id);
  const follows = base.release !== null && chain.at(-1)?.id === base.release.id;
  const releases = follows ? chain.slice(0, -1) : chain.slice(0, 1);
  return {
    releases,
    contributors: await contributorsTo(
      db,
      releases.map(({ id }) => id),
    ),
  };
}
