import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import type { Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import type { AuditAction } from '../audit/audit-actions.js';
import { namedVersion } from '../changes/named-version.js';
import { MAPPING_KINDS, type MappingKind } from '../mappings/mapping.js';
import { callWebhook, faultOf } from './call.js';
import { endOfHistory } from './events.store.js';
import { pingMessage, type GlobalId } from './message.js';
import { TIME_LIMIT } from './post.js';
import { newSigningKey, sealKey, shownKey } from './signature.js';
import { checkTarget, RefusedTarget, type WebhookTargets } from './targets.js';
import { FAILING_ALLOWED, WEBHOOK_EVENTS, type WebhookEventName, type WebhookRow } from './webhook.js';
import * as store from './webhooks.store.js';

/** How many webhooks somebody may have. */
export const MAX_WEBHOOKS = 20;

export interface WebhookInput {
  url: string;
  events: readonly WebhookEventName[];
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
}

/** A webhook with the key that its calls are signed with, which is told this once. */
export interface WebhookWithSecret {
  webhook: WebhookRow;
  secret: string;
}

/** The address as it will be called. @throws UserErrors INVALID_INPUT */
function checkUrl(given: string, targets: WebhookTargets): string {
  const url = new URL(given);
  // It is never sent.
  url.hash = '';
  try {
    checkTarget(url, targets);
  } catch (error) {
    if (error instanceof RefusedTarget) throw userError('INVALID_INPUT', error.message, 'url');
    throw error;
  }
  return url.href;
}

/**
 * Makes a webhook of the caller, which is told of what happens from now on.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND for the version; AppError FORBIDDEN without fresh presence
 */
export async function createWebhook(
  { db, keyring }: AuthServices,
  targets: WebhookTargets,
  caller: Caller,
  input: WebhookInput,
): Promise<WebhookWithSecret> {
  const actor = requirePresence(caller.actor, caller.now);
  const url = checkUrl(input.url, targets);
  const events = WEBHOOK_EVENTS.filter((event) => input.events.includes(event));
  if (events.length === 0) throw userError('INVALID_INPUT', 'A webhook is told of one event at least.', 'events');
  const kinds = MAPPING_KINDS.filter((kind) => input.kinds?.includes(kind));
  return db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    if ((await store.countWebhooks(tx, userId)) >= MAX_WEBHOOKS) {
      const why = `An account has ${MAX_WEBHOOKS} webhooks at most: delete those that are not used.`;
      throw userError('INVALID_INPUT', why);
    }
    const versionId = input.version == null ? null : (await namedVersion(tx, input.version)).id;
    const id = await store.nextWebhookId(tx);
    const key = newSigningKey();
    const kept = { id, userId, signingKey: sealKey(keyring, key, id), createdAt: caller.now };
    const made = { ...kept, url, events, versionId, kinds };
    const webhook = await store.insertWebhook(tx, made, await endOfHistory(tx));
    await note(tx, caller, 'webhook.create', webhook);
    return { webhook, secret: shownKey(key) };
  });
}

/**
 * Makes another key for a webhook of the caller; the one before counts no more.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN without fresh presence
 */
export async function rotateWebhookSecret(
  { db, keyring }: AuthServices,
  caller: Caller,
  id: number,
): Promise<WebhookWithSecret> {
  const actor = requirePresence(caller.actor, caller.now);
  return db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const webhook = await ownWebhook(tx, userId, id);
    const key = newSigningKey();
    await store.setSigningKey(tx, id, sealKey(keyring, key, id));
    await note(tx, caller, 'webhook.rotate', webhook);
    return { webhook, secret: shownKey(key) };
  });
}

/**
 * Lets a webhook of the caller be called again, at once: from where it was if it has failed for less than three days, else from now.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN for a token
 */
export async function enableWebhook({ db }: AuthServices, caller: Caller, id: number): Promise<WebhookRow> {
  const actor = requireSession(caller.actor);
  return db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const { failingSince } = await ownWebhook(tx, userId, id);
    const isOld = failingSince !== null && caller.now.getTime() - failingSince.getTime() >= FAILING_ALLOWED;
    const webhook = await store.enable(tx, id, caller.now, isOld ? await endOfHistory(tx) : null);
    await note(tx, caller, 'webhook.enable', webhook);
    return webhook;
  });
}

/** Ends a webhook of the caller. @throws UserErrors NOT_FOUND; AppError FORBIDDEN without fresh presence */
export async function deleteWebhook({ db }: AuthServices, caller: Caller, id: number): Promise<void> {
  const actor = requirePresence(caller.actor, caller.now);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    const webhook = await ownWebhook(tx, userId, id);
    await store.deleteWebhook(tx, id);
    await note(tx, caller, 'webhook.delete', webhook);
  });
}

/** What became of a call that tried whether calls arrive. */
export interface Ping {
  /** Of the answer; null where there was none. */
  status: number | null;
  /** Why a delivery would have failed; null where it would not. */
  error: string | null;
}

/**
 * Calls the address of a webhook of the caller once, signed, with no change in it. What comes of it is told and changes nothing.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN for a token, RATE_LIMITED
 */
export async function pingWebhook(
  { db, keyring, limits }: AuthServices,
  targets: WebhookTargets,
  caller: Caller,
  { id, globalId }: { id: number; globalId: GlobalId },
): Promise<Ping> {
  const { user } = requireSession(caller.actor);
  const webhook = await store.webhookToCall(db, Number(user.id), id);
  if (webhook === null) throw noSuchWebhook();
  await limits.take({ limit: 'webhookPings', key: user.id });
  // Less than an operation may take, so that a slow receiver is told of and not the operation ended.
  const options = { keyring, targets, now: caller.now, timeLimit: TIME_LIMIT / 2 };
  const outcome = await callWebhook(webhook, pingMessage(id, caller.now, globalId), options);
  if (outcome === 'STOPPED') throw new Error('Nobody stops a ping.');
  return { status: 'status' in outcome ? outcome.status : null, error: faultOf(outcome) };
}

const noSuchWebhook = () => userError('NOT_FOUND', 'You have no such webhook.', 'id');

async function ownWebhook(tx: Tx, userId: number, id: number): Promise<WebhookRow> {
  const webhook = await store.lockWebhook(tx, userId, id);
  if (webhook === null) throw noSuchWebhook();
  return webhook;
}

/** By number: an address may be personal, and would outlive its owner in the log. */
const note = (tx: Tx, caller: Caller, action: AuditAction, { id, userId }: WebhookRow): Promise<void> =>
  record(tx, originOf(caller), { action, subjectId: userId, detail: `webhook ${id}` });
