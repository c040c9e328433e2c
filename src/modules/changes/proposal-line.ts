import { setImmediate } from 'node:timers/promises';
import type { Database, Tx } from '../../db/index.js';
import { UserErrors } from '../../shared/user-errors.js';
import {
  stageAsOf,
  writeHistory,
  type Authorship,
  type HistoryWriter,
  type NewChange,
  type NewProposal,
} from '../history/history.store.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { writtenRow, type ChangeRow } from './change.js';
import type { PlannedChange } from './check-changes.js';
import { checkAsOf, checkProposals, type CheckedCall, type ProposalCall } from './check-proposals.js';

/** Edits in one call, and in the calls that are written together. */
export const MAX_CHANGES = 5_000;

/** A call that is to be checked and staged. */
export interface StagingCall extends ProposalCall {
  version: GameVersionRow;
  by: Authorship;
  /** Rejects where the caller may propose no more for now. */
  allowed: Promise<void>;
}

interface Waiting {
  call: StagingCall;
  resolve: (written: ChangeRow[]) => void;
  reject: (error: unknown) => void;
}

/** What became of a call: its changes, why not, or null for one that has to be looked at again. */
type Outcome = ChangeRow[] | UserErrors | null;

/**
 * Where the proposals of this process wait for the pen: those that arrive while some are being written are written together after
 * them, in one transaction, each checked and refused by itself. So the pen is taken, and the log flushed, once for all of them.
 */
export class ProposalLine {
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(private readonly db: Database) {}

  /**
   * Checks and stages the edits of a call, all or none.
   * @throws UserErrors with everything that stands against them; what `allowed` rejects with
   */
  stage(call: StagingCall): Promise<ChangeRow[]> {
    // Whoever waits in the line hears of it in their turn.
    call.allowed.catch(() => undefined);
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, resolve, reject });
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      // Calls that came in at once begin together.
      await setImmediate();
      await this.write(this.next());
    }
    this.busy = false;
  }

  /** Takes those who are next out of the line: of one version, and no more edits than one call may have. */
  private next(): Waiting[] {
    const { version } = this.waiting[0]!.call;
    const [group, rest]: [Waiting[], Waiting[]] = [[], []];
    let edits = 0;
    for (const each of this.waiting) {
      const { length } = each.call.changes;
      const fits = each.call.version.id === version.id && edits + length <= MAX_CHANGES;
      if (fits) edits += length;
      (fits ? group : rest).push(each);
    }
    this.waiting = rest;
    return group;
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    const [first, ...others] = group;
    if (others.length === 0 && (await this.writeAlone(first!))) return;
    const allowed = await onlyAllowed(group);
    if (allowed.length > 0) await this.writeTogether(allowed);
  }

  private async writeTogether(group: readonly Waiting[]): Promise<void> {
    const pen = { taken: false, done: false };
    try {
      const outcomes = await this.db.transaction((tx) =>
        writeHistory(tx, async (history) => {
          pen.taken = true;
          const staged = await stageTogether(tx, history, group.map(({ call }) => call)); // prettier-ignore
          pen.done = true;
          return staged;
        }),
      );
      const again: Waiting[] = [];
      group.forEach((each, i) => {
        const outcome = outcomes[i] ?? null;
        if (outcome === null) again.push(each);
        else if (outcome instanceof UserErrors) each.reject(outcome);
        else each.resolve(outcome);
      });
      this.waiting = [...again, ...this.waiting];
    } catch (error) {
      // What fails while the pen is held may be the fault of one of them; what fails without it, or when all is written, is nobody's.
      if (pen.taken && !pen.done && group.length > 1) for (const each of group) await this.write([each]);
      else for (const { reject } of group) reject(error);
    }
  }

  /**
   * Checks and stages a call that nobody waits with: two statements, the second of which writes nothing where anything else was
   * written meanwhile.
   * @returns false where it is to be done with the pen
   */
  private async writeAlone({ call, resolve, reject }: Waiting): Promise<boolean> {
    try {
      const [told] = await Promise.all([checkAsOf(this.db, call.version, call), call.allowed]);
      if (told === null) return false;
      const problems = blocking(call, told.checked);
      if (problems.length > 0) {
        reject(new UserErrors(problems));
        return true;
      }
      const written = await stageAsOf(this.db, told.asOf, call.version.id, newProposal(call, told.checked));
      if (written === null) return false;
      resolve(written.map(writtenRow));
    } catch (error) {
      reject(error);
    }
    return true;
  }
}

/** Refuses those who may propose no more for now. @returns the others */
async function onlyAllowed(group: readonly Waiting[]): Promise<Waiting[]> {
  const allowed: Waiting[] = [];
  for (const each of group) {
    try {
      await each.call.allowed;
      allowed.push(each);
    } catch (error) {
      each.reject(error);
    }
  }
  return allowed;
}

/** What keeps a call that was checked from being written; warnings do not where it is forced. */
const blocking = ({ options }: StagingCall, { problems }: CheckedCall) =>
  options.force ? problems.filter(({ severity }) => severity !== 'WARNING') : problems;

/** Checks calls for one version in their order, and writes those that nothing stands against. */
async function stageTogether(tx: Tx, history: HistoryWriter, calls: readonly StagingCall[]): Promise<Outcome[]> {
  const { version } = calls[0]!;
  const outcomes: Outcome[] = [];
  const accepted: (NewProposal & { call: number })[] = [];
  (await checkProposals(tx, version, calls)).forEach((checked, call) => {
    outcomes.push(null);
    if (checked === null) return;
    const problems = blocking(calls[call]!, checked);
    if (problems.length > 0) outcomes[call] = new UserErrors(problems);
    else accepted.push({ call, ...newProposal(calls[call]!, checked) });
  });
  if (accepted.length === 0) return outcomes;
  const written = await history.stage(version.id, accepted);
  accepted.forEach(({ call }, i) => (outcomes[call] = written![i]!.map(writtenRow)));
  return outcomes;
}

const newProposal = ({ version, by }: StagingCall, { planned }: CheckedCall): NewProposal => ({
  changes: planned.map((change) => newChange(version, change)),
  by,
});

const newChange = (
  version: GameVersionRow,
  { entry: { mapping, staged }, name, documentation }: PlannedChange,
): NewChange => ({
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
});
