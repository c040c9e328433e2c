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

/**
 * Follows the history as it grows, whichever process writes it: woken by NOTIFY, it reads what came behind the last row it saw. As
 * rows become visible in the order of their numbers it misses none. Reads nothing while nobody listens.
 */
export class HistoryTail {
  private readonly listeners = new Set<TailListener>();
  private unlisten: Promise<() => Promise<void>> | null = null;
  private seen: { change: number; decision: number } | null = null;
  private reading: Promise<void> | null = null;
  private again = false;
  private isClosed = false;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** Tells the listener of everything that is written from the moment on at which this resolves. @returns the way to stop */
  async follow(listener: TailListener): Promise<() => void> {
    this.unlisten ??= this.db.listen(HISTORY_CHANNEL, () => this.wake());
    await this.unlisten;
    if (this.listeners.size === 0) this.seen = null;
    this.listeners.add(listener);
    try {
      await this.read();
    } catch (error) {
      this.listeners.delete(listener);
      throw error;
    }
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.listeners.clear();
    await this.reading?.catch(() => undefined);
    await (
      await this.unlisten
    )?.();
  }

  private wake(): void {
    if (this.listeners.size === 0 || this.isClosed) return;
    // What could not be read now is read at the next wake.
    this.read().catch((error: unknown) => this.log.error({ err: error }, 'reading the history'));
  }

  /** Reads what there is by now; a call while another reads lets that one read once more. */
  private read(): Promise<void> {
    this.again = true;
    this.reading ??= (async () => {
      try {
        while (this.again && !this.isClosed) {
          this.again = false;
          await this.readOn();
        }
      } finally {
        this.reading = null;
      }
    })();
    return this.reading;
  }

  private async readOn(): Promise<void> {
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

  private tell(what: (listener: TailListener) => void): void {
    for (const listener of [...this.listeners]) what(listener);
  }
}

/** Whether a change stood for a decision; what an import or a revert writes is committed as it is made. */
const wasProposed = ({ state, createdAt, decidedAt }: ChangeRow): boolean =>
  state !== 'COMMITTED' || decidedAt?.getTime() !== createdAt.getTime();
