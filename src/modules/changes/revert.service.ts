import { effectivePermissions, requirePermission } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { groupBy } from '../../shared/group-by.js';
import { userError, UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { requiredReason } from '../audit/reasons.js';
import { writeHistory, type Authorship, type HistoryWriter } from '../history/history.store.js';
import { allVersions, bumpHead, type GameVersionRow } from '../versions/versions.store.js';
import { authorshipOf } from './authorship.js';
import type { ChangeRow } from './change.js';
import { ANY_CHANGE, changesById, type ChangeFilter } from './changes.store.js';
import { applyChanges } from './decide.store.js';
import { frozen, namedVersion } from './named-version.js';
import { takenNames } from './name-problems.js';
import { planRevert, type Restoration } from './revert-plan.js';
import { committedOfEntries, stagedToUndo, type StagedToUndo } from './revert.store.js';

export interface Revert {
  /** Every version where none is named. */
  version?: string | null;
  authorId?: number | null;
  via?: string | null;
  batch?: number | null;
  since?: Date | null;
  until?: Date | null;
  reason: string;
  dryRun?: boolean | null;
}

export interface Reverted {
  /** The new changes and the proposals taken back; of a dry run, the newest change of each entry that would be taken back. */
  changes: ChangeRow[];
  /** What was left as it is, in words. */
  problems: UserProblem[];
}

/**
 * Takes back what a user, a bot or a batch did: committed changes by new ones that give the entries what they had before, staged
 * ones by undoing them. Entries that somebody else has changed since stay as they are, and are told.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND, FROZEN, NAME_TAKEN where an old name is somebody else's by now; AppError FORBIDDEN
 */
export async function revertChanges(db: Database, caller: Caller, input: Revert): Promise<Reverted> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_REVERT, caller.now, 'ANY');
  const { authorId = null, via = null, batch = null, since = null, until = null } = input;
  if (authorId === null && via === null && batch === null) {
    throw userError('INVALID_INPUT', 'Say whose changes: an author, a bot or client, or a batch.', 'author');
  }
  const version = input.version == null ? null : await namedVersion(db, input.version);
  requirePermission(actor, Permission.MAPPING_REVERT, caller.now, version?.id ?? 'ALL');
  const reason = requiredReason(input.reason);
  const filter = { ...ANY_CHANGE, versionId: version?.id ?? null, authorId, via, batch, since, until };
  const mayLock = effectivePermissions(actor, caller.now, version?.id ?? 'ALL').has(Permission.MAPPING_LOCK);
  const by = { ...authorshipOf(caller, actor, reason), forced: true };
  return db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      const plan = await planOf(tx, caller, filter, mayLock);
      const changes = input.dryRun ? plan.taken : await carryOut(tx, history, plan, by);
      return { changes: await changesById(tx, changes), problems: plan.problems };
    }),
  );
}

interface Plan {
  restorations: Restoration[];
  staged: StagedToUndo[];
  versions: GameVersionRow[];
  /** Sequences of the changes that are taken back. */
  taken: number[];
  problems: UserProblem[];
}

async function planOf(tx: Tx, caller: Caller, filter: ChangeFilter, mayLock: boolean): Promise<Plan> {
  const { restorations, problems } = planRevert(await committedOfEntries(tx, filter, caller.now), mayLock);
  const staged = await stagedToUndo(tx, filter);
  const ids = new Set([
    ...restorations.map(({ entry }) => entry.versionId),
    ...staged.map(({ versionId }) => versionId),
  ]);
  const versions = (await allVersions(tx)).filter(({ id }) => ids.has(id));
  const closed = versions.find((each) => each.frozen);
  if (closed !== undefined) throw frozen(closed.name);
  const collisions = await collisionsOf(tx, restorations);
  if (collisions.length > 0) throw new UserErrors(collisions);
  const taken = [...restorations.map(({ newest }) => newest), ...staged.map(({ sequence }) => sequence)];
  return { restorations, staged, versions, taken, problems };
}

/** Old names that somebody else has by now. */
async function collisionsOf(tx: Tx, restorations: readonly Restoration[]): Promise<UserProblem[]> {
  const problems: UserProblem[] = [];
  for (const [versionId, ofVersion] of groupBy(restorations, ({ entry }) => entry.versionId)) {
    const wanted = ofVersion.flatMap(({ entry: { mappingId, currentName }, name }) =>
      name === currentName ? [] : [{ mappingId, name }],
    );
    problems.push(...(await takenNames(tx, versionId, wanted, 'COMMITTED')).values());
  }
  return problems;
}

/** @returns the sequences of the new changes and of the proposals taken back */
async function carryOut(
  tx: Tx,
  history: HistoryWriter,
  { restorations, staged, versions }: Plan,
  by: Authorship,
): Promise<number[]> {
  const undone = staged.map(({ sequence }) => sequence);
  await history.decide('UNDONE', undone, by);
  // Proposals that stand for entries which are called otherwise from now on.
  const goes = new Set(undone);
  const superseded = restorations.flatMap(({ entry }) =>
    entry.staged === null || goes.has(entry.staged) ? [] : [entry.staged],
  );
  await history.decide('SUPERSEDED', superseded, { ...by, reason: null });
  const names = new Map(versions.map(({ id, name }) => [id, name]));
  const written = await history.append(
    restorations.map(({ entry, name, documentation }) => ({
      versionId: entry.versionId,
      version: names.get(entry.versionId)!,
      kind: entry.kind,
      srg: entry.srg,
      oldName: entry.currentName,
      newName: name,
      oldDocumentation: entry.currentDocumentation,
      newDocumentation: documentation,
      supersedes: entry.staged !== null && goes.has(entry.staged) ? null : entry.staged,
      state: 'COMMITTED' as const,
    })),
    by,
  );
  const sequences = written.map(({ sequence }) => sequence);
  await history.decide('COMMITTED', sequences, by);
  await applyChanges(tx, sequences);
  await history.decide('STAGED', await standingAgain(tx, staged, restorations), { ...by, reason: null });
  for (const { id } of versions) await bumpHead(tx, id);
  return [...sequences, ...undone];
}

/** What the proposals taken back had superseded, where the entry is what it was written against and its name is free. */
async function standingAgain(
  tx: Tx,
  staged: readonly StagedToUndo[],
  restorations: readonly Restoration[],
): Promise<number[]> {
  const changed = new Set(restorations.map(({ entry }) => entry.mappingId));
  const again = staged.flatMap(({ versionId, before }) =>
    before === null || changed.has(before.mappingId) ? [] : [{ versionId, ...before }],
  );
  const taken = new Set<number>();
  for (const [versionId, ofVersion] of groupBy(again, (each) => each.versionId)) {
    const wanted = ofVersion.flatMap(({ mappingId, name, currentName }) =>
      name === currentName ? [] : [{ mappingId, name }],
    );
    for (const mappingId of (await takenNames(tx, versionId, wanted, 'EFFECTIVE')).keys()) taken.add(mappingId);
  }
  return again.filter(({ mappingId }) => !taken.has(mappingId)).map(({ sequence }) => sequence);
}
