import { statement, type Sql, type Tx } from '../../db/index.js';
import { sealChange, sealDecision, type ChangeState, type SealedChange } from './seal.js';

/** The channel of `NOTIFY` on which every process hears that history has grown; without payload. */
export const HISTORY_CHANNEL = 'history';

/** The ends of both chains. */
export interface HistoryHead {
  changeSequence: number;
  changeHash: Uint8Array;
  decisionSequence: number;
  decisionHash: Uint8Array;
}

const HEAD = `SELECT change_sequence AS "changeSequence", change_hash AS "changeHash",
                     decision_sequence AS "decisionSequence", decision_hash AS "decisionHash" FROM history_head`;

const READ_HEAD = statement('history_head', HEAD);
const LOCK_HEAD = statement('history_lock', `${HEAD} FOR UPDATE`);

/** Where both chains end now. */
export async function historyHead(db: Sql): Promise<HistoryHead> {
  const rows = await db.query<HistoryHead>(READ_HEAD);
  return rows[0]!;
}

/** A change that is to be written: what is sealed but for its place in the chain, and the state that it begins in. */
export interface NewChange extends Omit<
  SealedChange,
  'sequence' | 'batch' | 'authorId' | 'via' | 'createdAt' | 'reason' | 'forced'
> {
  versionId: number;
  state: 'STAGED' | 'COMMITTED';
}

/** By whom, how and when changes are made; alike for all of a call. */
export interface Authorship {
  /** Null for an import. */
  authorId: number | null;
  via: string | null;
  reason: string | null;
  forced: boolean;
  at: Date;
}

/** Who decides, and how it is said. */
type Decider = Pick<Authorship, 'authorId' | 'via' | 'reason' | 'at'>;

/** A change as it was written. */
export interface WrittenChange extends SealedChange {
  versionId: number;
  hash: Buffer;
  state: ChangeState;
}

// Each moves the ends of the chains with what it writes, and tells every process when the transaction commits.
const TELL = `RETURNING pg_notify('${HISTORY_CHANNEL}', '')`;

const APPEND = statement(
  'history_append',
  `WITH written AS (
     INSERT INTO changes (sequence, version_id, kind, srg, old_name, new_name, old_documentation, new_documentation, reason,
                          forced, author_id, via, batch, supersedes, created_at, hash, state)
     SELECT r.sequence, r."versionId", r.kind, r.srg, r."oldName", r."newName", r."oldDocumentation", r."newDocumentation",
            $2, $3, $4, $5, $6, r.supersedes, $7, decode(r.hash, 'hex'), r.state
       FROM json_to_recordset($1::json) AS r(
         sequence int, "versionId" int, kind mapping_kind, srg text, "oldName" text, "newName" text, "oldDocumentation" text,
         "newDocumentation" text, supersedes int, hash text, state change_state)
   )
   UPDATE history_head SET change_sequence = $8, change_hash = $9 ${TELL}`,
);

const DECIDE = statement(
  'history_decide',
  `WITH decision AS (
     INSERT INTO change_decisions (sequence, state, changes, by_id, via, reason, decided_at, hash)
     VALUES ($1, $2::text::change_state, $3::int[], $4, $5, $6, $7, $8)
   ), decided AS (
     UPDATE changes SET state = $2::text::change_state, decision = $1 WHERE sequence = ANY($3::int[])
   )
   UPDATE history_head SET decision_sequence = $1, decision_hash = $8 ${TELL}`,
);

// $1 changes and $2 the calls that make them, one a batch, as JSON; $3 the version's id, $4 how often its head grows; then the ends
// of both chains, before and after; $11 the head of the version that was read without the pen, null where it was held. Without the
// pen nothing is written unless both are as they were: the row of history is held first, then that of the version, and rows that had to
// be waited for are compared as they are after the wait.
// What is superseded is named as an array too: for a join alone the planner reads all of the history, not knowing how few they are.
// An entry is staged anew only once what was staged for it is not: what is written waits for what is superseded by counting it.
const STAGE = statement(
  'history_stage',
  `WITH pen AS MATERIALIZED (
     SELECT 1 FROM history_head WHERE change_sequence = $9 AND decision_sequence = $10 FOR UPDATE
   ), bumped AS (
     UPDATE game_versions SET head = head + $4 WHERE id = $3 AND ($11::int IS NULL OR head = $11) AND EXISTS (SELECT FROM pen)
     RETURNING 1
   ), calls AS MATERIALIZED (
     SELECT c.* FROM json_to_recordset($2::json) AS c(
       batch int, "authorId" int, via text, reason text, forced boolean, at timestamptz, decision int, superseded int[], hash text)
      WHERE EXISTS (SELECT FROM bumped)
   ), decided AS (
     INSERT INTO change_decisions (sequence, state, changes, by_id, via, decided_at, hash)
     SELECT decision, 'SUPERSEDED', superseded, "authorId", via, at, decode(hash, 'hex') FROM calls WHERE decision IS NOT NULL
   ), superseded AS (
     UPDATE changes c SET state = 'SUPERSEDED', decision = s.decision
       FROM (SELECT decision, unnest(superseded) AS sequence FROM calls) s
      WHERE c.sequence = s.sequence AND c.sequence = ANY(ARRAY(SELECT unnest(superseded) FROM calls))
     RETURNING 1
   ), written AS (
     INSERT INTO changes (sequence, version_id, kind, srg, old_name, new_name, old_documentation, new_documentation, reason,
                          forced, author_id, via, batch, supersedes, created_at, hash, state)
     SELECT r.sequence, $3, r.kind, r.srg, r."oldName", r."newName", r."oldDocumentation", r."newDocumentation",
            c.reason, c.forced, c."authorId", c.via, c.batch, r.supersedes, c.at, decode(r.hash, 'hex'), 'STAGED'
       FROM json_to_recordset($1::json) AS r(
         sequence int, batch int, kind mapping_kind, srg text, "oldName" text, "newName" text, "oldDocumentation" text,
         "newDocumentation" text, supersedes int, hash text)
       JOIN calls c ON c.batch = r.batch
      WHERE (SELECT count(*) FROM superseded) >= 0
   )
   UPDATE history_head SET change_sequence = $5, change_hash = $6, decision_sequence = $7, decision_hash = $8
    WHERE EXISTS (SELECT FROM bumped) ${TELL}`,
);

/** The edits of one call that are to be staged. */
export interface NewProposal {
  changes: readonly NewChange[];
  by: Authorship;
}

/** Where a version and the history stood when something was read without the pen. */
export interface AsOf {
  /** The head of the version: it grows with whatever else than the history decides what its entries may be called. */
  versionHead: number;
  history: HistoryHead;
}

/** The pen: one transaction at a time holds it over all processes, from {@link writeHistory} to its end. */
export class HistoryWriter {
  constructor(
    private readonly sql: Sql,
    private readonly head: HistoryHead,
  ) {}

  /**
   * Stages the edits of calls, each a batch, in place of what was staged for their entries, and lets the head of their version grow
   * by one a call: one statement. Edits of different calls must be of different entries.
   * @param versionHead where the pen is not held: the head that the version must still have
   * @returns null where the version or the history has moved on, and nothing is written; never with the pen
   */
  async stage(
    versionId: number,
    proposals: readonly NewProposal[],
    versionHead: number | null = null,
  ): Promise<WrittenChange[][] | null> {
    const { head } = this;
    const { changeSequence, decisionSequence } = head;
    const rows: object[] = [];
    const calls: object[] = [];
    const written = proposals.map(({ changes, by }) => {
      const superseded = changes.flatMap(({ supersedes }) => supersedes ?? []);
      const decided =
        superseded.length > 0 ? this.sealDecision('SUPERSEDED', superseded, { ...by, reason: null }) : null;
      const ofCall = this.sealChanges(changes, by);
      const hash = decided?.hash.toString('hex');
      calls.push({ ...by, batch: ofCall[0]!.batch, decision: decided?.sequence, superseded, hash });
      for (const row of ofCall) rows.push(sealedRow(row));
      return ofCall;
    });
    const told = await this.sql.query(STAGE, [
      JSON.stringify(rows),
      JSON.stringify(calls),
      versionId,
      proposals.length,
      head.changeSequence,
      head.changeHash,
      head.decisionSequence,
      head.decisionHash,
      changeSequence,
      decisionSequence,
      versionHead,
    ]);
    return told.length === 0 ? null : written;
  }

  /** Writes changes of one call, numbered and sealed; together they are one batch. Committed ones need a decision too. */
  async append(changes: readonly NewChange[], by: Authorship): Promise<WrittenChange[]> {
    if (changes.length === 0) return [];
    const written = this.sealChanges(changes, by);
    const { authorId, via, reason, forced, at } = by;
    const rows = JSON.stringify(
      written.map((row) => ({ ...sealedRow(row), versionId: row.versionId, state: row.state })),
    );
    const end = [this.head.changeSequence, this.head.changeHash];
    await this.sql.query(APPEND, [rows, reason, forced, authorId, via, written[0]!.batch, at, ...end]);
    return written;
  }

  /** Writes down what became of changes, and moves them; nothing for none. */
  async decide(state: ChangeState, sequences: readonly number[], by: Decider): Promise<void> {
    if (sequences.length === 0) return;
    const { sequence, hash } = this.sealDecision(state, sequences, by);
    await this.sql.query(DECIDE, [sequence, state, sequences, by.authorId, by.via, by.reason, by.at, hash]);
  }

  /** Gives changes their places in the chain. */
  private sealChanges(changes: readonly NewChange[], by: Authorship): WrittenChange[] {
    const { head } = this;
    const { authorId, via, reason, forced, at } = by;
    const batch = head.changeSequence + 1;
    return changes.map((change): WrittenChange => {
      head.changeSequence += 1;
      // Written out: a batch has thousands, and spreading costs several times as much.
      const row: WrittenChange = {
        versionId: change.versionId,
        sequence: head.changeSequence,
        version: change.version,
        kind: change.kind,
        srg: change.srg,
        oldName: change.oldName,
        newName: change.newName,
        oldDocumentation: change.oldDocumentation,
        newDocumentation: change.newDocumentation,
        reason,
        forced,
        authorId,
        via,
        batch,
        supersedes: change.supersedes,
        createdAt: at,
        hash: NOT_SEALED,
        state: change.state,
      };
      row.hash = sealChange(head.changeHash, row);
      head.changeHash = row.hash;
      return row;
    });
  }

  /** Gives a decision its place in the chain. */
  private sealDecision(
    state: ChangeState,
    changes: readonly number[],
    { authorId: byId, via, reason, at: decidedAt }: Decider,
  ): { sequence: number; hash: Buffer } {
    const { head } = this;
    const sequence = head.decisionSequence + 1;
    const hash = sealDecision(head.decisionHash, { sequence, state, changes, byId, via, reason, decidedAt });
    head.decisionSequence = sequence;
    head.decisionHash = hash;
    return { sequence, hash };
  }
}

const NOT_SEALED = Buffer.alloc(0);

/** What of a change is sent to be written, but for what its call says once. */
const sealedRow = (row: WrittenChange) => ({
  sequence: row.sequence,
  batch: row.batch,
  kind: row.kind,
  srg: row.srg,
  oldName: row.oldName,
  newName: row.newName,
  oldDocumentation: row.oldDocumentation,
  newDocumentation: row.newDocumentation,
  supersedes: row.supersedes,
  hash: row.hash.toString('hex'),
});

/**
 * Takes the pen until the transaction ends, and hands it to `work`. Whoever needs it together with the row of a game version takes
 * it first.
 */
export async function writeHistory<T>(tx: Tx, work: (history: HistoryWriter) => Promise<T>): Promise<T> {
  const [head] = await tx.query<HistoryHead>(LOCK_HEAD);
  return work(new HistoryWriter(tx, { ...head! }));
}

/**
 * Stages the edits of a call without holding the pen over its checks: one statement, which writes nothing unless the version and the
 * history are still as they were when it was checked.
 * @returns null where they are not
 */
export async function stageAsOf(
  db: Sql,
  { versionHead, history }: AsOf,
  versionId: number,
  proposal: NewProposal,
): Promise<WrittenChange[] | null> {
  const written = await new HistoryWriter(db, { ...history }).stage(versionId, [proposal], versionHead);
  return written?.[0] ?? null;
}
