import { statement, type Sql, type Tx } from '../../db/index.js';

/** A stable release that waits for a second person. */
export interface RequestRow {
  id: number;
  versionId: number;
  /** The account that asked, or the one that it was merged into. */
  requestedById: number;
  via: string | null;
  requestedAt: Date;
  notes: string | null;
  /** Of the content that is to be confirmed. */
  digest: Uint8Array;
}

const COLUMNS = `q.id, q.version_id AS "versionId", coalesce(u.merged_into_id, u.id) AS "requestedById", q.via,
  q.requested_at AS "requestedAt", q.notes, q.digest`;
const REQUESTS = `release_requests q JOIN users u ON u.id = q.requested_by_id`;

const ALL = statement('release_requests', `SELECT ${COLUMNS} FROM ${REQUESTS} ORDER BY q.id`);

/** Those that are open, oldest first: one a game version at most. */
export const openRequests = (db: Sql): Promise<RequestRow[]> => db.query(ALL);

const BY_ID = statement('release_request_by_id', `SELECT ${COLUMNS} FROM ${REQUESTS} WHERE q.id = $1`);

export async function requestById(db: Sql, id: number): Promise<RequestRow | null> {
  const rows = await db.query<RequestRow>(BY_ID, [id]);
  return rows[0] ?? null;
}

/** Writes a request in place of the one that the version may have: that has another id. @returns the id */
export async function insertRequest(tx: Tx, request: Omit<RequestRow, 'id'>): Promise<number> {
  const { versionId, requestedById, via, requestedAt, notes, digest } = request;
  await deleteRequestOf(tx, versionId);
  const rows = await tx.query<{ id: number }>(
    `INSERT INTO release_requests (version_id, requested_by_id, via, requested_at, notes, digest)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [versionId, requestedById, via, requestedAt, notes, digest],
  );
  return rows[0]!.id;
}

export async function deleteRequestOf(tx: Tx, versionId: number): Promise<void> {
  await tx.query(`DELETE FROM release_requests WHERE version_id = $1`, [versionId]);
}

/** @returns whether it was there */
export async function deleteRequest(tx: Tx, id: number): Promise<boolean> {
  return (await tx.query(`DELETE FROM release_requests WHERE id = $1 RETURNING id`, [id])).length > 0;
}
