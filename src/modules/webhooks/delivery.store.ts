import { statement, type Sql } from '../../db/index.js';
import type { Position, WebhookFilter } from './webhook.js';

/** A webhook that this process alone delivers to, until its claim ends. */
export interface ClaimedWebhook extends WebhookFilter {
  id: number;
  userId: number;
  url: string;
  /** The name of the version that it is told of; null for all. */
  version: string | null;
  signingKey: Uint8Array;
  /** How far it was told. */
  from: Position;
  /** Where that will be after the delivery that was tried before; null where none was. */
  to: Position | null;
  /** Tries of that delivery that failed. */
  attempts: number;
  failingSince: Date | null;
  /** Also what tells this claim from those before and after it: each ends later than the one before. */
  claimedUntil: Date;
}

interface ClaimedRow extends Omit<ClaimedWebhook, 'from' | 'to'> {
  change: number;
  decision: number;
  offset: number;
  release: number;
  nextChange: number | null;
  nextDecision: number | null;
  nextOffset: number | null;
  nextRelease: number | null;
}

// An owner has one delivery at a time, so that slow receivers of one hold nobody else up; who waited longest comes first.
const CLAIM = statement(
  'webhooks_claim',
  `WITH due AS MATERIALIZED (
     SELECT w.id FROM webhooks w JOIN users u ON u.id = w.user_id CROSS JOIN history_head h
      WHERE w.disabled_at IS NULL AND w.due_at <= $1::timestamptz AND (w.claimed_until IS NULL OR w.claimed_until <= $1::timestamptz)
        AND (w.change_cursor < h.change_sequence OR w.decision_cursor < h.decision_sequence
             OR ('RELEASE_PUBLISHED' = ANY (w.events) AND w.release_cursor < (SELECT coalesce(max(id), 0) FROM releases)))
        AND u.erased_at IS NULL AND u.merged_into_id IS NULL
        AND (u.suspended_until IS NULL OR u.suspended_until <= $1::timestamptz)
        AND NOT EXISTS (SELECT FROM webhooks o WHERE o.user_id = w.user_id AND o.claimed_until > $1::timestamptz)
      ORDER BY w.due_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
   UPDATE webhooks w SET claimed_until = $2::timestamptz FROM due WHERE w.id = due.id
   RETURNING w.id, w.user_id AS "userId", w.url, w.events, w.version_id AS "versionId", w.kinds, w.signing_key AS "signingKey",
             (SELECT v.name FROM game_versions v WHERE v.id = w.version_id) AS version,
             w.change_cursor AS change, w.decision_cursor AS decision, w.decision_offset AS "offset",
             w.release_cursor AS release, w.next_change AS "nextChange", w.next_decision AS "nextDecision",
             w.next_offset AS "nextOffset", w.next_release AS "nextRelease",
             w.attempts, w.failing_since AS "failingSince", w.claimed_until AS "claimedUntil"`,
);

/** Takes one webhook that has something to be told, and whose owner's account is in use; null for none. */
export async function claimDue(db: Sql, now: Date, until: Date): Promise<ClaimedWebhook | null> {
  const [row] = await db.query<ClaimedRow>(CLAIM, [now, until]);
  if (row === undefined) return null;
  const { change, decision, offset, release, nextChange, nextDecision, nextOffset, nextRelease, ...claimed } = row;
  const from = { change, decision, offset, release };
  if (nextChange === null) return { ...claimed, from, to: null };
  // A delivery that was planned before there were releases goes no further among them.
  const to = { change: nextChange, decision: nextDecision!, offset: nextOffset!, release: nextRelease ?? release };
  return { ...claimed, from, to };
}

type Claim = Pick<ClaimedWebhook, 'id' | 'claimedUntil'>;

const PLAN = statement(
  'webhooks_plan',
  `UPDATE webhooks SET next_change = $3, next_decision = $4, next_offset = $5, next_release = $6
    WHERE id = $1 AND claimed_until = $2 RETURNING id`,
);

/** Writes down what is about to be delivered. @returns whether the claim still holds */
export async function planDelivery(db: Sql, claim: Claim, to: Position): Promise<boolean> {
  const { change, decision, offset, release: upTo } = to;
  const rows = await db.query(PLAN, [claim.id, claim.claimedUntil, change, decision, offset, upTo]);
  return rows.length > 0;
}

const ADVANCE = statement(
  'webhooks_advance',
  `UPDATE webhooks SET change_cursor = $3, decision_cursor = $4, decision_offset = $5,
          release_cursor = $8, next_change = NULL, next_decision = NULL, next_offset = NULL, next_release = NULL,
          claimed_until = NULL, due_at = $6,
          attempts = 0, failing_since = NULL, last_error = NULL, last_delivered_at = coalesce($7, last_delivered_at)
    WHERE id = $1 AND claimed_until = $2`,
);

/** Moves the cursors and ends the claim. @param deliveredAt null where there was nothing to tell */
export async function advance(db: Sql, claim: Claim, to: Position, now: Date, deliveredAt: Date | null): Promise<void> {
  const { change, decision, offset, release: upTo } = to;
  await db.query(ADVANCE, [claim.id, claim.claimedUntil, change, decision, offset, now, deliveredAt, upTo]);
}

/** Gives a claim back as if it had not been taken. */
export async function release(db: Sql, { id, claimedUntil }: Claim): Promise<void> {
  await db.query(`UPDATE webhooks SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2`, [id, claimedUntil]);
}

/** What became of a try that failed. */
export interface Failure {
  /** In words for the owner. */
  error: string;
  failingSince: Date;
  /** When it is tried again. */
  dueAt: Date;
  /** Set if it is not tried any more. */
  disabledAt: Date | null;
}

const FAIL = statement(
  'webhooks_fail',
  `UPDATE webhooks SET claimed_until = NULL, attempts = attempts + 1, last_error = $3, failing_since = $4, due_at = $5,
          disabled_at = $6 WHERE id = $1 AND claimed_until = $2 RETURNING id`,
);

/** Ends a claim with a failure. @returns whether the claim still held */
export async function fail(db: Sql, claim: Claim, failure: Failure): Promise<boolean> {
  const { error, failingSince, dueAt, disabledAt } = failure;
  const rows = await db.query(FAIL, [claim.id, claim.claimedUntil, error, failingSince, dueAt, disabledAt]);
  return rows.length > 0;
}
