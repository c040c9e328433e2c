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

/** The pen: one transaction at a time holds it over all processes, from {@link writeHistory} to its end. */
export class HistoryWriter {
  constructor(
    private readonly tx: Tx,
    private readonly head: HistoryHead,
  ) {}

  /** Writes changes of one call, numbered and sealed; together they are one batch. Committed ones need a decision too. */
  async append(changes: readonly NewChange[], by: Authorship): Promise<WrittenChange[]> {
    if (changes.length === 0) return [];
    const { head } = this;
    const { authorId, via, reason, forced, at } = by;
    const batch = head.changeSequence + 1;
    const written = changes.map((change): WrittenChange => {
      head.changeSequence += 1;
      const row = { ...change, sequence: head.changeSequence, authorId, via, reason, forced, batch, createdAt: at };
      const hash = sealChange(head.changeHash, row);
      head.changeHash = hash;
      return { ...row, hash };
    });
    const rows = JSON.stringify(written.map((row) => ({ ...row, hash: row.hash.toString('hex') })));
    const end = [head.changeSequence, head.changeHash];
    await this.tx.query(APPEND, [rows, reason, forced, authorId, via, batch, at, ...end]);
    return written;
  }

  /** Writes down what became of changes, and moves them; nothing for none. */
  async decide(
    state: ChangeState,
    sequences: readonly number[],
    by: Pick<Authorship, 'authorId' | 'via' | 'reason' | 'at'>,
  ): Promise<void> {
    if (sequences.length === 0) return;
    const { head } = this;
    const { authorId: byId, via, reason, at: decidedAt } = by;
    const sequence = head.decisionSequence + 1;
    const decision = { sequence, state, changes: sequences, byId, via, reason, decidedAt };
    const hash = sealDecision(head.decisionHash, decision);
    await this.tx.query(DECIDE, [sequence, state, sequences, byId, via, reason, decidedAt, hash]);
    head.decisionSequence = sequence;
    head.decisionHash = hash;
  }
}

/**
 * Takes the pen until the transaction ends, and hands it to `work`. Whoever needs it together with the row of a game version takes
 * it first.
 */
export async function writeHistory<T>(tx: Tx, work: (history: HistoryWriter) => Promise<T>): Promise<T> {
  const [head] = await tx.query<HistoryHead>(LOCK_HEAD);
  return work(new HistoryWriter(tx, { ...head! }));
}
