import type { Sql } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import type { ChangeState } from '../history/seal.js';
import type { MappingKind } from '../mappings/mapping.js';
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

/** What happened, newest first, in one version or in all. @throws AppError NOT_FOUND for an unknown version */
export async function listChanges(
  db: Sql,
  { version, srg, name, ...rest }: ChangesFilter,
  request: PageRequest,
): Promise<Page<ChangeRow>> {
  const versionId = version == null ? null : (await findVersion(db, version)).id;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  const filter = { ...ANY_CHANGE, ...given, versionId, srg: srg?.trim() ?? null, name: name?.trim() ?? null };
  const before = request.after === null ? null : (decodeCursor(request.after, ['int'])[0] as number);
  return toPage(
    await changesPage(db, filter, before, request.first + 1),
    request,
    ({ id }) => [id],
    () => countChanges(db, filter),
  );
}
