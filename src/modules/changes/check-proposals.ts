import type { Sql } from '../../db/index.js';
import { groupBy } from '../../shared/group-by.js';
import type { UserProblem } from '../../shared/user-errors.js';
import type { AsOf } from '../history/history.store.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import {
  checkChanges,
  planChanges,
  type CheckOptions,
  type PlannedChange,
  type WantedChange,
} from './check-changes.js';
import { entriesWithUses } from './entries-with-uses.store.js';
import { entriesToChange, type EntryState, type VersionState } from './entries.store.js';
import { frozen, OtherVersionError } from './named-version.js';
import { FEW, nameUses, type NameUse, type WantedName } from './name-uses.store.js';
import { asked } from './one-entry.js';

/** A call that proposes, as the rules look at it. */
export interface ProposalCall {
  changes: readonly WantedChange[];
  /** Whether it means whichever version is the current one. */
  isForCurrent: boolean;
  options: CheckOptions;
}

/** The edits of a call with their entries, and everything that stands against them. */
export interface CheckedCall {
  planned: PlannedChange[];
  problems: UserProblem[];
}

/** The names that edits would give to their entries. */
const wantedNames = (planned: readonly PlannedChange[]): WantedName[] =>
  planned.flatMap(({ entry: { mapping }, name, renames }) =>
    renames && !mapping.fixed ? [{ mappingId: mapping.id, name }] : [],
  );

/**
 * Calls that have nothing to do with each other: no entry is in two of them, and no name that one wants is wanted, or carried by an
 * entry that is renamed, in another. What the rules say of each is then the same whichever of the others are carried out.
 */
class Apart {
  private readonly entries = new Set<number>();
  private readonly wanted = new Set<string>();
  private readonly carried = new Set<string>();

  /** @returns whether the call is apart from those that were added before; one that is not is not added */
  add(planned: readonly PlannedChange[]): boolean {
    const ids = planned.map(({ entry }) => entry.mapping.id);
    const renames = planned.filter((change) => change.renames);
    const wanted = renames.flatMap(({ name }) => name ?? []);
    const carried = renames.flatMap(({ entry: { mapping, staged } }) =>
      [mapping.name ?? [], staged?.name ?? []].flat(),
    );
    if (
      ids.some((id) => this.entries.has(id)) ||
      wanted.some((name) => this.wanted.has(name) || this.carried.has(name)) ||
      carried.some((name) => this.wanted.has(name))
    ) {
      return false;
    }
    for (const id of ids) this.entries.add(id);
    for (const name of wanted) this.wanted.add(name);
    for (const name of carried) this.carried.add(name);
    return true;
  }
}

/** What calls that change one version are checked against. */
interface Looked {
  frozen: boolean;
  found: EntryState[][];
  /** What stands in the way of names; null where that has to be asked apart. */
  usesOf: (wanted: readonly WantedName[]) => readonly NameUse[] | null;
  asOf: AsOf | null;
}

/** Whether the database can be asked for a name that nothing was found out about yet. */
const isText = (name: string | null | undefined): name is string => name != null && !name.includes('\0');

/** @throws OtherVersionError for another version than the one that all of the calls mean */
function isFrozen(state: VersionState | null, { name }: GameVersionRow, calls: readonly ProposalCall[]): boolean {
  const isOther = state?.versionName !== name || (!state.isCurrent && calls.some(({ isForCurrent }) => isForCurrent));
  if (isOther) throw new OtherVersionError();
  return state.frozen;
}

/** @throws OtherVersionError as {@link isFrozen} does */
async function lookAt(sql: Sql, version: GameVersionRow, calls: readonly ProposalCall[]): Promise<Looked> {
  const now = calls.map(({ options }) => options.now).reduce((first, each) => (each < first ? each : first));
  const edits = calls.flatMap(({ changes }) => changes);
  if (edits.length > FEW) {
    const ids = edits.map(({ srg }) => asked(srg));
    const { version: state, found } = await entriesToChange(sql, version.id, ids, now);
    return { frozen: isFrozen(state, version, calls), found, usesOf: () => null, asOf: null };
  }
  const asks = edits.map(({ srg, name }) => ({ ...asked(srg), name: isText(name) ? name.trim() : null }));
  const { version: state, found, wanted: told, uses, asOf } = await entriesWithUses(sql, version.id, asks, now);
  const isTold = (wanted: readonly WantedName[]) =>
    wanted.length === told.length &&
    wanted.every(({ mappingId, name }, i) => mappingId === told[i]!.mappingId && name === told[i]!.name);
  return { frozen: isFrozen(state, version, calls), found, asOf, usesOf: (wanted) => (isTold(wanted) ? uses : null) };
}

/** @returns what the rules say by call, as {@link checkProposals} does; null where they ask for more than was looked at */
async function checkLooked(
  version: GameVersionRow,
  calls: readonly ProposalCall[],
  looked: Looked,
  askApart: ((wanted: readonly WantedName[]) => Promise<NameUse[]>) | null,
): Promise<(CheckedCall | null)[] | null> {
  const { found, usesOf } = looked;
  if (looked.frozen) return calls.map(() => ({ planned: [], problems: [...frozen(version.name).problems] }));

  const apart = new Apart();
  let position = 0;
  const plans = calls.map(({ changes }) => {
    const entries = found.slice(position, (position += changes.length));
    const plan = planChanges(changes, entries, version.name);
    return apart.add(plan.planned) ? plan : null;
  });
  const wanted = plans.flatMap((plan) => (plan === null ? [] : wantedNames(plan.planned)));
  const told = wanted.length === 0 ? [] : (usesOf(wanted) ?? (await askApart?.(wanted)));
  if (told === undefined) return null;
  const uses = groupBy(told, ({ mappingId }) => mappingId);
  return plans.map((plan, i) => {
    if (plan === null) return null;
    const { changes, options } = calls[i]!;
    return {
      planned: plan.planned,
      problems: [...plan.problems, ...checkChanges(plan.planned, changes, uses, options)],
    };
  });
}

/**
 * What the rules say of calls that change one version, in two statements at most however many they are.
 * @returns by call; null for one that can not be told before those ahead of it are carried out or refused, never the first
 */
export async function checkProposals(
  sql: Sql,
  version: GameVersionRow,
  calls: readonly ProposalCall[],
): Promise<(CheckedCall | null)[]> {
  const askApart = (wanted: readonly WantedName[]) => nameUses(sql, version.id, wanted, 'EFFECTIVE');
  return (await checkLooked(version, calls, await lookAt(sql, version, calls), askApart))!;
}

/**
 * What the rules say of one call, in one statement, and when they do.
 * @returns null where that can not be told as of one instant
 */
export async function checkAsOf(
  db: Sql,
  version: GameVersionRow,
  call: ProposalCall,
): Promise<{ checked: CheckedCall; asOf: AsOf } | null> {
  // A class without its package is called what only its entry tells.
  const isTold = ({ srg, name }: WantedChange) => name == null || !srg.includes('/');
  if (call.changes.length > FEW || !call.changes.every(isTold)) return null;
  const looked = await lookAt(db, version, [call]);
  const checked = await checkLooked(version, [call], looked, null);
  return checked === null || looked.asOf === null ? null : { checked: checked[0]!, asOf: looked.asOf };
}
