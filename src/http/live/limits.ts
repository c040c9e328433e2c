/** How much of what is held open there may be. */
export const LIVE_LIMITS = {
  /** Connections of the process: sockets and streams. */
  connections: 2_000,
  /** Connections of one network address without a credential. */
  anonymous: 10,
  /** Connections of one user. */
  signedIn: 64,
  /** Sockets of one network address that have not said yet who they are. */
  waiting: 64,
  /** Subscriptions of one connection. */
  subscriptions: 20,
  /** Bytes of what a client sends at once. */
  message: 64 * 1024,
  /** Bytes that wait for a client to take them. */
  buffered: 1024 * 1024,
} as const;

/** Milliseconds. */
export interface LiveTimes {
  /** Rights are read again after this long. */
  recheck: number;
  /** A socket says who it is within this. */
  init: number;
  /** Between two signs of life. A client that has not taken the last one by then is gone. */
  ping: number;
  /** How long clients may take to go when the process stops. */
  farewell: number;
}

export const LIVE_TIMES: LiveTimes = { recheck: 5_000, init: 3_000, ping: 25_000, farewell: 1_000 };
