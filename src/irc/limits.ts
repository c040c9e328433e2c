import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Message } from './network/connection.js';
import { fold } from './network/text.js';

/** How many commands may be given within how many seconds: by one account, and from one host. */
const PER_ACCOUNT = { points: 30, duration: 30 };
const PER_HOST = { points: 60, duration: 30 };

/** What became of a command that was counted. LIMITED_ALREADY: the same was told a moment ago, and is not told again. */
export type Counted = 'TAKEN' | 'LIMITED' | 'LIMITED_ALREADY';

/** Counts what people ask for (IR15). */
export class CommandLimits {
  private readonly accounts = new RateLimiterMemory(PER_ACCOUNT);
  private readonly hosts = new RateLimiterMemory(PER_HOST);

  /** Somebody without an account is counted by the host alone, and more strictly. */
  async count(network: string, { account, host }: Message): Promise<Counted> {
    const byHost = await take(this.hosts, `${network} ${host}`, account === null ? 2 : 1);
    if (byHost !== 'TAKEN' || account === null) return byHost;
    return take(this.accounts, `${network} ${fold(account)}`, 1);
  }
}

async function take(limiter: RateLimiterMemory, key: string, points: number): Promise<Counted> {
  try {
    await limiter.consume(key, points);
    return 'TAKEN';
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return refused.consumedPoints - points <= limiter.points ? 'LIMITED' : 'LIMITED_ALREADY';
  }
}
