import { statement, type Sql, type Tx } from '../../db/index.js';

const LOCK = statement('vote_lock_change', `SELECT sequence FROM changes WHERE sequence = $1 FOR NO KEY UPDATE`);

/** Holds a change until the transaction ends: its votes and its state stay as what is read after this shows them. */
export async function lockChange(tx: Tx, change: number): Promise<void> {
  await tx.query(LOCK, [change]);
}

const SET = statement(
  'vote_set',
  `INSERT INTO change_votes (change, user_id, is_for, at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (change, user_id) DO UPDATE SET is_for = excluded.is_for, at = excluded.at
    WHERE change_votes.is_for <> excluded.is_for`,
);
const TAKE_BACK = statement('vote_take_back', `DELETE FROM change_votes WHERE change = $1 AND user_id = $2`);

export interface NewVote {
  change: number;
  userId: number;
  /** Null for no vote. */
  isFor: boolean | null;
  at: Date;
}

/** Sets what somebody votes on a change that is held. */
export async function setVote(tx: Tx, { change, userId, isFor, at }: NewVote): Promise<void> {
  if (isFor === null) await tx.query(TAKE_BACK, [change, userId]);
  else await tx.query(SET, [change, userId, isFor, at]);
  await recount(tx, [change]);
}

const RECOUNT = statement(
  'votes_recount',
  `UPDATE changes c SET votes_for = tally.for, votes_against = tally.against
     FROM (SELECT counted.change, count(v.change) FILTER (WHERE v.is_for)::int AS for,
                  count(v.change) FILTER (WHERE NOT v.is_for)::int AS against
             FROM unnest($1::int[]) AS counted(change) LEFT JOIN change_votes v ON v.change = counted.change GROUP BY 1) AS tally
    WHERE c.sequence = tally.change AND (c.votes_for, c.votes_against) IS DISTINCT FROM (tally.for, tally.against)`,
);

/** Puts the tallies of changes right. They were locked by a statement before: what this one reads is what stands then. */
async function recount(tx: Tx, changes: readonly number[]): Promise<void> {
  await tx.query(RECOUNT, [changes]);
}

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
  const excess = await tx.query<{ sequence: number }>(
    `SELECT c.sequence FROM changes c WHERE EXISTS (SELECT FROM change_votes v WHERE v.change = c.sequence AND (${IN_EXCESS}))
      ORDER BY c.sequence FOR NO KEY UPDATE`,
    [from, into],
  );
  await tx.query(`DELETE FROM change_votes v USING changes c WHERE c.sequence = v.change AND (${IN_EXCESS})`, [
    from,
    into,
  ]);
  await tx.query(`UPDATE change_votes SET user_id = $2 WHERE user_id = $1`, [from, into]);
  await recount(
    tx,
    excess.map(({ sequence }) => sequence),
  );
}
