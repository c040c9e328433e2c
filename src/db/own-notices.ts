import type { Pool, PoolClient } from 'pg';

/** The SQLSTATE of a notice that repeats a NOTIFY: its message is the channel, its detail the payload. */
const TOLD = 'TOLD0';

/**
 * What the transactions of a pool tell others by NOTIFY comes back to this process through the connection that listens, a moment
 * after whoever made the change may have been answered. What a trigger repeats in a notice is passed on here when the connection
 * goes back into the pool: after the commit, and before the promise of it resolves. After a rollback it is passed on too.
 */
export function passOnOwnNotices(pool: Pool, onNotify: (channel: string, payload: string) => void): void {
  const heard = new WeakMap<PoolClient, Map<string, Set<string>>>();
  pool.on('connect', (client) => {
    client.on('notice', ({ code, message = '', detail = '' }) => {
      if (code !== TOLD) return;
      const channels = heard.get(client) ?? new Map<string, Set<string>>();
      heard.set(client, channels.set(message, (channels.get(message) ?? new Set()).add(detail)));
    });
  });
  pool.on('release', (_error, client) => {
    const channels = heard.get(client);
    if (channels === undefined) return;
    heard.delete(client);
    for (const [channel, payloads] of channels) for (const payload of payloads) onNotify(channel, payload);
  });
}
