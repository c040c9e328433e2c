import type { Keyring } from '../../auth/keyring.js';
import { post, type CallOutcome } from './post.js';
import { openKey, signedHeaders, type Message } from './signature.js';
import type { WebhookTargets } from './targets.js';

/** What of a webhook is needed to call it. */
export interface Callable {
  id: number;
  url: string;
  /** As it is kept. */
  signingKey: Uint8Array;
}

export interface CallOptions {
  keyring: Keyring;
  targets: WebhookTargets;
  now: Date;
  /** Milliseconds. */
  timeLimit: number;
  /** Ends the call. */
  stop?: AbortSignal;
}

/** Signs a message with the key of a webhook and sends it there. */
export async function callWebhook(
  { id, url, signingKey }: Callable,
  message: Message,
  { keyring, targets, now, timeLimit, stop }: CallOptions,
): Promise<CallOutcome> {
  let key: Buffer;
  try {
    key = openKey(keyring, signingKey, id);
  } catch {
    return { error: 'Its signing key was made with a key that the service no longer has. Rotate the secret.' };
  }
  return post({ url, headers: signedHeaders(key, message, now), body: message.body, targets, timeLimit, stop });
}

/** Why a call does not count as delivered; null where it does. */
export function faultOf(outcome: Exclude<CallOutcome, 'STOPPED'>): string | null {
  if ('error' in outcome) return outcome.error;
  const { status } = outcome;
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `It answered ${status}: redirects are not followed.`;
  return `It answered ${status}.`;
}
