import { statement, type Sql } from '../../db/index.js';
import type { Callable } from './call.js';
import type { Position, WebhookFilter, WebhookRow } from './webhook.js';

const COLUMNS = `w.id, w.user_id AS "userId", w.url, w.events, w.version_id AS "versionId", w.kinds, w.created_at AS "createdAt",
  w.last_delivered_at AS "lastDeliveredAt", w.failing_since AS "failingSince", w.last_error AS "lastError",
  w.disabled_at AS "disabledAt"`;

const OF_USER = statement('webhooks_of_user', `SELECT ${COLUMNS} FROM webhooks w WHERE w.user_id = $1 ORDER BY w.id`);

/** The webhooks of a user, oldest first. */
export const webhooksOfUser = (db: Sql, userId: number): Promise<WebhookRow[]> => db.query(OF_USER, [userId]);

const BY_ID = statement(
  'webhooks_by_id',
  `SELECT ${COLUMNS} FROM webhooks w WHERE w.user_id = $1 AND w.id = ANY($2::int[])`,
);

/** Those of some webhooks that are a user's own. */
export const webhooksById = (db: Sql, userId: number, ids: readonly number[]): Promise<WebhookRow[]> =>
  db.query(BY_ID, [userId, ids]);

/** A webhook of a user, held until the transaction ends; null where there is none. */
export async function lockWebhook(tx: Sql, userId: number, id: number): Promise<WebhookRow | null> {
  const rows = await tx.query<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks w WHERE w.user_id = $1 AND w.id = $2 FOR UPDATE`,
    [userId, id],
  );
  return rows[0] ?? null;
}

/** What a call of a user's webhook takes; null where there is none. */
export async function webhookToCall(db: Sql, userId: number, id: number): Promise<Callable | null> {
  const rows = await db.query<Callable>(
    `SELECT id, url, signing_key AS "signingKey" FROM webhooks WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0] ?? null;
}

export async function countWebhooks(tx: Sql, userId: number): Promise<number> {
  const rows = await tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM webhooks WHERE user_id = $1`, [
    userId,
  ]);
  return rows[0]!.count;
}

/** The id of a webhook that is about to be made: its key is bound to it. */
export async function nextWebhookId(tx: Sql): Promise<number> {
  const rows = await tx.query<{ id: number }>(`SELECT nextval(pg_get_serial_sequence('webhooks', 'id'))::int AS id`);
  return rows[0]!.id;
}

export interface NewWebhook extends WebhookFilter {
  id: number;
  userId: number;
  url: string;
  signingKey: Buffer;
  createdAt: Date;
}

/** Makes a webhook that is told of what comes after a place in the history. */
export async function insertWebhook(tx: Sql, webhook: NewWebhook, from: Position): Promise<WebhookRow> {
  const { id, userId, url, events, versionId, kinds, signingKey, createdAt } = webhook;
  const rows = await tx.query<WebhookRow>(
    `INSERT INTO webhooks AS w (id, user_id, url, events, version_id, kinds, signing_key, created_at, due_at, change_cursor, decision_cursor,
                              release_cursor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11) RETURNING ${COLUMNS}`,
    [id, userId, url, events, versionId, kinds, signingKey, createdAt, from.change, from.decision, from.release],
  );
  return rows[0]!;
}

export async function setSigningKey(tx: Sql, id: number, signingKey: Buffer): Promise<void> {
  await tx.query(`UPDATE webhooks SET signing_key = $2 WHERE id = $1`, [id, signingKey]);
}

/** Forgets failures and lets it be tried at once. @param from to go on from there; null goes on where it was */
export async function enable(tx: Sql, id: number, now: Date, from: Position | null): Promise<WebhookRow> {
  if (from !== null) {
    await tx.query(
      `UPDATE webhooks SET change_cursor = $2, decision_cursor = $3, decision_offset = 0, release_cursor = $4,
              next_change = NULL, next_decision = NULL, next_offset = NULL, next_release = NULL WHERE id = $1`,
      [id, from.change, from.decision, from.release],
    );
  }
  const rows = await tx.query<WebhookRow>(
    `UPDATE webhooks AS w SET disabled_at = NULL, failing_since = NULL, last_error = NULL, attempts = 0, due_at = $2
      WHERE w.id = $1 RETURNING ${COLUMNS}`,
    [id, now],
  );
  return rows[0]!;
}

export async function deleteWebhook(tx: Sql, id: number): Promise<void> {
  await tx.query(`DELETE FROM webhooks WHERE id = $1`, [id]);
}
