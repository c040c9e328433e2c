import type { Actor } from './actor.js';

/** Who calls, from where and when: what every service that changes something is told. */
export interface Caller {
  actor: Actor;
  now: Date;
  /** The network address of the connection, or null where there is none. Kept nowhere as it stands. */
  address: string | null;
  /** The browser or program in words: `Firefox on Linux`; null where nothing is known. */
  device: string | null;
  /** The Cookie header, for the one cookie that tells a browser from a stranger's. */
  cookies: string | null;
}
