import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type IRateLimiterPostgresOptions,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { Sql } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import type { Keyring } from '../keyring.js';
import { LIMITS, type LimitName } from './catalogue.js';
import { PointsTogether, type Points } from './points.store.js';

/** What is counted: a limit of the catalogue, and for whom: an address, an account. */
export interface Counted {
  limit: LimitName;
  key: string;
  /** How many tries it counts for; one where it is not given. */
  points?: number;
}

/** Limits on tries, shared by all processes of the service. */
export interface RateLimits {
  /**
   * Counts a try each, in their order. Where one has no tries left those after it are not counted: an address that is shut
   * out can not use up the tries of accounts.
   * @throws AppError RATE_LIMITED with `retryAfter` in seconds
   */
  take(...counted: readonly Counted[]): Promise<void>;
  /** Takes the tries back: they succeeded. */
  giveBack(...counted: readonly Counted[]): Promise<void>;
  /** Forgets every try so far. */
  clear(...counted: readonly Counted[]): Promise<void>;
}

/** What the library needs of a database. */
const asClient = (db: Sql) => ({
  query: async ({ name, text, values }: { name: string; text: string; values: unknown[] }) => ({
    rows: await db.query({ name, text }, values),
  }),
});

/** The limits of the library, which counts through `_upsert`: those of all limits together. */
class RateLimiterTogether extends RateLimiterPostgres {
  constructor(
    options: IRateLimiterPostgresOptions,
    private readonly together: PointsTogether,
  ) {
    super(options);
  }

  async _upsert(key: string, points: number, milliseconds: number): Promise<{ rows: Points[] }> {
    return { rows: [await this.together.add(key, points, milliseconds)] };
  }
}

/** A connected client of the `redis` package. */
export type RedisClient = object;

/**
 * Opens the limits on Redis where there is one, else on the database. Keys are kept as keyed hashes: the store tells nobody
 * which address or account tried something. While Redis does not answer, each process counts for itself.
 */
export function openRateLimits(input: { db: Sql; redis: RedisClient | null; keyring: Keyring }): RateLimits {
  const { db, redis, keyring } = input;
  const limiters = new Map<LimitName, RateLimiterAbstract>();
  const together = new PointsTogether(db);
  for (const [name, { points, seconds }] of Object.entries(LIMITS)) {
    const options = { keyPrefix: redis === null ? name : `mcp:limit:${name}`, points, duration: seconds };
    limiters.set(
      name as LimitName,
      redis === null
        ? new RateLimiterTogether(
            {
              ...options,
              storeClient: asClient(db),
              storeType: 'client',
              tableName: 'rate_limits',
              tableCreated: true,
              clearExpiredByTimeout: false,
            },
            together,
          )
        : new RateLimiterRedis({
            ...options,
            storeClient: redis,
            useRedisPackage: true,
            rejectIfRedisNotReady: true,
            insuranceLimiter: new RateLimiterMemory(options),
          }),
    );
  }
  const each = async (
    counted: readonly Counted[],
    work: (limiter: RateLimiterAbstract, key: string, points: number) => Promise<unknown>,
  ) => {
    for (const { limit, key, points = 1 } of counted) {
      await work(limiters.get(limit)!, keyring.sign('address', `${limit} ${key}`), points);
    }
  };
  return {
    async take(...counted) {
      try {
        await each(counted, (limiter, key, points) => limiter.consume(key, points));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
        throw new AppError('RATE_LIMITED', `Too many tries. Try again in ${inWords(retryAfter)}.`, { retryAfter });
      }
    },
    async giveBack(...counted) {
      await each(counted, (limiter, key, points) => limiter.reward(key, points));
    },
    async clear(...counted) {
      await each(counted, (limiter, key) => limiter.delete(key));
    },
  };
}

const inWords = (seconds: number): string =>
  seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
