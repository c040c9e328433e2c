import type { MappingKind } from '../mappings/mapping.js';

/** What a webhook can be told of. */
export const WEBHOOK_EVENTS = ['CHANGES_STAGED', 'CHANGES_COMMITTED', 'RELEASE_PUBLISHED'] as const;
export type WebhookEventName = (typeof WEBHOOK_EVENTS)[number];

/** What a webhook is told of. */
export interface WebhookFilter {
  events: WebhookEventName[];
  /** Null for all game versions. */
  versionId: number | null;
  /** Of changes: empty for all kinds of entries. */
  kinds: MappingKind[];
}

/** A webhook as its owner sees it. */
export interface WebhookRow extends WebhookFilter {
  id: number;
  userId: number;
  url: string;
  createdAt: Date;
  lastDeliveredAt: Date | null;
  failingSince: Date | null;
  lastError: string | null;
  disabledAt: Date | null;
}

/** How far a webhook was told: a place in both chains of the history, and among the releases. */
export interface Position {
  /** The last change that was told, or passed over. */
  change: number;
  /** The last decision that was told as a whole, or passed over. */
  decision: number;
  /** How many changes of the decision after that were told. */
  offset: number;
  /** The id of the last release that was told, or passed over. */
  release: number;
}

/** Whether a webhook is told of releases. */
export const hearsReleases = ({ events }: Pick<WebhookFilter, 'events'>): boolean =>
  events.includes('RELEASE_PUBLISHED');

const DAY = 86_400_000;

/** How long a webhook may fail before it is disabled, and how old what it missed may be to be told later; in milliseconds. */
export const FAILING_ALLOWED = 3 * DAY;
