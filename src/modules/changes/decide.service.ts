import { effectivePermissions, requirePermission } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Sql } from '../../db/index.js';
import { UserErrorCode, userError, UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { requiredReason } from '../audit/reasons.js';
import { writeHistory } from '../history/history.store.js';
import type { MappingKind } from '../mappings/mapping.js';
import { allVersions, bumpHead, type GameVersionRow } from '../versions/versions.store.js';
import { authorshipOf } from './authorship.js';
import type { ChangeRow } from './change.js';
import { changesById } from './changes.store.js';
import { applyChanges, changesWithEntries, stagedOfVersion, type ChangeOfEntry } from './decide.store.js';
import { isFrozen } from './entries.store.js';
import { lockedWords } from './locked.js';
import { frozen, namedVersion } from './named-version.js';
import { takenNames } from './name-problems.js';

export interface Commit {
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
  /** Sequences; all that is staged where they are not given. */
  changes?: readonly number[] | null;
}

export interface Committed {
  changes: ChangeRow[];
  /** What was left out, in words. */
  problems: UserProblem[];
}

/**
 * Folds staged changes into the committed names of a version, all or none: those named, or everything that is staged. Of
 * everything, what is locked is left out unless the caller may lock, and told.
 * @throws UserErrors NOT_FOUND, STALE, LOCKED, NAME_TAKEN, FROZEN; AppError FORBIDDEN without the permission for the version
 */
export async function commitChanges(db: Database, caller: Caller, input: Commit): Promise<Committed> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_COMMIT, caller.now, 'ANY');
  const named = input.changes == null ? null : placesOf(input.changes);
  const ids = named === null ? null : [...named.keys()];
  const version = await versionOf(db, input, ids);
  requirePermission(actor, Permission.MAPPING_COMMIT, caller.now, version.id);
  const mayLock = effectivePermissions(actor, caller.now, version.id).has(Permission.MAPPING_LOCK);
  return db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      if (await isFrozen(tx, version.id)) throw frozen(version.name);
      const found =
        ids === null
          ? await stagedOfVersion(tx, version.id, input.kinds ?? null, caller.now)
          : await changesWithEntries(tx, ids, caller.now);
      const problems = named === null ? [] : namedProblems(named, found, version);
      const open = found.filter(({ state, versionId }) => state === 'STAGED' && versionId === version.id);
      const locked = mayLock ? [] : open.filter((change) => change.locked);
      problems.push(...locked.map((change) => lockedProblem(change, named)));
      const left = new Set(named === null ? locked.map(({ id }) => id) : []);
      const committed = open.filter(({ id }) => !left.has(id));
      problems.push(...(await collisions(tx, version, committed, named)));
      const blocking = problems.filter(({ severity }) => severity !== 'WARNING');
      if (blocking.length > 0) throw new UserErrors(blocking);

      const sequences = committed.map(({ id }) => id);
      await applyChanges(tx, sequences);
      await history.decide('COMMITTED', sequences, authorshipOf(caller, actor, null));
      if (sequences.length > 0) await bumpHead(tx, version.id);
      return { changes: await changesById(tx, sequences), problems };
    }),
  );
}

/** The version that is meant: as named, or that of the changes. */
async function versionOf(db: Sql, { version }: Commit, changes: readonly number[] | null): Promise<GameVersionRow> {
  if (changes === null || version != null) return namedVersion(db, version);
  const versions = new Set((await changesById(db, changes)).map(({ versionId }) => versionId));
  if (versions.size > 1) throw userError('INVALID_INPUT', 'These changes are of several game versions.', 'changes');
  const found = (await allVersions(db)).find(({ id }) => versions.has(id));
  if (found === undefined) throw userError('NOT_FOUND', 'There are no such changes.', 'changes');
  return found;
}

/** Where in the input each change is named first. */
type Places = ReadonlyMap<number, number>;

const placesOf = (changes: readonly number[]): Places => {
  const places = new Map<number, number>();
  changes.forEach((id, place) => {
    if (!places.has(id)) places.set(id, place);
  });
  return places;
};

const pathOf = (id: number, named: Places | null) => (named === null ? undefined : ['changes', String(named.get(id))]);

/** What stands against changes that a caller named. */
function namedProblems(named: Places, found: readonly ChangeOfEntry[], version: GameVersionRow): UserProblem[] {
  const byId = new Map(found.map((change) => [change.id, change]));
  return [...named.keys()].flatMap((id): UserProblem[] => {
    const change = byId.get(id);
    const path = pathOf(id, named);
    if (change === undefined || change.versionId !== version.id) {
      return [{ code: UserErrorCode.NOT_FOUND, message: `${version.name} has no such change.`, path }];
    }
    if (change.state === 'STAGED') return [];
    return [{ code: UserErrorCode.STALE, message: notStaged(change), path }];
  });
}

const notStaged = ({ id, srg, state }: ChangeRow) => `Change ${id} of ${srg} is not staged any more: it is ${state}.`;

function lockedProblem({ id, srg, lockReason, lockUntil, lockBy }: ChangeOfEntry, named: Places | null): UserProblem {
  const words = lockedWords(srg, { reason: lockReason, until: lockUntil, by: lockBy });
  return {
    code: UserErrorCode.LOCKED,
    message: named === null ? `${words} Its change stays staged.` : words,
    path: pathOf(id, named),
    severity: named === null ? 'WARNING' : 'ERROR',
  };
}

/**
 * Names that would be taken once these changes, and not all that is staged, are committed. Changes of an entry that is gone, or that
 * is called otherwise by now, are told here too.
 */
async function collisions(
  tx: Sql,
  version: GameVersionRow,
  changes: readonly ChangeOfEntry[],
  named: Places | null,
): Promise<UserProblem[]> {
  const stale = changes.filter(
    ({ mappingId, oldName, oldDocumentation, currentName, currentDocumentation }) =>
      mappingId === null || oldName !== currentName || oldDocumentation !== currentDocumentation,
  );
  const problems = stale.map((change): UserProblem => ({
    code: change.mappingId === null ? UserErrorCode.NOT_FOUND : UserErrorCode.STALE,
    message: goneOn(change),
    path: pathOf(change.id, named),
  }));
  const wanted = changes.flatMap(({ mappingId, newName, currentName }) =>
    mappingId !== null && newName !== currentName ? [{ mappingId, name: newName }] : [],
  );
  const taken = await takenNames(tx, version.id, wanted, 'COMMITTED');
  for (const { id, mappingId } of changes) {
    const problem = taken.get(mappingId ?? 0);
    if (problem !== undefined) problems.push({ ...problem, path: pathOf(id, named) });
  }
  return problems;
}

/** What became of an entry since a change was written against it. */
function goneOn({ srg, mappingId, oldName, currentName }: ChangeOfEntry): string {
  if (mappingId === null) return `${srg} is not there any more.`;
  if (oldName === currentName) return `${srg} has another documentation by now.`;
  return `${srg} is called ${currentName ?? 'nothing'} by now.`;
}

/**
 * Refuses one staged change, with a reason.
 * @throws UserErrors NOT_FOUND, STALE for one that is not staged any more, FROZEN; AppError FORBIDDEN
 */
export async function rejectChange(
  db: Database,
  caller: Caller,
  { change: id, reason }: { change: number; reason: string },
): Promise<ChangeRow> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_COMMIT, caller.now, 'ANY');
  const why = requiredReason(reason);
  const [known] = await changesById(db, [id]);
  if (known === undefined) throw userError('NOT_FOUND', 'There is no such change.', 'change');
  requirePermission(actor, Permission.MAPPING_COMMIT, caller.now, known.versionId);
  return db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      if (await isFrozen(tx, known.versionId)) throw frozen('The game version');
      const [change] = await changesById(tx, [id]);
      if (change!.state !== 'STAGED') throw userError('STALE', notStaged(change!), 'change');
      await history.decide('REJECTED', [id], authorshipOf(caller, actor, why));
      await bumpHead(tx, known.versionId);
      const [rejected] = await changesById(tx, [id]);
      return rejected!;
    }),
  );
}
