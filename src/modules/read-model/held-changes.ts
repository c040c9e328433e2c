import type { Sql } from '../../db/database.js';
import type { ChangeRow } from '../changes/change.js';
import { CHANGE_STATES } from '../history/seal.js';
import { MAPPING_KINDS } from '../mappings/mapping.js';
import { decidedSince } from './load.store.js';
import type { Marks } from './version-model.js';

/** Decisions on so many changes are told apart; where more were decided, all are read anew. */
const FEW = 5_000;

/** About what a change takes besides its texts, in bytes. */
const ROW_BYTES = 780;

const textsOf = ({ srg, oldName, newName, oldDocumentation, newDocumentation, reason }: ChangeRow): number =>
  [srg, oldName, newName, oldDocumentation, newDocumentation, reason].reduce(
    (sum, text) => sum + (text?.length ?? 0),
    0,
  );

/** An instant whose text is made once: that takes as long as the rest of a change. */
class HeldInstant extends Date {
  private text: string | undefined;

  override toISOString(): string {
    return (this.text ??= super.toISOString());
  }
}

/** The one text of those that are equal. */
const shared = <Word extends string>(words: readonly Word[], word: Word): Word => words[words.indexOf(word)]!;

/** A row of its own, written out: all have one shape, and as much as they are read with is in the object itself. */
const heldRow = (row: ChangeRow): ChangeRow => ({
  id: row.id,
  versionId: row.versionId,
  kind: shared(MAPPING_KINDS, row.kind),
  srg: row.srg,
  oldName: row.oldName,
  newName: row.newName,
  oldDocumentation: row.oldDocumentation,
  newDocumentation: row.newDocumentation,
  reason: row.reason,
  forced: row.forced,
  authorId: row.authorId,
  via: row.via,
  batch: row.batch,
  supersedes: row.supersedes,
  createdAt: new HeldInstant(row.createdAt),
  hash: row.hash,
  state: shared(CHANGE_STATES, row.state),
  votesFor: null,
  votesAgainst: null,
  decidedAt: row.decidedAt,
  decidedById: row.decidedById,
  decisionReason: row.decisionReason,
});

/** Stands for the decisions that were known when a reading began. */
export type Reading = object;

/**
 * Changes in memory, by their numbers, from when they were read until they are decided, or make room. Nothing else of a change becomes
 * another but its votes, which are left out: they are no history.
 */
export class HeldChanges {
  private readonly rows = new Map<number, ChangeRow>();
  private decisions = 0;
  private reading: Reading = {};
  private weight = 0;
  /** The number of the newest change. */
  last = 0;

  /** @param capacity in bytes */
  constructor(private readonly capacity: number) {}

  get bytes(): number {
    return this.weight;
  }

  /** Forgets what was decided, up to the ends of the history. */
  async bringUpTo(db: Sql, { changeSequence, decisionSequence }: Pick<Marks, 'changeSequence' | 'decisionSequence'>) {
    if (decisionSequence !== this.decisions) {
      const decided = this.rows.size === 0 ? [] : await decidedSince(db, this.decisions, FEW);
      if (decided.length === FEW || decisionSequence < this.decisions) {
        this.rows.clear();
        this.weight = 0;
      }
      for (const sequence of decided) this.drop(sequence);
      // What is being read may have been decided since.
      this.reading = {};
      this.decisions = decisionSequence;
    }
    this.last = changeSequence;
  }

  /** To be asked for before changes are read that are to be kept. */
  begin(): Reading {
    return this.reading;
  }

  /** Keeps changes that were read since, where none of them can have been decided meanwhile. */
  keep(reading: Reading, rows: readonly ChangeRow[]): void {
    if (reading !== this.reading) return;
    for (const row of rows) {
      if (this.rows.has(row.id)) continue;
      this.rows.set(row.id, heldRow(row));
      this.weight += ROW_BYTES + textsOf(row);
    }
    for (const oldest of this.rows.keys()) {
      if (this.weight <= this.capacity) return;
      this.drop(oldest);
    }
  }

  /** Changes by their numbers, in that order; null where not all are here. */
  all(sequences: ArrayLike<number>, count: number): ChangeRow[] | null {
    const found = new Array<ChangeRow>(Math.min(count, sequences.length));
    for (let i = 0; i < found.length; i++) {
      const row = this.rows.get(sequences[i]!);
      if (row === undefined) return null;
      found[i] = row;
    }
    return found;
  }

  /** The newest changes of all before a number, which have no gaps; null where not all are here. */
  newest(before: number | null, count: number): ChangeRow[] | null {
    const from = Math.min(this.last, before === null ? Infinity : before - 1);
    const sequences = Array.from({ length: Math.max(0, Math.min(count, from)) }, (_, i) => from - i);
    return this.all(sequences, count);
  }

  private drop(sequence: number): void {
    const row = this.rows.get(sequence);
    if (row === undefined) return;
    this.weight -= ROW_BYTES + textsOf(row);
    this.rows.delete(sequence);
  }
}
