import { statement, type Sql, type Tx } from '../../db/index.js';
import type { ListPage, ParentCount } from '../../shared/page.js';

/** What somebody said of a change. */
export interface CommentRow {
  id: number;
  /** The sequence of the change. */
  change: number;
  authorId: number;
  body: string;
  createdAt: Date;
  editedAt: Date | null;
}

const COLUMNS = `o.id, o.change, o.author_id AS "authorId", o.body, o.created_at AS "createdAt", o.edited_at AS "editedAt"`;

const BY_ID = statement('comments_by_id', `SELECT ${COLUMNS} FROM change_comments o WHERE o.id = ANY($1::int[])`);

export const commentsById = (db: Sql, ids: readonly number[]): Promise<CommentRow[]> => db.query(BY_ID, [ids]);

const OF_CHANGES = statement(
  'comments_of_changes',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT ${COLUMNS} FROM change_comments o WHERE o.change = parent.id AND ($2::int IS NULL OR o.id > $2)
      ORDER BY o.id LIMIT $3
   ) AS page`,
);

const OF_CHANGES_COUNT = statement(
  'comments_of_changes_count',
  `SELECT change AS parent, count(*)::int AS count FROM change_comments WHERE change = ANY($1::int[]) GROUP BY 1`,
);

/** The comments on changes, oldest first. */
export const commentsOfChanges = (db: Sql, { parents, after, limit }: ListPage<number>): Promise<CommentRow[]> =>
  db.query(OF_CHANGES, [parents, after, limit]);

export const countCommentsOfChanges = (db: Sql, parents: readonly number[]): Promise<ParentCount[]> =>
  db.query(OF_CHANGES_COUNT, [parents]);

const INSERT = statement(
  'comment_insert',
  `INSERT INTO change_comments AS o (change, author_id, body, created_at) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
);

export async function insertComment(
  tx: Tx,
  { change, authorId, body, createdAt }: Omit<CommentRow, 'id' | 'editedAt'>,
): Promise<CommentRow> {
  const [row] = await tx.query<CommentRow>(INSERT, [change, authorId, body, createdAt]);
  return row!;
}

const UPDATE = statement(
  'comment_update',
  `UPDATE change_comments o SET body = $3, edited_at = $4 WHERE o.id = $1 AND o.author_id = $2 RETURNING ${COLUMNS}`,
);

/** Gives a comment of an author other words; null where there is none any more. */
export async function updateComment(
  tx: Tx,
  { id, authorId, body }: Pick<CommentRow, 'id' | 'authorId' | 'body'>,
  at: Date,
): Promise<CommentRow | null> {
  const [row] = await tx.query<CommentRow>(UPDATE, [id, authorId, body, at]);
  return row ?? null;
}

const DELETE = statement('comment_delete', `DELETE FROM change_comments o WHERE o.id = $1 RETURNING ${COLUMNS}`);

/** @returns what was removed; null where there was nothing any more */
export async function removeComment(tx: Tx, id: number): Promise<CommentRow | null> {
  const [row] = await tx.query<CommentRow>(DELETE, [id]);
  return row ?? null;
}

/** Makes the comments of an account that goes those of the one that stays. */
export async function moveComments(tx: Tx, from: number, into: number): Promise<void> {
  await tx.query(`UPDATE change_comments SET author_id = $2 WHERE author_id = $1`, [from, into]);
}
