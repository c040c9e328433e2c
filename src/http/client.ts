import type { FastifyReply, FastifyRequest } from 'fastify';
import { FOREIGN_ORIGIN } from '../auth/authenticate.js';
import type { Cookies } from '../auth/cookies.js';
import type { Client } from '../graphql/context.js';
import type { AppError } from '../shared/errors.js';
import { sendError } from './errors.js';

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

/**
 * Refuses a credential that is not good. A session cookie is taken back, so that the browser's next request is anonymous; not
 * for a page of another site, which could sign its visitors out that way.
 */
export function refuseCredential(
  request: FastifyRequest,
  reply: FastifyReply,
  cookies: Cookies,
  error: AppError,
): FastifyReply {
  const name = cookies.name('session');
  const byCookie = request.headers.authorization === undefined && cookies.read(request.headers.cookie, name).length > 0;
  if (byCookie && error.details['reason'] !== FOREIGN_ORIGIN) void reply.header('set-cookie', cookies.clear(name));
  return sendError(reply, error);
}
