import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { listKind, loadPage } from '../../graphql/nested-list.js';
import { groupBy } from '../../shared/group-by.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { ChangeRow } from '../changes/change.js';
import * as store from './releases.store.js';

const BY_ID = {};
const FILES = {};
const LISTS = { versions: listKind(), changes: listKind() };

/** What fields read of releases, gathered over the whole request. */
export class ReleaseLoaders {
  constructor(private readonly db: Database) {}

  async byId(context: Context, id: number): Promise<store.ReleaseRow | null> {
    const byId = async (ids: number[]) => new Map((await store.releasesById(this.db, ids)).map((row) => [row.id, row]));
    return (await loadBatched(context, BY_ID, null, id, byId)) ?? null;
  }

  async files(context: Context, id: number): Promise<store.ReleaseFileRow[]> {
    const byRelease = async (ids: number[]) =>
      groupBy(await store.filesOfReleases(this.db, ids), (row) => row.releaseId);
    return (await loadBatched(context, FILES, null, id, byRelease)) ?? [];
  }

  /** The releases of a game version, newest first. */
  ofVersion(
    context: Context,
    versionId: number,
    channel: store.ReleaseChannel | null,
    page: PageRequest,
  ): Promise<Page<store.ReleaseRow>> {
    return loadPage<store.ReleaseRow>(context, LISTS.versions, channel, versionId, page, {
      read: (request) => store.releasesOfVersions(this.db, channel, request),
      count: (parents) => store.countReleasesOfVersions(this.db, channel, parents),
      parentOf: (row) => row.versionId,
      key: ({ id }) => [id],
      keyTypes: ['int'],
    });
  }

  /** The changes that a release brings, newest first. */
  async changes(
    context: Context,
    { id, changeCount }: Pick<store.ReleaseRow, 'id' | 'changeCount'>,
    page: PageRequest,
  ): Promise<Page<ChangeRow>> {
    const rows = await loadPage<ChangeRow & { parent: number }>(context, LISTS.changes, null, id, page, {
      read: (request) => store.changesOfReleases(this.db, request),
      count: () => Promise.resolve([]),
      parentOf: ({ parent }) => parent,
      key: (row) => [row.id],
      keyTypes: ['int'],
    });
    // It was counted when the release was published.
    return { ...rows, edges: rows.edges, totalCount: () => Promise.resolve(changeCount) };
  }
}
