import type { Authenticate } from '../../auth/authenticate.js';
import type { Cookies } from '../../auth/cookies.js';
import type { Subscriptions } from '../../graphql/subscription.js';
import type { LiveTimes } from './limits.js';
import type { Places } from './places.js';
import type { Rechecks } from './rechecks.js';

/** What subscriptions are served with, by socket and by stream alike. */
export interface Live {
  subscriptions: Subscriptions;
  authenticate: Authenticate;
  cookies: Cookies;
  places: Places;
  rechecks: Rechecks;
  times: LiveTimes;
  /** Proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** Told of each subscription that opens (1) or ends (-1). */
  onSubscription: (change: 1 | -1) => void;
}
