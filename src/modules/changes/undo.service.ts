import { effectivePermissions, requirePermission, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError, UserErrors } from '../../shared/user-errors.js';
import { usersById } from '../accounts/users.store.js';
import { writeHistory, type HistoryWriter } from '../history/history.store.js';
import { bumpHead, type GameVersionRow } from '../versions/versions.store.js';
import { authorshipOf } from './authorship.js';
import type { ChangeRow } from './change.js';
import { changesById } from './changes.store.js';
import { changesWithEntries, lastInState, type ChangeOfEntry } from './decide.store.js';
import { isFrozen, type EntryState } from './entries.store.js';
import { lockedWords } from './locked.js';
import { frozen, namedVersion } from './named-version.js';
import { takenNames } from './name-problems.js';
import { oneEntry } from './one-entry.js';

/** Which entry's change is undone or redone. */
export interface OfEntry {
  version?: string | null;
  srg: string;
}

/** What one undo or redo works with. */
interface Turn {
  tx: Tx;
  history: HistoryWriter;
  caller: Caller;
  actor: SignedInActor;
  version: GameVersionRow;
  entry: EntryState;
}

/**
 * Takes back the staged change of an entry: one's own, or with MAPPING_REVERT anybody's. What it had superseded is staged again,
 * unless its name has been taken meanwhile.
 * @throws UserErrors NOT_FOUND, AMBIGUOUS, NOTHING_TO_UNDO, FROZEN; AppError FORBIDDEN for a change of somebody else
 */
export const undoChange = (db: Database, caller: Caller, input: OfEntry): Promise<ChangeRow> =>
  inTurn(db, caller, input, async (turn) => {
    const { tx, history, entry } = turn;
    const change = await lastInState(tx, entry.mapping.id, 'STAGED', caller.now);
    if (change === null) throw userError('NOTHING_TO_UNDO', `Nothing is staged for ${entry.mapping.srg}.`, 'srg');
    await requireOwn(turn, change);
    const by = authorshipOf(caller, turn.actor, null);
    await history.decide('UNDONE', [change.id], by);
    const [before] = change.supersedes === null ? [] : await changesWithEntries(tx, [change.supersedes], caller.now);
    if (before?.state === 'SUPERSEDED' && isOfNow(before) && (await takenBy(turn, before)) === null) {
      await history.decide('STAGED', [before.id], by);
    }
    return change;
  });

/**
 * Stages again the change of an entry that was undone last: one's own, or with MAPPING_REVERT anybody's.
 * @throws UserErrors NOT_FOUND, AMBIGUOUS, NOTHING_TO_UNDO, LOCKED, STALE where the entry was named or proposed for since,
 *   NAME_TAKEN, FROZEN; AppError FORBIDDEN for a change of somebody else
 */
export const redoChange = (db: Database, caller: Caller, input: OfEntry): Promise<ChangeRow> =>
  inTurn(db, caller, input, async (turn) => {
    const { tx, history, entry, actor, version } = turn;
    const { srg, id, name } = entry.mapping;
    const change = await lastInState(tx, id, 'UNDONE', caller.now);
    if (change === null) throw userError('NOTHING_TO_UNDO', `No change of ${srg} is undone.`, 'srg');
    await requireOwn(turn, change);
    const { staged, lock } = entry;
    if (lock !== null && !effectivePermissions(actor, caller.now, version.id).has(Permission.MAPPING_LOCK)) {
      throw userError('LOCKED', lockedWords(srg, lock), 'srg');
    }
    if (!isOfNow(change)) throw userError('STALE', `${srg} is called ${name ?? 'nothing'} by now.`, 'srg');
    if (staged !== null && staged.sequence !== change.supersedes && staged.authorId !== Number(actor.user.id)) {
      const who = staged.author ?? 'An import';
      throw userError('STALE', `${who} has proposed ${staged.name ?? 'no name'} for ${srg} since.`, 'srg');
    }
    const problem = await takenBy(turn, change);
    if (problem !== null) throw new UserErrors([{ ...problem, path: ['srg'] }]);
    const by = authorshipOf(caller, actor, null);
    if (staged !== null) await history.decide('SUPERSEDED', [staged.sequence], by);
    await history.decide('STAGED', [change.id], by);
    return change;
  });

async function inTurn(
  db: Database,
  caller: Caller,
  { version: name, srg }: OfEntry,
  work: (turn: Turn) => Promise<ChangeRow>,
): Promise<ChangeRow> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_PROPOSE, caller.now, 'ANY');
  const version = await namedVersion(db, name);
  requirePermission(actor, Permission.MAPPING_PROPOSE, caller.now, version.id);
  return db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      if (await isFrozen(tx, version.id)) throw frozen(version.name);
      const entry = await oneEntry(tx, version, srg, caller.now);
      const { id } = await work({ tx, history, caller, actor, version, entry });
      await bumpHead(tx, version.id);
      const [changed] = await changesById(tx, [id]);
      return changed!;
    }),
  );
}

/** A change of an account that was merged into one's own is one's own. @throws AppError FORBIDDEN naming MAPPING_REVERT */
async function requireOwn({ tx, actor, caller, version }: Turn, { authorId }: ChangeRow): Promise<void> {
  const authors = authorId === null ? null : await usersById(tx, [authorId]);
  if (authors?.get(authorId!)?.id === Number(actor.user.id)) return;
  requirePermission(actor, Permission.MAPPING_REVERT, caller.now, version.id);
}

/** Whether the entry is still what the change was written against. */
const isOfNow = ({ oldName, oldDocumentation, currentName, currentDocumentation }: ChangeOfEntry) =>
  oldName === currentName && oldDocumentation === currentDocumentation;

/** The problem of a name that somebody else has by now; null where it is free. */
async function takenBy({ tx, version }: Turn, { mappingId, newName, currentName }: ChangeOfEntry) {
  if (mappingId === null || newName === currentName) return null;
  const taken = await takenNames(tx, version.id, [{ mappingId, name: newName }], 'EFFECTIVE');
  return taken.get(mappingId) ?? null;
}
