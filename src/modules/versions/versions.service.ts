import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { toPage, decodeCursor, type Page, type PageRequest } from '../../shared/page.js';
import { allVersions, type GameVersionRow } from './versions.store.js';

/** The version of that name, or the current one where none is given. @throws AppError NOT_FOUND naming what there is */
export const findVersion = async (db: Sql, name: string | null | undefined): Promise<GameVersionRow> =>
  versionAmong(await allVersions(db), name);

/** The version of that name among all, or the current one where none is given. @throws AppError NOT_FOUND naming what there is */
export function versionAmong(versions: readonly GameVersionRow[], name: string | null | undefined): GameVersionRow {
  const found = versions.find((version) => (name == null ? version.isCurrent : version.name === name));
  if (found !== undefined) return found;
  const known = versions.map((version) => version.name).join(', ') || 'none';
  throw new AppError(
    'NOT_FOUND',
    name == null
      ? `No game version is the current one, so one must be named. There is ${known}.`
      : `There is no game version ${JSON.stringify(name)}. There is ${known}.`,
  );
}

/** Versions, newest first. */
export function pageOfVersions(versions: readonly GameVersionRow[], request: PageRequest): Page<GameVersionRow> {
  let start = 0;
  if (request.after !== null) {
    const [key] = decodeCursor(request.after, ['string']);
    start = versions.findIndex(({ sortKey }) => sortKey < (key as string));
    if (start === -1) start = versions.length;
  }
  const rows = versions.slice(start, start + request.first + 1);
  return toPage(
    rows,
    request,
    ({ sortKey }) => [sortKey],
    () => Promise.resolve(versions.length),
  );
}
