import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import pino, { type Logger } from 'pino';
import { createAuth, type AuthInput } from '../../src/app/auth.js';
import type { AuthServices } from '../../src/auth/services.js';
import type { Database } from '../../src/db/index.js';

export const TEST_PUBLIC_URL = 'http://localhost:4000';

export interface TestAuth extends AuthServices {
  close(): Promise<void>;
}

/**
 * What accounts are made with, under keys of its own; on the Redis that TEST_REDIS_URL names, if any. Keys are part of the
 * names of counters: services with other keys share no limits.
 */
export async function openTestAuth(db: Database, input: Partial<AuthInput> = {}): Promise<TestAuth> {
  const url = process.env.TEST_REDIS_URL;
  const redis = url === undefined || url === '' ? null : createClient({ url });
  await redis?.connect();
  const secretKeys = [randomBytes(32).toString('hex')];
  const log: Logger = input.log ?? pino({ level: 'silent' });
  const auth = createAuth({ publicUrl: TEST_PUBLIC_URL, secretKeys, redis, ...input, db, log });
  return { ...auth, close: async () => void (await redis?.close()) };
}
