import { holdStill, type Database, type Tx } from '../../db/index.js';
import { badInput } from '../../shared/errors.js';
import { Chain, endAt, isChainEnd, type ChainEnd, type HistoryProblem } from './chain.js';
import { historyHead, type HistoryHead } from './history.store.js';
import { FIRST_HASH, sealChange, sealDecision } from './seal.js';
import { StateFold } from './state-fold.js';
import {
  compareEntries,
  outcomes,
  storedChanges,
  storedDecisions,
  type EntryApart,
  type StoredChange,
  type StoredDecision,
} from './verify.store.js';

export interface HistoryReport {
  changes: { count: number; end: ChainEnd };
  decisions: { count: number; end: ChainEnd };
  /** Entries that have a committed change, and were compared with the last one. */
  entries: number;
  /** At most one for each check and chain; none where the history is whole. */
  problems: HistoryProblem[];
}

export interface VerifyOptions {
  /** Ends that were noted before: each chain must still have that hash at that sequence. */
  expect?: { changes?: ChainEnd; decisions?: ChainEnd };
  /** Called now and then with how many rows of how many are done. */
  onProgress?: (done: number, total: number) => void;
}

const NO_HEAD: HistoryHead = {
  changeSequence: 0,
  changeHash: FIRST_HASH,
  decisionSequence: 0,
  decisionHash: FIRST_HASH,
};

/** Rows between two calls of `onProgress`. */
const PROGRESS = 1_000;

/**
 * Reads the whole history and says whether anything in it was rewritten: numbers without gaps and seals of both chains, their
 * ends, states as decided, and names as committed. It sees one instant, holds nobody up, and takes no more memory for a long
 * history than for a short one.
 * @throws AppError BAD_USER_INPUT for an end that is none
 */
export async function verifyHistory(db: Database, { expect, onProgress }: VerifyOptions = {}): Promise<HistoryReport> {
  for (const end of [expect?.changes, expect?.decisions]) {
    if (end !== undefined && !isChainEnd(end)) throw badInput(`${end} is not the end of a chain: "123:<hash in hex>".`);
  }
  return db.transaction(async (tx) => {
    await holdStill(tx);
    return readHistory(tx, { expect, onProgress });
  });
}

/** The same within a transaction whose view of the database does not move meanwhile. */
export async function readHistory(tx: Tx, { expect, onProgress }: VerifyOptions = {}): Promise<HistoryReport> {
  // Whoever may rewrite history may have taken its head away.
  const head = ((await historyHead(tx)) as HistoryHead | undefined) ?? NO_HEAD;
  const total = head.changeSequence + head.decisionSequence;
  let done = 0;
  const tick = () => {
    done += 1;
    if (done % PROGRESS === 0) onProgress?.(done, Math.max(done, total));
  };

  const decisions = new Chain('decision', expect?.decisions);
  for await (const row of storedDecisions(tx)) {
    decisions.follow(row, `decision ${row.sequence}`, (previous) => sealOfDecision(previous, row));
    tick();
  }
  const changes = new Chain('change', expect?.changes);
  const states = await followChanges(tx, changes, tick);
  const { count: entries, first: apart } = await compareEntries(tx);
  const problems = [
    changes.broken,
    decisions.broken,
    changes.againstHead({ sequence: head.changeSequence, hash: head.changeHash }),
    decisions.againstHead({ sequence: head.decisionSequence, hash: head.decisionHash }),
    changes.againstNoted(),
    decisions.againstNoted(),
    states,
    apart && nameProblem(apart),
  ];
  return {
    changes: { count: changes.count, end: endAt(changes.last) },
    decisions: { count: decisions.count, end: endAt(decisions.last) },
    entries,
    problems: problems.filter((problem) => problem !== null),
  };
}

/** @returns the first change that is not what decisions say */
async function followChanges(tx: Tx, chain: Chain, tick: () => void): Promise<HistoryProblem | null> {
  const states = await StateFold.over(outcomes(tx));
  for await (const row of storedChanges(tx)) {
    chain.follow(row, `change ${row.sequence} of ${row.srg}`, (previous) => sealOfChange(previous, row));
    await states.follow(row);
    tick();
  }
  await states.skipTo(Infinity);
  return states.broken;
}

// A column can be made to hold an instant that no clock shows: `infinity`.
const isInstant = (at: Date) => Number.isFinite(Number(at));

const sealOfChange = (previous: Uint8Array, row: StoredChange) =>
  isInstant(row.createdAt) ? sealChange(previous, row) : null;

const sealOfDecision = (previous: Uint8Array, row: StoredDecision) =>
  isInstant(row.decidedAt) ? sealDecision(previous, row) : null;

function nameProblem({ sequence, version, kind, srg, ...entry }: EntryApart): HistoryProblem {
  const which = `${kind.toLowerCase()} ${srg} of ${version}`;
  if (entry.name !== entry.newName) {
    const message = `The name of ${which} is not the one that change ${sequence} gave it.`;
    return { check: 'NAMES', sequence, message, found: named(entry.name), expected: named(entry.newName) };
  }
  const message = `The documentation of ${which} is not the one that change ${sequence} gave it.`;
  const [found, expected] = [named(entry.documentation), named(entry.newDocumentation)];
  return { check: 'NAMES', sequence, message, found, expected };
}

const named = (text: string | null) => (text === null ? 'none' : JSON.stringify(text));
