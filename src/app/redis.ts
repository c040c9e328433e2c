import { createClient } from 'redis';
import type { Logger } from 'pino';

/** Milliseconds. */
const COMMAND_TIMEOUT = 1_000;

/** Connects to Redis; a server that goes away later is waited for. @throws Error if it can not be reached at the start */
export async function openRedis(url: string, log: Logger) {
  // A server that hangs is as good as one that is away: tries are then counted by each process.
  const client = createClient({ url, socket: { connectTimeout: 5_000 }, commandOptions: { timeout: COMMAND_TIMEOUT } });
  client.on('error', (error: Error) => log.warn({ err: error }, 'redis'));
  await client.connect();
  return client;
}
