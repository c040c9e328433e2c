import type { HistoryProblem } from './chain.js';
import type { ChangeState } from './seal.js';

/** What one decision says of one change. */
export interface Outcome {
  change: number;
  decision: number;
  state: ChangeState;
}

/** A change as far as its state goes. */
export interface DecidedChange {
  sequence: number;
  srg: string;
  state: ChangeState;
  /** The last decision on it. */
  decision: number | null;
}

/** What may become of a change in each state. */
const NEXT: Record<ChangeState, readonly ChangeState[]> = {
  STAGED: ['COMMITTED', 'UNDONE', 'REJECTED', 'SUPERSEDED'],
  UNDONE: ['STAGED'],
  SUPERSEDED: ['STAGED'],
  COMMITTED: [],
  REJECTED: [],
};

const inWords = (state: ChangeState, decision: number | null) =>
  decision === null ? `${state} without a decision` : `${state} by decision ${decision}`;

/** Folds what decisions say of each change, and keeps the first change that is not so. */
export class StateFold {
  broken: HistoryProblem | null = null;
  private next: Outcome | undefined;

  private constructor(private readonly outcomes: AsyncIterator<Outcome, void>) {}

  /** @param outcomes of all decisions, by change and in the order of the decisions */
  static async over(outcomes: AsyncIterator<Outcome, void>): Promise<StateFold> {
    const fold = new StateFold(outcomes);
    await fold.step();
    return fold;
  }

  /** Takes the next change by sequence. */
  async follow({ sequence, srg, state: found, decision: foundBy }: DecidedChange): Promise<void> {
    await this.skipTo(sequence);
    let state: ChangeState = 'STAGED';
    let by: number | null = null;
    while (this.next?.change === sequence) {
      const { state: to, decision } = this.next;
      if (!NEXT[state].includes(to)) {
        const message = `Decision ${decision} makes change ${sequence} of ${srg} ${to}, which was ${inWords(state, by)}.`;
        const expected = NEXT[state].join(' or ') || 'no decision any more';
        this.broken ??= { check: 'STATES', sequence, message, found: to, expected };
      }
      state = to;
      by = decision;
      await this.step();
    }
    if (state === found && by === foundBy) return;
    const [is, ought] = [inWords(found, foundBy), inWords(state, by)];
    const message = `Change ${sequence} of ${srg} is ${is}, and ought to be ${ought}.`;
    this.broken ??= { check: 'STATES', sequence, message, found: is, expected: ought };
  }

  /** What decisions say of changes before this one, which none was. */
  async skipTo(sequence: number): Promise<void> {
    for (; this.next !== undefined && this.next.change < sequence; await this.step()) {
      const { change, decision, state } = this.next;
      const message = `Decision ${decision} makes change ${change} ${state}, and there is no such change.`;
      this.broken ??= { check: 'STATES', sequence: change, message, found: 'no change', expected: state };
    }
  }

  private async step(): Promise<void> {
    const { value, done } = await this.outcomes.next();
    this.next = done ? undefined : value;
  }
}
