import type { Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { allVersions, type GameVersionRow } from '../versions/versions.store.js';

/** The version that an input names, or the current one. @throws UserErrors NOT_FOUND naming what there is */
export async function namedVersion(
  db: Sql,
  name: string | null | undefined,
  path = 'version',
): Promise<GameVersionRow> {
  const versions = await allVersions(db);
  const found = versions.find((version) => (name == null ? version.isCurrent : version.name === name));
  if (found !== undefined) return found;
  const known = versions.map((version) => version.name).join(', ') || 'none';
  const what = name == null ? 'No game version is the current one' : `There is no game version ${JSON.stringify(name)}`;
  throw userError('NOT_FOUND', `${what}. There is ${known}.`, path);
}

/** The refusal of a change of a version that takes none. */
export const frozen = (version: string) =>
  userError('FROZEN', `${version} is frozen and takes no more changes.`, 'version');
