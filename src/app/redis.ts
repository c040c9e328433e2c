import { createClient } from 'redis';
import type { Logger } from 'pino';
import { AppError } from '../shared/errors.js';

/** Milliseconds. A server that hangs is as good as one that is away: tries are then counted by each process. */
const COMMAND_TIMEOUT = 1_000;
const CONNECT_TIMEOUT = 5_000;
const LONGEST_PAUSE = 5_000;

/**
 * Connects to Redis. A server that goes away later is waited for.
 * @throws AppError naming the server, without user and password, if it can not be reached at the start
 */
export async function openRedis(url: string, log: Logger) {
  let connected = false;
  const client = createClient({
    url,
    commandOptions: { timeout: COMMAND_TIMEOUT },
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      reconnectStrategy: (retries, cause) => (connected ? Math.min(100 * 2 ** retries, LONGEST_PAUSE) : cause),
    },
  });
  client.on('error', (error: Error) => {
    if (connected) log.warn({ err: error }, 'redis');
  });
  try {
    await client.connect();
  } catch (error) {
    const why = error instanceof AggregateError ? String((error.errors[0] as Error).message) : (error as Error).message;
    throw new AppError(
      'INTERNAL_SERVER_ERROR',
      `Redis at ${new URL(url).host} can't be used: ${why}.`,
      {},
      { cause: error },
    );
  }
  connected = true;
  return client;
}
