import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { listKind, loadPage, type NestedList } from '../../graphql/nested-list.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { MappingRow } from '../mappings/mapping.js';
import type { ChangeRow } from './change.js';
import * as store from './changes.store.js';

const LISTS = { entries: listKind(), users: listKind() };
const STAGED = {};
const MAPPING = {};

type OfParent = ChangeRow & { parent: number };

const newestFirst: Pick<NestedList<OfParent>, 'parentOf' | 'key' | 'keyTypes'> = {
  parentOf: ({ parent }) => parent,
  key: ({ id }) => [id],
  keyTypes: ['int'],
};

/** What fields read of changes, gathered over the whole request. */
export class ChangeLoaders {
  constructor(private readonly db: Database) {}

  /** The changes of an entry, newest first. */
  ofEntry(context: Context, mappingId: number, page: PageRequest): Promise<Page<ChangeRow>> {
    return loadPage<OfParent>(context, LISTS.entries, null, mappingId, page, {
      read: (request) => store.changesOfEntries(this.db, request),
      count: (parents) => store.countChangesOfEntries(this.db, parents),
      ...newestFirst,
    });
  }

  /** The changes of a user, newest first. */
  ofUser(context: Context, userId: number, page: PageRequest): Promise<Page<ChangeRow>> {
    return loadPage<OfParent>(context, LISTS.users, null, userId, page, {
      read: (request) => store.changesOfUsers(this.db, request),
      count: (parents) => store.countChangesOfUsers(this.db, parents),
      ...newestFirst,
    });
  }

  /** The staged change of an entry. */
  async staged(context: Context, mappingId: number): Promise<ChangeRow | null> {
    const byEntry = async (ids: number[]) =>
      new Map((await store.stagedOf(this.db, ids)).map((row) => [row.parent, row]));
    return (await loadBatched(context, STAGED, null, mappingId, byEntry)) ?? null;
  }

  /** The entry of a change; null where a later import lacks it. */
  async mapping(context: Context, changeId: number): Promise<MappingRow | null> {
    const byChange = async (ids: number[]) =>
      new Map((await store.mappingsOf(this.db, ids)).map((row) => [row.change, row]));
    return (await loadBatched(context, MAPPING, null, changeId, byChange)) ?? null;
  }
}
