import type { ClaimedWebhook } from './delivery.store.js';
import type { ChangeEvent, ReleaseEvent, Told } from './events.store.js';
import type { Message } from './signature.js';
import { hearsReleases, type Position } from './webhook.js';

/** Makes the global id of a row, as the interface shows it. */
export type GlobalId = (type: string, key: number) => string;

const place = ({ change, decision, offset, release }: Position, withReleases: boolean): string =>
  [change, decision, offset, ...(withReleases ? [release] : [])].join('_');

/** What a receiver is told of one change: nothing that the interface does not show to everybody. */
const told = (change: ChangeEvent, globalId: GlobalId) => ({
  id: globalId('Change', change.sequence),
  sequence: change.sequence,
  event: change.event,
  version: change.version,
  kind: change.kind,
  srg: change.srg,
  oldName: change.oldName,
  newName: change.newName,
  oldDocumentation: change.oldDocumentation,
  newDocumentation: change.newDocumentation,
  author: change.author,
  via: change.via,
  at: change.at.toISOString(),
  hash: Buffer.from(change.hash).toString('hex'),
});

const toldRelease = ({ id, publishedAt, digest, ...release }: ReleaseEvent, globalId: GlobalId) => ({
  id: globalId('Release', id),
  ...release,
  publishedAt: publishedAt.toISOString(),
  digest: Buffer.from(digest).toString('hex'),
});

/** The body of a delivery. Its id says which part of the history it is: tried again, it is the same. */
export function deliveryMessage(
  webhook: Pick<ClaimedWebhook, 'id' | 'version' | 'from' | 'events'>,
  { events, releases, to }: Told,
  globalId: GlobalId,
): Message {
  const { id: key, version, from } = webhook;
  const withReleases = hearsReleases(webhook);
  const id = `${key}:${place(from, withReleases)}-${place(to, withReleases)}`;
  const body = {
    id,
    webhook: globalId('Webhook', key),
    version: version ?? undefined,
    changes: events.map((event) => told(event, globalId)),
    releases: withReleases ? releases.map((release) => toldRelease(release, globalId)) : undefined,
  };
  return { id, body: JSON.stringify(body) };
}

/** The body of a call that only tries whether calls arrive: it tells of no change. */
export function pingMessage(key: number, now: Date, globalId: GlobalId): Message {
  const id = `${key}:ping-${now.getTime()}`;
  return { id, body: JSON.stringify({ id, webhook: globalId('Webhook', key), changes: [] }) };
}
