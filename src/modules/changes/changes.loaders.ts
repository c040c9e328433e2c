import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { listKind, loadPage, type NestedList } from '../../graphql/nested-list.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import type { Soon } from '../../shared/soon.js';
import type { MappingRow } from '../mappings/mapping.js';
import type { HeldChanges } from '../read-model/held-changes.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { ChangeRow } from './change.js';
import * as store from './changes.store.js';

const LISTS = { entries: listKind(), users: listKind() };
const STAGED = {};
const MAPPING = {};

type OfParent = ChangeRow & { parent: number };

const keyOf = ({ id }: ChangeRow) => [id];

const newestFirst: Pick<NestedList<OfParent>, 'parentOf' | 'key' | 'keyTypes'> = {
  parentOf: ({ parent }) => parent,
  key: keyOf,
  keyTypes: ['int'],
};

/** Those numbers, of some that fall, behind which a page begins. */
function behind(sequences: ArrayLike<number>, { after }: PageRequest): ArrayLike<number> {
  if (after === null) return sequences;
  const [last] = decodeCursor(after, newestFirst.keyTypes) as [number];
  return Array.from(sequences).filter((sequence) => sequence < last);
}

/** What fields read of changes, gathered over the whole request. */
export class ChangeLoaders {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
  ) {}

  /** The changes of an entry, newest first: from memory once they were read. */
  ofEntry(context: Context, { id, versionId }: MappingRow, page: PageRequest): Soon<Page<ChangeRow>> {
    const model = this.models.model(versionId);
    const place = model?.entries.placeOf(id) ?? -1;
    const held = place === -1 ? null : this.models.changesAtHand;
    const sequences = model?.histories.of(place);
    if (sequences === undefined || held === null) return this.storedOfEntry(context, id, page, null);
    const rows = held.all(behind(sequences, page), page.first + 1);
    if (rows === null) return this.storedOfEntry(context, id, page, held);
    return toPage(rows, page, keyOf, () => sequences.length);
  }

  /** @param held where to keep what is read */
  private storedOfEntry(
    context: Context,
    mappingId: number,
    page: PageRequest,
    held: HeldChanges | null,
  ): Promise<Page<ChangeRow>> {
    return loadPage<OfParent>(context, LISTS.entries, null, mappingId, page, {
      read: async (request) => {
        const reading = held?.begin();
        const rows = await store.changesOfEntries(this.db, request);
        if (reading !== undefined) held!.keep(reading, rows);
        return rows;
      },
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
