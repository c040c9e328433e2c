import ipaddr from 'ipaddr.js';
import { Lru } from '../../shared/lru.js';

/** An address as IPv4, IPv4 in IPv6 included, or IPv6; null for what is none. */
const parse = (address: string) => (ipaddr.isValid(address) ? ipaddr.process(address) : null);

const groups = (address: ipaddr.IPv6, count: number): string =>
  address.parts
    .slice(0, count)
    .map((part) => part.toString(16))
    .join(':');

/**
 * The network that one caller has to itself: an IPv4 address, or the first 64 bits of an IPv6 address, of which anyone has
 * as many as they like. For counting tries.
 */
export function callerNetwork(address: string): string {
  const known = networks.get(address);
  if (known !== undefined) return known;
  const parsed = parse(address);
  if (parsed === null) return 'unknown';
  const network = parsed instanceof ipaddr.IPv6 ? groups(parsed, 4) : parsed.toString();
  networks.set(address, network);
  return network;
}

/** Of those who have called lately: most call again. */
const networks = new Lru<string>(1_000);

/** An address as the log keeps it, too coarse to tell one household: `192.0.2.0/24`, `2001:db8:1::/48`. Null for none. */
export function truncatedAddress(address: string | null): string | null {
  const parsed = address === null ? null : parse(address);
  if (parsed === null) return null;
  if (parsed instanceof ipaddr.IPv6) return `${groups(parsed, 3)}::/48`;
  return `${parsed.octets.slice(0, 3).join('.')}.0/24`;
}
