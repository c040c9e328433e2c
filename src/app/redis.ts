import { createClient } from 'redis';
import type { Logger } from 'pino';

/** Connects to Redis; a server that goes away later is waited for. @throws Error if it can not be reached at the start */
export async function openRedis(url: string, log: Logger) {
  const client = createClient({ url, socket: { connectTimeout: 5_000 } });
  client.on('error', (error: Error) => log.warn({ err: error }, 'redis'));
  await client.connect();
  return client;
}
