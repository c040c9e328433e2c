import type { Sql } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { findVersion } from '../versions/versions.service.js';
import {
  countReleases,
  releasesPage,
  type ReleaseChannel,
  type ReleaseFilter,
  type ReleaseRow,
} from './releases.store.js';

/** Which releases are meant; any where nothing is said. */
export interface ReleasesInput {
  /** The name of a game version. */
  version?: string | null;
  channel?: ReleaseChannel | null;
}

/** @throws AppError NOT_FOUND for the version */
export async function releaseFilter(db: Sql, { version, channel }: ReleasesInput): Promise<ReleaseFilter> {
  return { versionId: version == null ? null : (await findVersion(db, version)).id, channel: channel ?? null };
}

/** Releases, newest first. @throws AppError NOT_FOUND for the version */
export async function listReleases(db: Sql, input: ReleasesInput, request: PageRequest): Promise<Page<ReleaseRow>> {
  const filter = await releaseFilter(db, input);
  const before = request.after === null ? null : (decodeCursor(request.after, ['int'])[0] as number);
  return toPage(
    await releasesPage(db, filter, before, request.first + 1),
    request,
    ({ id }) => [id],
    () => countReleases(db, filter),
  );
}

/** All releases, newest first. @throws AppError NOT_FOUND for the version */
export async function allReleases(db: Sql, input: ReleasesInput): Promise<ReleaseRow[]> {
  return releasesPage(db, await releaseFilter(db, input), null, null);
}
