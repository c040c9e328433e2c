import { userError } from '../../shared/user-errors.js';
import { checkTarget, RefusedTarget, type WebhookTargets } from '../webhooks/targets.js';
import type { OAuthClientKind } from './clients.store.js';

/** How many addresses of one sort a client has at most. */
const MAX_ADDRESSES = 10;

const MAX_LENGTH = 2000;

/** What RFC 3986 writes an address with, but for `*`, which others take for a wildcard, and `#`. */
const CHARACTERS = /^[A-Za-z0-9\-._~:/?[\]@!$&'()+,;=%]+$/;

/** `com.example.app:/callback`: the scheme is a domain name of the application's maker, turned around (RFC 8252, 7.1). */
const PRIVATE_USE = /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+:$/;

const invalid = (message: string, path: string) => userError('INVALID_INPUT', message, path);

/** An address that is compared letter by letter, as everybody reads it. @throws UserErrors INVALID_INPUT */
function checkExact(text: string, path: string): URL {
  if (text.length > MAX_LENGTH) throw invalid(`An address has ${MAX_LENGTH} characters at most.`, path);
  if (!CHARACTERS.test(text)) {
    throw invalid('An address is exact: without blanks, wildcards and fragment, as RFC 3986 writes it.', path);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid('This is no absolute address.', path);
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/]/i.test(text)) throw invalid('This is no absolute address.', path);
  if (url.username !== '' || url.password !== '') throw invalid('An address has no user or password in it.', path);
  return url;
}

/** RFC 8252, 7.3 and 8.3: by number, as a name may be looked up elsewhere. */
const LOOPBACK = new Set(['127.0.0.1', '[::1]']);

const isLocal = ({ hostname }: URL): boolean => hostname === 'localhost' || LOOPBACK.has(hostname);

function checkKind(kind: OAuthClientKind, url: URL, path: string): void {
  if (kind === 'WEB') {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url))) return;
    throw invalid('A WEB client has https addresses; http is for localhost alone.', path);
  }
  if (url.protocol === 'https:' && !isLocal(url)) return;
  if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) return;
  if (PRIVATE_USE.test(url.protocol)) return;
  const which = 'http://127.0.0.1 or http://[::1], a scheme like com.example.app:, or https that it has claimed';
  throw invalid(`A NATIVE client has addresses of ${which}.`, path);
}

/**
 * Checks where the provider may send browsers back to (RFC 9700, 4.1; RFC 8252, 7): each once, in the order given.
 * @param path of the list in the input
 * @throws UserErrors INVALID_INPUT naming the address
 */
export function checkAddresses(kind: OAuthClientKind, given: readonly string[], path: string): string[] {
  if (kind === 'BOT' && given.length > 0) throw invalid('Nobody signs in to a BOT client: it has no addresses.', path);
  if (given.length > MAX_ADDRESSES) throw invalid(`A client has ${MAX_ADDRESSES} addresses at most.`, path);
  given.forEach((text, i) => checkKind(kind, checkExact(text, `${path}.${i}`), `${path}.${i}`));
  return [...new Set(given)];
}

/**
 * Checks where the provider tells a client that somebody signed out (OpenID Connect Back-Channel Logout 1.0, 2.2): the service
 * itself calls it, so it is an address like those of webhooks.
 * @throws UserErrors INVALID_INPUT
 */
export function checkBackchannel(kind: OAuthClientKind, given: string, targets: WebhookTargets): string {
  const path = 'backchannelLogoutUri';
  if (kind !== 'WEB') throw invalid('Only a WEB client can be told that somebody signed out.', path);
  const url = checkExact(given, path);
  if (url.protocol !== 'https:' && !targets.plainHttp) throw invalid('Give an https address.', path);
  try {
    checkTarget(url, targets);
  } catch (error) {
    if (error instanceof RefusedTarget) throw invalid(error.message, path);
    throw error;
  }
  return given;
}
