import { effectivePermissions, requirePermission, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { LIMITS } from '../../auth/limits/catalogue.js';
import { Permission, RoleName } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql, Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { userError, UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { optionalReason } from '../audit/reasons.js';
import { writeHistory, type HistoryWriter, type NewChange } from '../history/history.store.js';
import { bumpHead, type GameVersionRow } from '../versions/versions.store.js';
import { authorshipOf } from './authorship.js';
import { writtenRow, type ChangeRow } from './change.js';
import { checkChanges, planChanges, type PlannedChange, type WantedChange } from './check-changes.js';
import { entriesBySpelling, isFrozen } from './entries.store.js';
import { frozen, namedVersion } from './named-version.js';
import { nameUses } from './name-uses.store.js';
import { asked } from './one-entry.js';

/** Edits in one call. */
export const MAX_CHANGES = 5_000;

export interface Proposal {
  version?: string | null;
  changes: readonly WantedChange[];
  reason?: string | null;
  force?: boolean | null;
  dryRun?: boolean | null;
}

export interface Proposed {
  changes: ChangeRow[];
  /** The first sequence of the batch; null where nothing was written. */
  batch: number | null;
  /** A dry run's: everything that stands against it. */
  problems: UserProblem[];
}

/**
 * Stages names and documentation, all or none. Every violation is told at once; warnings are overridden by force.
 * @throws UserErrors with every violation; AppError FORBIDDEN without the permission for the version, RATE_LIMITED
 */
export async function proposeChanges(auth: AuthServices, caller: Caller, proposal: Proposal): Promise<Proposed> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_PROPOSE, caller.now, 'ANY');
  const version = await namedVersion(auth.db, proposal.version);
  requirePermission(actor, Permission.MAPPING_PROPOSE, caller.now, version.id);
  if (proposal.force) requirePermission(actor, Permission.MAPPING_FORCE, caller.now, version.id);
  const reason = optionalReason(proposal.reason);
  const { changes } = proposal;
  if (changes.length === 0 || changes.length > MAX_CHANGES) {
    throw userError('INVALID_INPUT', `A call takes 1 to ${MAX_CHANGES} changes, not ${changes.length}.`, 'changes');
  }
  const check = (sql: Sql) => checkProposal(sql, caller, actor, version, proposal);
  if (proposal.dryRun) {
    await auth.limits.take({ limit: 'dryRuns', key: actor.user.id, points: changes.length });
    return { changes: [], batch: null, problems: (await check(auth.db)).problems };
  }

  const limit = { limit: proposalLimit(actor), key: actor.user.id, points: changes.length } as const;
  const most = LIMITS[limit.limit].points;
  if (changes.length > most) {
    throw userError(
      'INVALID_INPUT',
      `You may propose ${most} changes an hour: ${changes.length} are too many.`,
      'changes',
    );
  }
  try {
    await auth.limits.take(limit);
    return await auth.db.transaction((tx) =>
      writeHistory(tx, async (history) => {
        const { planned, problems } = await check(tx);
        const blocking = proposal.force ? problems.filter(({ severity }) => severity !== 'WARNING') : problems;
        if (blocking.length > 0) throw new UserErrors(blocking);
        const by = { ...authorshipOf(caller, actor, reason), forced: proposal.force ?? false };
        const written = await stage(tx, history, version, planned, by);
        return { changes: written, batch: written[0]!.batch, problems: [] };
      }),
    );
  } catch (error) {
    // What was refused by the rules counts as one try: a batch can be put right and sent again.
    if (error instanceof UserErrors && limit.points > 1)
      await auth.limits.giveBack({ ...limit, points: limit.points - 1 });
    // What was too much for the rest of the hour uses nothing of it up: fewer may still go.
    if (error instanceof AppError && error.code === 'RATE_LIMITED') await auth.limits.giveBack(limit);
    throw error;
  }
}

/** Who is known to propose good names may propose more of them. */
const proposalLimit = ({ grants }: SignedInActor) =>
  grants.some(({ role }) => role !== RoleName.USER) ? 'proposalsKnown' : 'proposalsUser';

/** The edits with their entries, and everything that stands against them. */
async function checkProposal(
  sql: Sql,
  caller: Caller,
  actor: SignedInActor,
  version: GameVersionRow,
  { changes, force }: Proposal,
): Promise<{ planned: PlannedChange[]; problems: UserProblem[] }> {
  if (await isFrozen(sql, version.id)) throw frozen(version.name);
  const ids = changes.map(({ srg }) => asked(srg));
  const found = await entriesBySpelling(sql, version.id, ids, caller.now);
  const { planned, problems } = planChanges(changes, found, version.name);
  const wanted = planned.flatMap(({ entry, name, renames }) =>
    renames && !entry.mapping.fixed ? [{ mappingId: entry.mapping.id, name }] : [],
  );
  const violations = checkChanges(planned, changes, await nameUses(sql, version.id, wanted, 'EFFECTIVE'), {
    authorId: Number(actor.user.id),
    force: force ?? false,
    mayLock: effectivePermissions(actor, caller.now, version.id).has(Permission.MAPPING_LOCK),
  });
  return { planned, problems: [...problems, ...violations] };
}

/** Writes edits that were checked as staged changes, in place of those that were staged before. */
async function stage(
  tx: Tx,
  history: HistoryWriter,
  version: GameVersionRow,
  planned: readonly PlannedChange[],
  by: Parameters<HistoryWriter['append']>[1],
): Promise<ChangeRow[]> {
  const superseded = planned.flatMap(({ entry }) => (entry.staged === null ? [] : [entry.staged.sequence]));
  await history.decide('SUPERSEDED', superseded, { ...by, reason: null });
  const written = await history.append(
    planned.map(({ entry: { mapping, staged }, name, documentation }): NewChange => ({
      versionId: version.id,
      version: version.name,
      kind: mapping.kind,
      srg: mapping.srg,
      oldName: mapping.name,
      newName: name,
      oldDocumentation: mapping.documentation,
      newDocumentation: documentation,
      supersedes: staged?.sequence ?? null,
      state: 'STAGED',
    })),
    by,
  );
  await bumpHead(tx, version.id);
  return written.map(writtenRow);
}
