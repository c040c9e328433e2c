import { callerNetwork } from './limits/address.js';
import type { Counted } from './limits/rate-limits.js';
import type { Caller } from './caller.js';
import { equalSecrets, newSecret } from './secrets.js';
import type { AuthServices } from './services.js';

/**
 * Browsers that an account has been signed in on hold a cookie that says so (OWASP's "device cookies"). Failed passwords are
 * counted apart for them: whoever fires guesses at an account locks out strangers, and never its owner.
 */
type DeviceServices = Pick<AuthServices, 'cookies' | 'keyring'>;

const DAYS_KEPT = 400;

/** A Set-Cookie header that marks this browser as one on which the account was signed in. */
export function rememberDevice({ cookies, keyring }: DeviceServices, userId: number, now: Date): string {
  const nonce = newSecret().slice(0, 22);
  const value = `${userId}.${nonce}.${keyring.sign('device', `${userId}.${nonce}`)}`;
  return cookies.set(cookies.name('device'), value, new Date(now.getTime() + DAYS_KEPT * 86_400_000));
}

/** The mark of this browser for that account; null where the account has not been signed in on it. */
function knownDevice({ cookies, keyring }: DeviceServices, caller: Caller, userId: number | null): string | null {
  if (userId === null) return null;
  for (const value of cookies.read(caller.cookies ?? undefined, cookies.name('device')).slice(0, 5)) {
    const [owner, nonce, signature] = value.split('.');
    if (owner !== String(userId) || nonce === undefined || signature === undefined) continue;
    const good = keyring.signatures('device', `${owner}.${nonce}`).some((made) => equalSecrets(made, signature));
    if (good) return nonce;
  }
  return null;
}

const byNetwork = ({ address }: Caller): Counted => ({ limit: 'signInAddress', key: callerNetwork(address ?? '') });

/**
 * What a try to recover an account counts against: as with {@link signInCounters}, apart from those. Whoever fires wrong codes
 * at an account keeps nobody from signing in.
 */
export function recoveryCounters(
  services: DeviceServices,
  caller: Caller,
  handleKey: string,
  userId: number | null,
): Counted[] {
  const device = knownDevice(services, caller, userId);
  return [byNetwork(caller), { limit: 'recoveryAccount', key: device === null ? handleKey : `${handleKey} ${device}` }];
}

/** What a try of a password counts against: the caller's network, and the account, from this browser or from strangers. */
export function signInCounters(
  services: DeviceServices,
  caller: Caller,
  handleKey: string,
  userId: number | null,
): Counted[] {
  const device = knownDevice(services, caller, userId);
  return [
    byNetwork(caller),
    device === null
      ? { limit: 'signInAccount', key: handleKey }
      : { limit: 'signInDevice', key: `${handleKey} ${device}` },
  ];
}
