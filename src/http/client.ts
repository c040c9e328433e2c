import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { FOREIGN_ORIGIN } from '../auth/authenticate.js';
import type { Cookies } from '../auth/cookies.js';
import type { Client } from '../graphql/context.js';
import type { AppError } from '../shared/errors.js';
import { refusalReply, type Reply } from './errors.js';

/** The first of each list that a User-Agent names; later ones are what everybody claims to be. */
const BROWSERS = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
] as const;
const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\b(Linux|CrOS)\b/],
] as const;

const firstOf = (list: typeof BROWSERS | typeof SYSTEMS, agent: string) =>
  list.find(([, pattern]) => pattern.test(agent))?.[0];

/** A User-Agent in words, to tell one's sessions apart by: `Firefox on Linux`, `curl/8.0`; null for none. */
export function deviceOf(agent: string | undefined): string | null {
  if (agent === undefined || agent === '') return null;
  const [browser, system] = [firstOf(BROWSERS, agent), firstOf(SYSTEMS, agent)];
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  return /^[\w.-]{1,40}(\/[\w.-]{1,20})?/.exec(agent)?.[0] ?? null;
}

/** Where a request comes from. */
export const clientOf = ({ ip, headers }: FastifyRequest): Client => ({
  address: ip,
  device: deviceOf(headers['user-agent']),
  cookies: headers.cookie ?? null,
});

/** `clientOf` for requests that Fastify does not see. */
export function clientsBehind(trustedProxies: readonly string[]): (request: IncomingMessage) => Client {
  const trusted = trustedProxies.map((proxy): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
    if (proxy.includes('/')) return ipaddr.parseCIDR(proxy);
    const address = ipaddr.process(proxy);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
  const isTrusted = (hop: string): boolean =>
    ipaddr.isValid(hop) && ipaddr.subnetMatch(ipaddr.process(hop), { trusted }, 'other') === 'trusted';
  const addressOf = ({ socket, headers }: IncomingMessage): string | null => {
    if (trusted.length === 0) return socket.remoteAddress ?? null;
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    const hops = [socket.remoteAddress ?? '', ...forwarded.map((hop) => hop.trim()).reverse()].filter(Boolean);
    return hops.find((hop) => !isTrusted(hop)) ?? hops.at(-1) ?? null;
  };
  return (request) => new RequestClient(addressOf(request), request.headers);
}

class RequestClient implements Client {
  readonly cookies: string | null;

  constructor(
    readonly address: string | null,
    private readonly headers: IncomingHttpHeaders,
  ) {
    this.cookies = headers.cookie ?? null;
  }

  // Who signs in is told apart by it, and hardly any request does.
  get device(): string | null {
    return deviceOf(this.headers['user-agent']);
  }
}

/**
 * The refusal of a credential that is not good. A session cookie is taken back, so that the browser's next request is anonymous; not
 * for a page of another site, which could sign its visitors out that way.
 */
export function credentialRefusal(
  { headers, requestId }: { headers: IncomingHttpHeaders; requestId: string },
  cookies: Cookies,
  error: AppError,
): Reply {
  const reply = refusalReply(error, requestId);
  const name = cookies.name('session');
  const byCookie = headers.authorization === undefined && cookies.read(headers.cookie, name).length > 0;
  if (byCookie && error.details['reason'] !== FOREIGN_ORIGIN) reply.headers['set-cookie'] = cookies.clear(name);
  return reply;
}
