import type { Logger } from 'pino';
import type { Keyring } from '../../auth/keyring.js';
import type { Database } from '../../db/index.js';
import { record } from '../audit/audit.store.js';
import { callWebhook, faultOf } from './call.js';
import * as store from './delivery.store.js';
import { eventsAfter } from './events.store.js';
import { deliveryMessage, type GlobalId } from './message.js';
import { TIME_LIMIT } from './post.js';
import type { WebhookTargets } from './targets.js';
import { FAILING_ALLOWED } from './webhook.js';

/** What deliveries are made with. */
export interface DeliveryServices {
  db: Database;
  log: Logger;
  keyring: Keyring;
  targets: WebhookTargets;
  globalId: GlobalId;
  /** Milliseconds that a call may take; ten seconds where it is not given. */
  timeLimit?: number;
  now?: () => Date;
}

/** How long a claim outlives the longest call, in milliseconds: whoever lost its process is delivered to by another one after that. */
const CLAIM_RESERVE = 20_000;

const FIRST_PAUSE = 10_000;
const LAST_PAUSE = 6 * 3_600_000;

/** Gone, as a receiver says that nobody is to call it any more (RFC 9110). */
const GONE = 410;

/**
 * How long to wait before the next try: 10 seconds, then twice as long each time up to 6 hours; a random part of up to a half is
 * taken off, so that receivers that came back are not called by all at once.
 * @param attempts tries before the one that has just failed
 */
export function pauseAfter(attempts: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** attempts, LAST_PAUSE);
  return Math.round(longest * (1 - Math.random() / 2));
}

/**
 * Takes one webhook that is due and tells it the next part of the history, at most one call. No transaction is open meanwhile: the
 * claim keeps others away, and ends by itself where this process does.
 * @param onClaim told when there is one
 * @returns whether there was one
 */
export async function deliverNext(
  services: DeliveryServices,
  stop: AbortSignal,
  onClaim: () => void = () => undefined,
): Promise<boolean> {
  const { db, keyring, targets, globalId, timeLimit = TIME_LIMIT, now = () => new Date() } = services;
  const started = now();
  const claimed = await store.claimDue(db, started, new Date(started.getTime() + timeLimit + CLAIM_RESERVE));
  if (claimed === null) return false;
  onClaim();
  const told = await eventsAfter(db, claimed, claimed.from, claimed.to);
  const { to } = told;
  if (told.events.length === 0 && told.releases.length === 0) {
    await store.advance(db, claimed, to, now(), null);
    return true;
  }
  if (claimed.to === null && !(await store.planDelivery(db, claimed, to))) return true;
  const message = deliveryMessage(claimed, told, globalId);
  const outcome = await callWebhook(claimed, message, { keyring, targets, now: now(), timeLimit, stop });
  if (outcome === 'STOPPED') {
    await store.release(db, claimed);
    return true;
  }
  const fault = faultOf(outcome);
  if (fault === null) await store.advance(db, claimed, to, now(), now());
  else await failed(services, claimed, fault, 'status' in outcome && outcome.status === GONE);
  return true;
}

/** Writes a failure down: tried again later, or not any more. */
async function failed(
  { db, log, now = () => new Date() }: DeliveryServices,
  claimed: store.ClaimedWebhook,
  fault: string,
  isGone: boolean,
): Promise<void> {
  const at = now();
  const failingSince = claimed.failingSince ?? at;
  const isOver = isGone || at.getTime() - failingSince.getTime() >= FAILING_ALLOWED;
  const why = isGone ? ' It is not called any more.' : ' It failed for three days and is not called any more.';
  const failure = {
    error: isOver ? `${fault}${why}` : fault,
    failingSince,
    dueAt: new Date(at.getTime() + pauseAfter(claimed.attempts)),
    disabledAt: isOver ? at : null,
  };
  log.debug({ webhook: claimed.id, fault }, 'webhook failed');
  await db.transaction(async (tx) => {
    if (!(await store.fail(tx, claimed, failure)) || !isOver) return;
    const by = { actorId: null, via: 'delivery', address: null };
    const detail = `webhook ${claimed.id}: ${failure.error}`;
    await record(tx, by, { action: 'webhook.disable', subjectId: claimed.userId, detail });
  });
}
