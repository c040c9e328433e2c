import { createHmac, randomBytes } from 'node:crypto';
import type { Keyring } from '../../auth/keyring.js';

const PREFIX = 'whsec_';

/** A key to sign with: 256 bits. */
export const newSigningKey = (): Buffer => randomBytes(32);

/** A key as its owner gets it and libraries for Standard Webhooks take it. */
export const shownKey = (key: Uint8Array): string => `${PREFIX}${Buffer.from(key).toString('base64')}`;

/** A key as it is kept; good for one webhook. */
export const sealKey = (keyring: Keyring, key: Uint8Array, webhookId: number): Buffer =>
  keyring.encrypt('webhook', key, String(webhookId));

/** @throws Error where no key of the service opens it */
export const openKey = (keyring: Keyring, sealed: Uint8Array, webhookId: number): Buffer =>
  keyring.decrypt('webhook', sealed, String(webhookId));

/** A call that is to be signed. */
export interface Message {
  /** Of the delivery: the same however often it is tried. Without dots. */
  id: string;
  body: string;
}

/** The headers by which a receiver knows who calls and when (standardwebhooks.com). */
export function signedHeaders(key: Uint8Array, { id, body }: Message, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}
