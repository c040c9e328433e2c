import { statement, type Sql, type Tx } from '../../db/index.js';

const LOCK = statement('vote_lock_change', `SELECT sequence FROM changes WHERE sequence = $1 FOR NO KEY UPDATE`);

/** Holds a change until the transaction ends: its votes and its state stay as what is read after this shows them. */
export async function lockChange(tx: Tx, change: number): Promise<void> {
  await tx.query(LOCK, [change]);
}

// Tallies move by what a vote changes: those of a restored dump stand without the votes that made them.
const tallyOf = (votes: string) =>
  `(SELECT count(*) FILTER (WHERE is_for)::int AS for, count(*) FILTER (WHERE NOT is_for)::int AS against FROM ${votes})`;

const SET = statement(
  'vote_set',
  `WITH before AS (
     SELECT is_for FROM change_votes WHERE change = $1 AND user_id = $2
   ), written AS (
     INSERT INTO change_votes (change, user_id, is_for, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (change, user_id) DO UPDATE SET is_for = excluded.is_for, at = excluded.at
      WHERE change_votes.is_for <> excluded.is_for RETURNING is_for
   )
   UPDATE changes SET votes_for = votes_for + more.for - less.for, votes_against = votes_against + more.against - less.against
     FROM ${tallyOf('written')} AS more, ${tallyOf('before')} AS less
    WHERE sequence = $1 AND EXISTS (SELECT FROM written)`,
);
const TAKE_BACK = statement(
  'vote_take_back',
  `WITH gone AS (DELETE FROM change_votes WHERE change = $1 AND user_id = $2 RETURNING is_for)
   UPDATE changes SET votes_for = votes_for - less.for, votes_against = votes_against - less.against
     FROM ${tallyOf('gone')} AS less WHERE sequence = $1 AND EXISTS (SELECT FROM gone)`,
);

export interface NewVote {
  change: number;
  userId: number;
  /** Null for no vote. */
  isFor: boolean | null;
  at: Date;
}

/** Sets what somebody votes on a change that is held, and its tally with it. */
export async function setVote(tx: Tx, { change, userId, isFor, at }: NewVote): Promise<void> {
  if (isFor === null) await tx.query(TAKE_BACK, [change, userId]);
  else await tx.query(SET, [change, userId, isFor, at]);
}

export interface TallyRow {
  change: number;
  for: number;
  against: number;
}

const TALLIES = statement(
  'vote_tallies',
  `SELECT sequence AS change, votes_for AS for, votes_against AS against FROM changes WHERE sequence = ANY($1::int[])`,
);

/** The votes on changes. */
export const talliesOf = (db: Sql, changes: readonly number[]): Promise<TallyRow[]> => db.query(TALLIES, [changes]);

const OF_VOTER = statement(
  'votes_of_voter',
  `SELECT change, is_for AS "isFor" FROM change_votes WHERE user_id = $1 AND change = ANY($2::int[])`,
);

/** What somebody voted on changes; those without a vote of theirs are missing. */
export async function votesOf(db: Sql, userId: number, changes: readonly number[]): Promise<Map<number, boolean>> {
  const rows = await db.query<{ change: number; isFor: boolean }>(OF_VOTER, [userId, changes]);
  return new Map(rows.map(({ change, isFor }) => [change, isFor]));
}

/** Votes of the accounts $1 and $2 that one person can not have: a second one on a change, and one on a change of their own. */
const IN_EXCESS = `
  (v.user_id = $1 AND EXISTS (SELECT FROM change_votes kept WHERE kept.change = v.change AND kept.user_id = $2))
  OR (v.user_id IN ($1, $2) AND c.author_id IN (
    SELECT id FROM users WHERE id IN ($1, $2) OR merged_into_id IN ($1, $2) OR owner_id IN ($1, $2)))`;

/**
 * Moves the votes of an account that goes to the one that stays, which keeps its own where both voted. Both accounts are held, and the
 * pen of history too: who decides changes holds many of them, in any order.
 */
export async function moveVotes(tx: Tx, from: number, into: number): Promise<void> {
  await tx.query(
    `SELECT c.sequence FROM changes c WHERE EXISTS (SELECT FROM change_votes v WHERE v.change = c.sequence AND (${IN_EXCESS}))
      ORDER BY c.sequence FOR NO KEY UPDATE`,
    [from, into],
  );
  await tx.query(
    `WITH gone AS (
       DELETE FROM change_votes v USING changes c WHERE c.sequence = v.change AND (${IN_EXCESS}) RETURNING v.change, v.is_for
     )
     UPDATE changes c SET votes_for = c.votes_for - less.for, votes_against = c.votes_against - less.against
       FROM (SELECT change, count(*) FILTER (WHERE is_for)::int AS for, count(*) FILTER (WHERE NOT is_for)::int AS against
               FROM gone GROUP BY change) AS less
      WHERE c.sequence = less.change`,
    [from, into],
  );
  await tx.query(`UPDATE change_votes SET user_id = $2 WHERE user_id = $1`, [from, into]);
}
