import type { Logger } from 'pino';
import type { Database } from '../../db/index.js';
import { groupBy } from '../../shared/group-by.js';
import type { ChangeRow } from '../changes/change.js';
import { HISTORY_CHANNEL, historyHead } from '../history/history.store.js';
import {
  changesAfter,
  changesOfDecisions,
  decisionsAfter,
  type DecidedChange,
  type DecisionRow,
} from './history-tail.store.js';
import { Tail } from './tail.js';

/** Rows that are read at once. */
const PAGE = 1_000;

/** A commit as it concerns one version. */
export interface CommitEvent {
  decision: DecisionRow;
  versionId: number;
  changes: DecidedChange[];
}

/** What whoever listens is told. */
export interface TailListener {
  onStaged(change: ChangeRow): void;
  onCommitted(commit: CommitEvent): void;
}

/** Follows the history as it grows, whichever process writes it. */
export class HistoryTail extends Tail<TailListener> {
  private seen: { change: number; decision: number } | null = null;

  constructor(db: Database, log: Logger) {
    super(db, log, HISTORY_CHANNEL);
  }

  protected begin(): void {
    this.seen = null;
  }

  protected async readOn(): Promise<void> {
    if (this.seen === null) {
      const { changeSequence, decisionSequence } = await historyHead(this.db);
      this.seen = { change: changeSequence, decision: decisionSequence };
      return;
    }
    const { seen } = this;
    for (;;) {
      const changes = await changesAfter(this.db, seen.change, PAGE);
      seen.change = changes.at(-1)?.id ?? seen.change;
      for (const change of changes) if (wasProposed(change)) this.tell((listener) => listener.onStaged(change));
      if (changes.length < PAGE) break;
    }
    for (;;) {
      const decisions = await decisionsAfter(this.db, seen.decision, PAGE);
      await this.tellCommits(decisions.filter(({ state }) => state === 'COMMITTED'));
      seen.decision = decisions.at(-1)?.sequence ?? seen.decision;
      if (decisions.length < PAGE) break;
    }
  }

  private async tellCommits(decisions: readonly DecisionRow[]): Promise<void> {
    if (decisions.length === 0) return;
    const ids = decisions.map(({ sequence }) => sequence);
    const byDecision = groupBy(await changesOfDecisions(this.db, ids), (change) => change.decision);
    for (const decision of decisions) {
      const byVersion = groupBy(byDecision.get(decision.sequence) ?? [], (change) => change.versionId);
      for (const [versionId, changes] of byVersion) {
        this.tell((listener) => listener.onCommitted({ decision, versionId, changes }));
      }
    }
  }
}

/** Whether a change stood for a decision; what an import or a revert writes is committed as it is made. */
const wasProposed = ({ state, createdAt, decidedAt }: ChangeRow): boolean =>
  state !== 'COMMITTED' || decidedAt?.getTime() !== createdAt.getTime();
