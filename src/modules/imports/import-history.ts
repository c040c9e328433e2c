import type { HistoryWriter } from '../history/history.store.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import type { NameEdit } from './names-import.store.js';

/** By whom and why an import changes names. */
export interface ImportAuthor {
  /** Null for nobody. */
  authorId: number | null;
  reason: string;
  at: Date;
}

/** What history calls whatever comes through an import. */
const IMPORT = 'import';

/**
 * Writes the edits of an import into the history as one batch: committed, or as proposals.
 * @returns how many changes it is
 */
export async function writeEdits(
  history: HistoryWriter,
  version: GameVersionRow,
  edits: readonly NameEdit[],
  state: 'STAGED' | 'COMMITTED',
  { authorId, reason, at }: ImportAuthor,
): Promise<number> {
  const by = { authorId, via: IMPORT, reason, forced: true, at };
  const superseded = edits.flatMap(({ supersedes }) => (supersedes === null ? [] : [supersedes]));
  await history.decide('SUPERSEDED', superseded, by);
  const of = { versionId: version.id, version: version.name, state };
  const written = await history.append(
    edits.map((edit) => ({ ...edit, ...of })),
    by,
  );
  if (state === 'COMMITTED') {
    const sequences = written.map(({ sequence }) => sequence);
    await history.decide('COMMITTED', sequences, by);
  }
  return written.length;
}

/** Refuses proposals for entries that an import no longer has. */
export async function rejectGone(history: HistoryWriter, sequences: readonly number[], at: Date): Promise<void> {
  const reason = 'The files that were imported since do not have the entry.';
  await history.decide('REJECTED', sequences, { authorId: null, via: IMPORT, reason, at });
}
