import { statement, type Sql, type Tx } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { SealedChange, SealedDecision } from './seal.js';
import type { DecidedChange, Outcome } from './state-fold.js';

/** A change as it lies there, its seal included. */
export interface StoredChange extends SealedChange, DecidedChange {
  hash: Uint8Array;
}

/** A decision as it lies there. */
export interface StoredDecision extends SealedDecision {
  hash: Uint8Array;
}

/** An entry that is not what its last committed change made of it. */
export interface EntryApart {
  sequence: number;
  version: string;
  kind: MappingKind;
  srg: string;
  name: string | null;
  newName: string | null;
  documentation: string | null;
  newDocumentation: string | null;
}

/** Rows that are read at once: what a history costs of memory, however long it is. */
const PAGE = 2_000;

const CHANGES = statement(
  'verify_changes',
  `SELECT c.sequence, v.name AS version, c.kind, c.srg, c.old_name AS "oldName", c.new_name AS "newName",
          c.old_documentation AS "oldDocumentation", c.new_documentation AS "newDocumentation", c.reason, c.forced,
          c.author_id AS "authorId", c.via, c.batch, c.supersedes, c.created_at AS "createdAt", c.hash, c.state, c.decision
     FROM changes c LEFT JOIN game_versions v ON v.id = c.version_id
    WHERE c.sequence > $1::bigint ORDER BY c.sequence LIMIT ${PAGE}`,
);

const DECISIONS = statement(
  'verify_decisions',
  `SELECT sequence, state, changes, by_id AS "byId", via, reason, decided_at AS "decidedAt", hash
     FROM change_decisions WHERE sequence > $1::bigint ORDER BY sequence LIMIT ${PAGE}`,
);

/** Every row of a chain in its order, those included that no sequence should have. */
async function* inOrder<Row extends { sequence: number }>(tx: Tx, page: typeof CHANGES): AsyncGenerator<Row> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await tx.query<Row>(page, [after]);
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.sequence;
  }
}

/** All changes by sequence. */
export const storedChanges = (tx: Tx): AsyncGenerator<StoredChange> => inOrder(tx, CHANGES);

/** All decisions by sequence. */
export const storedDecisions = (tx: Tx): AsyncGenerator<StoredDecision> => inOrder(tx, DECISIONS);

/** What all decisions say, by change and in the order of the decisions; the database sorts it. */
export async function* outcomes(tx: Tx): AsyncGenerator<Outcome> {
  await tx.query(
    `DECLARE history_outcomes NO SCROLL CURSOR FOR
     SELECT o.change, d.sequence AS decision, d.state
       FROM change_decisions d CROSS JOIN unnest(d.changes) WITH ORDINALITY AS o(change, position)
      ORDER BY o.change, d.sequence, o.position`,
  );
  for (;;) {
    const rows = await tx.query<Outcome>(`FETCH ${PAGE} FROM history_outcomes`);
    yield* rows;
    if (rows.length < PAGE) break;
  }
  await tx.query(`CLOSE history_outcomes`);
}

// What is readable by itself is called as the files of its version say, whatever was committed before.
const LAST_COMMITTED = `
  WITH last AS (
    SELECT DISTINCT ON (version_id, srg, kind) version_id, srg, kind, sequence, new_name, new_documentation
      FROM changes WHERE state = 'COMMITTED' ORDER BY version_id, srg, kind, decision DESC NULLS LAST, sequence DESC
  ), entries AS (
    SELECT last.sequence, v.name AS version, m.kind, m.srg, m.name, last.new_name AS "newName", m.documentation,
           last.new_documentation AS "newDocumentation",
           (m.name IS DISTINCT FROM last.new_name AND NOT m.fixed)
             OR m.documentation IS DISTINCT FROM last.new_documentation AS apart
      FROM last JOIN mappings m ON m.version_id = last.version_id AND m.srg = last.srg AND m.kind = last.kind
      JOIN game_versions v ON v.id = last.version_id
  )`;

const ENTRIES = statement(
  'verify_entries',
  `${LAST_COMMITTED} SELECT count(*)::int AS count, (count(*) FILTER (WHERE apart))::int AS apart FROM entries`,
);

const FIRST_APART = statement(
  'verify_apart',
  `${LAST_COMMITTED} SELECT * FROM entries WHERE apart ORDER BY sequence LIMIT 1`,
);

/** How many entries have committed changes, and of those that are not what their last one made of them the first. */
export async function compareEntries(db: Sql): Promise<{ count: number; first: EntryApart | null }> {
  const [counted] = await db.query<{ count: number; apart: number }>(ENTRIES);
  const [first] = counted!.apart === 0 ? [] : await db.query<EntryApart>(FIRST_APART);
  return { count: counted!.count, first: first ?? null };
}
