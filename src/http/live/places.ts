import type { Actor } from '../../auth/actor.js';
import { callerNetwork } from '../../auth/limits/address.js';
import { LIVE_LIMITS } from './limits.js';

/** Counts what is held open, by whom it is; nothing is kept of those who hold nothing. */
export class Places {
  private readonly taken = new Map<string, number>();

  /** One of all places. @returns gives it back; null where there is none left */
  takeAny(): (() => void) | null {
    return this.take('all', LIVE_LIMITS.connections);
  }

  /** A place for a socket that has not said yet who it is. @returns as {@link takeAny} */
  takeWaiting(address: string | null): (() => void) | null {
    return this.take(`waiting ${networkOf(address)}`, LIVE_LIMITS.waiting);
  }

  /** A place for somebody. @returns as {@link takeAny} */
  takeFor(actor: Actor, address: string | null): (() => void) | null {
    if (actor.kind === 'SIGNED_IN') return this.take(`user ${actor.user.id}`, LIVE_LIMITS.signedIn);
    return this.take(`anonymous ${networkOf(address)}`, LIVE_LIMITS.anonymous);
  }

  /** For how many networks, users and kinds places are counted just now. */
  get size(): number {
    return this.taken.size;
  }

  private take(key: string, limit: number): (() => void) | null {
    const count = this.taken.get(key) ?? 0;
    if (count >= limit) return null;
    this.taken.set(key, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = this.taken.get(key)! - 1;
      if (left === 0) this.taken.delete(key);
      else this.taken.set(key, left);
    };
  }
}

const networkOf = (address: string | null): string => (address === null ? 'unknown' : callerNetwork(address));
