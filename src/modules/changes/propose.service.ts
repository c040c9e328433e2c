import { effectivePermissions, requirePermission, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { LIMITS } from '../../auth/limits/catalogue.js';
import { Permission, RoleName } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Database } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { userError, UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { optionalReason } from '../audit/reasons.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { authorshipOf } from './authorship.js';
import type { ChangeRow } from './change.js';
import type { WantedChange } from './check-changes.js';
import { checkProposals } from './check-proposals.js';
import { forgetVersions, namedVersion, OtherVersionError, versionBefore } from './named-version.js';
import { MAX_CHANGES, ProposalLine } from './proposal-line.js';

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
  try {
    return await propose(auth, caller, proposal);
  } catch (error) {
    if (!(error instanceof OtherVersionError)) throw error;
    forgetVersions(auth.db);
    return proposeChanges(auth, caller, proposal);
  }
}

/** @throws OtherVersionError where the version was taken from memory, and another one is meant by now */
async function propose(auth: AuthServices, caller: Caller, proposal: Proposal): Promise<Proposed> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_PROPOSE, caller.now, 'ANY');
  const needed = proposal.force ? [Permission.MAPPING_PROPOSE, Permission.MAPPING_FORCE] : [Permission.MAPPING_PROPOSE];
  const isAllowed = ({ id }: GameVersionRow) => {
    const permissions = effectivePermissions(actor, caller.now, id);
    return needed.every((permission) => permissions.has(permission));
  };
  const before = versionBefore(auth.db, proposal.version);
  // Who is refused is refused for the version that is meant now.
  const version = before !== undefined && isAllowed(before) ? before : await namedVersion(auth.db, proposal.version);
  for (const permission of needed) requirePermission(actor, permission, caller.now, version.id);
  const reason = optionalReason(proposal.reason);
  const { changes } = proposal;
  if (changes.length === 0 || changes.length > MAX_CHANGES) {
    throw userError('INVALID_INPUT', `A call takes 1 to ${MAX_CHANGES} changes, not ${changes.length}.`, 'changes');
  }
  const isForCurrent = proposal.version == null;
  const options = {
    authorId: Number(actor.user.id),
    force: proposal.force ?? false,
    mayLock: effectivePermissions(actor, caller.now, version.id).has(Permission.MAPPING_LOCK),
    now: caller.now,
  };
  if (proposal.dryRun) {
    await auth.limits.take({ limit: 'dryRuns', key: actor.user.id, points: changes.length });
    const [checked] = await checkProposals(auth.db, version, [{ changes, isForCurrent, options }]);
    return { changes: [], batch: null, problems: checked!.problems };
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
    const by = { ...authorshipOf(caller, actor, reason), forced: options.force };
    const allowed = auth.limits.take(limit);
    const written = await lineOf(auth.db).stage({ version, changes, isForCurrent, options, by, allowed });
    return { changes: written, batch: written[0]!.batch, problems: [] };
  } catch (error) {
    // What was refused by the rules counts as one try: a batch can be put right and sent again.
    if (error instanceof UserErrors && limit.points > 1)
      await auth.limits.giveBack({ ...limit, points: limit.points - 1 });
    // What was too much for the rest of the hour uses nothing of it up: fewer may still go. What is asked again counts again.
    const isRefused = error instanceof AppError && error.code === 'RATE_LIMITED';
    if (isRefused || error instanceof OtherVersionError) await auth.limits.giveBack(limit);
    throw error;
  }
}

/** The one line of each database. */
const lines = new WeakMap<Database, ProposalLine>();

function lineOf(db: Database): ProposalLine {
  const line = lines.get(db) ?? new ProposalLine(db);
  lines.set(db, line);
  return line;
}

/** Who is known to propose good names may propose more of them. */
const proposalLimit = ({ grants }: SignedInActor) =>
  grants.some(({ role }) => role !== RoleName.USER) ? 'proposalsKnown' : 'proposalsUser';
