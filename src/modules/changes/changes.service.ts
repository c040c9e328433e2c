import type { Sql } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ChangeState } from '../history/seal.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { ReadModels } from '../read-model/read-models.js';
import { findVersion } from '../versions/versions.service.js';
import type { ChangeRow } from './change.js';
import { ANY_CHANGE, changesPage, countChanges } from './changes.store.js';

export interface ChangesFilter {
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
  srg?: string | null;
  name?: string | null;
  authorId?: number | null;
  via?: string | null;
  batch?: number | null;
  states?: readonly ChangeState[] | null;
  since?: Date | null;
  until?: Date | null;
}

const keyOf = ({ id }: ChangeRow) => [id];

/** What happened, newest first, in one version or in all. @throws AppError NOT_FOUND for an unknown version */
export function listChanges(models: ReadModels, filter: ChangesFilter, request: PageRequest): Soon<Page<ChangeRow>> {
  const before = request.after === null ? null : (decodeCursor(request.after, ['int'])[0] as number);
  const isOfAll = Object.values(filter).every((value) => value == null);
  return isOfAll ? allChanges(models, before, request) : someChanges(models.db, filter, before, request);
}

async function someChanges(
  db: Sql,
  { version, srg, name, ...rest }: ChangesFilter,
  before: number | null,
  request: PageRequest,
): Promise<Page<ChangeRow>> {
  const versionId = version == null ? null : (await findVersion(db, version)).id;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  const filter = { ...ANY_CHANGE, ...given, versionId, srg: srg?.trim() ?? null, name: name?.trim() ?? null };
  const rows = await changesPage(db, filter, before, request.first + 1);
  return toPage(rows, request, keyOf, () => countChanges(db, filter));
}

/** Changes of all versions: from memory once they were read. */
function allChanges(models: ReadModels, before: number | null, request: PageRequest): Soon<Page<ChangeRow>> {
  const { db } = models;
  const count = request.first + 1;
  const page = (rows: ChangeRow[]) => toPage(rows, request, keyOf, () => countChanges(db, ANY_CHANGE));
  return after(models.changes(), (held) => {
    const known = held?.newest(before, count);
    if (known != null) return page(known);
    const reading = held?.begin();
    return changesPage(db, ANY_CHANGE, before, count).then((rows) => {
      if (reading !== undefined) held!.keep(reading, rows);
      return page(rows);
    });
  });
}
