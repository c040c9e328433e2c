import { FIRST_HASH } from './seal.js';

/** Where a chain stands at a row: `"<sequence>:<hash in hex>"`; `"0:000…"` before the first. */
export type ChainEnd = string;

/** What is looked at, each by itself: both chains, their ends as told, both against ends noted before, states and names. */
export type HistoryCheck = 'CHANGES' | 'DECISIONS' | 'ENDS' | 'NOTED_CHANGES' | 'NOTED_DECISIONS' | 'STATES' | 'NAMES';

/** The first thing that one check found to be wrong. */
export interface HistoryProblem {
  check: HistoryCheck;
  /** Of the change that is broken, or missing; of the decision for DECISIONS and NOTED_DECISIONS. */
  sequence: number;
  /** What is wrong, as a sentence. */
  message: string;
  found: string;
  expected: string;
}

/** What both kinds of rows have. */
export interface ChainRow {
  sequence: number;
  hash: Uint8Array;
}

/** What one row of a chain is, in words. */
type Link = 'change' | 'decision';

const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

/** A row as the end of its chain. */
export const endAt = ({ sequence, hash }: ChainRow): ChainEnd => `${sequence}:${hex(hash)}`;

/** Whether somebody may have noted this as an end. */
export const isChainEnd = (text: string): boolean => /^\d{1,10}:[0-9a-f]{64}$/i.test(text);

/** Follows one chain row by row, and keeps the first thing that is wrong with it. */
export class Chain {
  count = 0;
  last: ChainRow = { sequence: 0, hash: FIRST_HASH };
  broken: HistoryProblem | null = null;
  private readonly noted: { sequence: number; hash: string } | null;
  private foundNoted: ChainRow | null = null;

  /** @param noted an end that the chain once had */
  constructor(
    private readonly link: Link,
    noted: ChainEnd | undefined,
  ) {
    const [sequence, hash] = noted?.toLowerCase().split(':') ?? [];
    this.noted = sequence === undefined ? null : { sequence: Number(sequence), hash: hash! };
    if (this.noted?.sequence === 0) this.foundNoted = this.last;
  }

  /**
   * @param name the row in words: `change 5 of func_1_a`
   * @param seal what its hash must be after the given one; null where the row says what cannot be sealed
   */
  follow(row: ChainRow, name: string, seal: (previous: Uint8Array) => Uint8Array | null): void {
    this.broken ??= this.fault(row, name, seal);
    if (row.sequence === this.noted?.sequence) this.foundNoted = row;
    this.count += 1;
    this.last = row;
  }

  /** What stands against the end that was noted, once all rows were followed. */
  againstNoted(): HistoryProblem | null {
    if (this.noted === null) return null;
    const { sequence, hash: expected } = this.noted;
    const check = this.link === 'change' ? 'NOTED_CHANGES' : 'NOTED_DECISIONS';
    if (this.foundNoted === null) {
      const message = `There is no ${this.link} ${sequence}, which was noted.`;
      return { check, sequence, message, found: `the chain ends at ${this.last.sequence}`, expected };
    }
    const found = hex(this.foundNoted.hash);
    if (found === expected) return null;
    const message = `The seal of ${this.link} ${sequence} is not the one that was noted: it, or one before it, was swapped.`;
    return { check, sequence, message, found, expected };
  }

  /** What stands against the end that is told, once all rows were followed. */
  againstHead(head: ChainRow): HistoryProblem | null {
    const [found, expected] = [endAt(this.last), endAt(head)];
    if (found === expected) return null;
    const { sequence } = this.last;
    const message =
      head.sequence > sequence
        ? `The ${this.link}s end at ${sequence}, and should go on to ${head.sequence}: their tail was cut off.`
        : `The ${this.link}s do not end where the head of the history says that they do.`;
    return { check: 'ENDS', sequence: Math.min(sequence, head.sequence) + 1, message, found, expected };
  }

  private fault(
    { sequence, hash }: ChainRow,
    name: string,
    seal: (previous: Uint8Array) => Uint8Array | null,
  ): HistoryProblem | null {
    const check = this.link === 'change' ? 'CHANGES' : 'DECISIONS';
    const next = this.last.sequence + 1;
    if (sequence !== next) {
      const message = `There is no ${this.link} ${next}: in its place stands ${name}.`;
      return { check, sequence: next, message, found: String(sequence), expected: String(next) };
    }
    const sealed = seal(this.last.hash);
    const expected = sealed === null ? 'what can be sealed' : hex(sealed);
    if (hex(hash) === expected) return null;
    const message = `The seal of ${name} does not fit what it says and the seal before it: one of them was altered.`;
    return { check, sequence, message, found: hex(hash), expected };
  }
}
