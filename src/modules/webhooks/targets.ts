import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Which addresses webhooks may call. */
export interface WebhookTargets {
  /** Whether http is called too, or https alone. */
  readonly plainHttp: boolean;
  /** @param address an IP address as it will be connected to */
  allows(address: string): boolean;
  /** Asks for the addresses of a host. */
  readonly lookup: typeof lookup;
}

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the public network: neither private, local or reserved, nor one that stands for an IPv4 address
 * (mapped, compatible, NAT64, 6to4, Teredo) and would lead to it unseen.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}

/** Addresses of the public network, or every address where private ones are allowed. */
export const webhookTargets = (allowed: { privateHosts: boolean; plainHttp: boolean }): WebhookTargets => ({
  plainHttp: allowed.plainHttp,
  allows: allowed.privateHosts ? () => true : isPublicAddress,
  lookup,
});

/** Public addresses over https alone. */
export const PUBLIC_TARGETS = webhookTargets({ privateHosts: false, plainHttp: false });

/** The host of an address as the network knows it: IPv6 without its brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** An address that is not called; the message is for the owner of the webhook and names no address. */
export class RefusedTarget extends Error {
  override readonly name = 'RefusedTarget';
}

const notPublic = () => new RefusedTarget('Its host has an address that is not a public one.');

/**
 * Checks what can be told of an address without asking for that of its host.
 * @throws RefusedTarget
 */
export function checkTarget(url: URL, targets: WebhookTargets): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && targets.plainHttp)) {
    throw new RefusedTarget('A webhook is an https address.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new RefusedTarget('A webhook has no user or password in its address: calls are signed.');
  }
  const host = hostOf(url);
  if (isIP(host) !== 0 && !targets.allows(host)) throw notPublic();
}

/**
 * Looks the host of a connection up and gives what may be called, in one step: what was checked is what is connected to, and no
 * second answer of the name service can take its place. One address that may not be called refuses the host.
 */
export const guardedLookup =
  (targets: WebhookTargets): LookupFunction =>
  (hostname, options, callback) => {
    targets.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => targets.allows(address))) {
        return callback(notPublic(), '');
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
