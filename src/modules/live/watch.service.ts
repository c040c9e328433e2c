import type { Database } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import type { MappingKind } from '../mappings/mapping.js';
import { StoredEntries } from '../mappings/entry-reader.js';
import { classNamed } from '../mappings/mappings.service.js';
import { parseSpelling } from '../mappings/spelling.js';
import { findVersion } from '../versions/versions.service.js';
import { entriesOfClass } from './history-tail.store.js';

export interface Watch {
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
  class?: string | null;
}

/** Whether a change of an entry is of those watched. */
export type Watched = (change: { versionId: number; kind: MappingKind; srg: string }) => boolean;

/**
 * What a subscriber asked for, read once: a class stands for the entries that it has now.
 * @throws AppError NOT_FOUND for an unknown version or class, BAD_USER_INPUT for a short name of several classes
 */
export async function watched(db: Database, { version, kinds, class: name }: Watch): Promise<Watched> {
  const ofKind = (kind: MappingKind) => kinds == null || kinds.includes(kind);
  if (name == null) {
    const versionId = version == null ? null : (await findVersion(db, version)).id;
    return (change) => (versionId === null || change.versionId === versionId) && ofKind(change.kind);
  }
  const { id: versionId, name: versionName } = await findVersion(db, version);
  const owner = await classNamed(new StoredEntries(db, versionId), parseSpelling(name));
  if (owner === null)
    throw new AppError('NOT_FOUND', `${versionName} has no class ${JSON.stringify(name.slice(0, 100))}.`);
  const entries = new Set([owner, ...(await entriesOfClass(db, owner.id))].map(({ kind, srg }) => `${kind} ${srg}`));
  return ({ kind, srg, ...change }) => change.versionId === versionId && ofKind(kind) && entries.has(`${kind} ${srg}`);
}
