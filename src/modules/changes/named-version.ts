import type { Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { allVersions, type GameVersionRow } from '../versions/versions.store.js';

/** The versions of each database as they were last read. */
const lastRead = new WeakMap<Sql, readonly GameVersionRow[]>();

const among = (versions: readonly GameVersionRow[], name: string | null | undefined) =>
  versions.find((version) => (name == null ? version.isCurrent : version.name === name));

/**
 * The version that an input names, or the current one, as it was when versions were last read, without a statement: whoever takes it
 * finds out whether it still is that one.
 */
export const versionBefore = (db: Sql, name: string | null | undefined): GameVersionRow | undefined =>
  among(lastRead.get(db) ?? [], name);

/** What {@link versionBefore} took is not, or no longer, the version that is meant. */
export class OtherVersionError extends Error {}

/** Lets versions be read anew. */
export const forgetVersions = (db: Sql): boolean => lastRead.delete(db);

/** The version that an input names, or the current one. @throws UserErrors NOT_FOUND naming what there is */
export async function namedVersion(
  db: Sql,
  name: string | null | undefined,
  path = 'version',
): Promise<GameVersionRow> {
  const versions = await allVersions(db);
  lastRead.set(db, versions);
  const found = among(versions, name);
  if (found !== undefined) return found;
  const known = versions.map((version) => version.name).join(', ') || 'none';
  const what = name == null ? 'No game version is the current one' : `There is no game version ${JSON.stringify(name)}`;
  throw userError('NOT_FOUND', `${what}. There is ${known}.`, path);
}

/** The refusal of a change of a version that takes none. */
export const frozen = (version: string) =>
  userError('FROZEN', `${version} is frozen and takes no more changes.`, 'version');
