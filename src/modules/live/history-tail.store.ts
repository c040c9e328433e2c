import { statement, type Sql } from '../../db/index.js';
import { changeColumns, DECISION, type ChangeRow } from '../changes/change.js';
import type { ChangeState } from '../history/seal.js';
import type { MappingKind } from '../mappings/mapping.js';

const CHANGES = statement(
  'tail_changes',
  `SELECT ${changeColumns()} FROM changes c ${DECISION} WHERE c.sequence > $1 ORDER BY c.sequence LIMIT $2`,
);

/** Changes behind a sequence. */
export const changesAfter = (db: Sql, sequence: number, limit: number): Promise<ChangeRow[]> =>
  db.query(CHANGES, [sequence, limit]);

/** A decision as it is told. */
export interface DecisionRow {
  sequence: number;
  state: ChangeState;
  byId: number | null;
  via: string | null;
  reason: string | null;
  decidedAt: Date;
}

const DECISIONS = statement(
  'tail_decisions',
  `SELECT sequence, state, by_id AS "byId", via, reason, decided_at AS "decidedAt" FROM change_decisions
    WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
);

/** Decisions behind a sequence. */
export const decisionsAfter = (db: Sql, sequence: number, limit: number): Promise<DecisionRow[]> =>
  db.query(DECISIONS, [sequence, limit]);

/** Which entry a decided change is of. */
export interface DecidedChange {
  decision: number;
  id: number;
  versionId: number;
  kind: MappingKind;
  srg: string;
}

const DECIDED = statement(
  'tail_decided',
  `SELECT d.sequence AS decision, c.sequence AS id, c.version_id AS "versionId", c.kind, c.srg
     FROM change_decisions d CROSS JOIN unnest(d.changes) AS decided(sequence) JOIN changes c ON c.sequence = decided.sequence
    WHERE d.sequence = ANY($1::int[]) ORDER BY d.sequence, c.sequence`,
);

/** The changes of decisions, in their order. */
export const changesOfDecisions = (db: Sql, decisions: readonly number[]): Promise<DecidedChange[]> =>
  db.query(DECIDED, [decisions]);

const OF_CLASS = statement(
  'tail_of_class',
  `SELECT m.kind, m.srg FROM declarations d JOIN mappings m ON m.id = d.member_id WHERE d.owner_id = $1
   UNION
   SELECT p.kind, p.srg FROM declarations d JOIN mappings p ON p.method_id = d.member_id WHERE d.owner_id = $1`,
);

/** The members of a class and their parameters. */
export const entriesOfClass = (db: Sql, classId: number): Promise<{ kind: MappingKind; srg: string }[]> =>
  db.query(OF_CLASS, [classId]);
