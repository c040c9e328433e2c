import { ALL_PERMISSIONS, isForTokens, type Permission } from '../../auth/permissions.js';
import { isNetworkName, NETWORK_RULE } from '../../shared/irc-names.js';
import { userError } from '../../shared/user-errors.js';
import type { WebhookTargets } from '../webhooks/targets.js';
import { checkAddresses, checkBackchannel } from './client-addresses.js';
import type { ClientAuthentication, ClientContent, OAuthClientKind } from './clients.store.js';
import { checkPublicKeys } from './public-keys.js';

/** How many clients a person may have. */
export const MAX_CLIENTS = 20;

/** How many IRC networks a client may speak for. */
const MAX_NETWORKS = 10;

/** How long a secret goes on beside the one that took its place, in milliseconds. */
export const OVERLAP = 10 * 60_000;

/** What somebody says of a client. */
export interface ClientInput {
  name: string;
  authentication: ClientAuthentication;
  homepage: string | null;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  backchannelLogoutUri: string | null;
  permissions: readonly Permission[];
  /** BOT: the IRC networks whose people it may speak for. */
  networks: readonly string[];
  /** JWKs. */
  publicKeys: readonly object[];
  dpopBound: boolean;
  trusted: boolean;
}

const invalid = (message: string, path: string) => userError('INVALID_INPUT', message, path);

/** 1 to 60 characters that are drawn: no control, format or unassigned characters, and no line breaks. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,60}$/u;

/** Whether a name says that the service itself asks, however it is spaced and written. */
const claimsService = (name: string): boolean =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[1l]/g, 'i')
    .includes('mcpwebservice');

/** Whether a word has letters of Latin beside ones that look like them. */
const isMixed = (word: string): boolean =>
  /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word);

/** @param isOurs whether it may be called like the service @throws UserErrors INVALID_INPUT */
function checkName(name: string, isOurs: boolean): string {
  const trimmed = name.trim();
  if (!NAME.test(trimmed)) throw invalid('The name of a client has 1 to 60 printable characters.', 'name');
  if ((trimmed.match(/\p{L}+/gu) ?? []).some(isMixed)) {
    throw invalid('A word of the name has letters of one alphabet.', 'name');
  }
  if (!isOurs && claimsService(trimmed)) throw invalid('Only the service itself is called so.', 'name');
  return trimmed;
}

/** Whether the client proves itself with a secret. */
export const hasSecret = (authentication: ClientAuthentication): boolean =>
  authentication === 'SECRET_BASIC' || authentication === 'SECRET_POST';

function checkAuthentication(kind: OAuthClientKind, { authentication, publicKeys }: ClientInput): void {
  if (kind === 'NATIVE' && authentication !== 'NONE') {
    throw invalid(
      'What is installed with people keeps no secret: a NATIVE client authenticates by NONE.',
      'authentication',
    );
  }
  if (kind === 'BOT' && authentication === 'NONE') {
    throw invalid('A BOT client authenticates by a secret or a private key.', 'authentication');
  }
  if (authentication === 'PRIVATE_KEY' && publicKeys.length === 0) {
    throw invalid('Give the public half of the private key.', 'publicKeys');
  }
  if (publicKeys.length > 0 && authentication !== 'PRIVATE_KEY' && kind !== 'BOT') {
    throw invalid('Only a client with a private key, or a BOT, has public keys.', 'publicKeys');
  }
}

/** The permissions in the order of the catalogue, each once. @throws UserErrors INVALID_INPUT naming one that no such client can have */
function checkPermissions(kind: OAuthClientKind, asked: readonly Permission[]): Permission[] {
  const refused = asked.find((permission) => !isForTokens(permission, kind === 'BOT'));
  if (refused === undefined) return ALL_PERMISSIONS.filter((permission) => asked.includes(permission));
  const whose = isForTokens(refused, true) ? 'BOT clients alone' : 'no client';
  throw invalid(`The permission ${refused} is for ${whose}.`, 'permissions');
}

/** The names of networks as given. @throws UserErrors INVALID_INPUT naming the one that can not be */
function checkNetworks(kind: OAuthClientKind, given: readonly string[]): string[] {
  if (kind !== 'BOT' && given.length > 0) throw invalid('Only a BOT client speaks for an IRC network.', 'networks');
  if (given.length > MAX_NETWORKS) throw invalid(`A client speaks for ${MAX_NETWORKS} networks at most.`, 'networks');
  const folded = given.map((name) => name.toLowerCase());
  given.forEach((name, i) => {
    if (!isNetworkName(name)) throw invalid(NETWORK_RULE, `networks.${i}`);
    if (folded.indexOf(folded[i]!) !== i) throw invalid('This network stands there twice.', `networks.${i}`);
  });
  return [...given];
}

/**
 * Checks all that is said of a client, what stays as it was included.
 * @param isOurs whether it may be called like the service
 * @throws UserErrors INVALID_INPUT naming the field
 */
export async function checkClient(
  kind: OAuthClientKind,
  input: ClientInput,
  { targets, isOurs }: { targets: WebhookTargets; isOurs: boolean },
): Promise<ClientContent> {
  const name = checkName(input.name, isOurs);
  checkAuthentication(kind, input);
  const redirectUris = checkAddresses(kind, input.redirectUris, 'redirectUris');
  if (kind === 'WEB' && redirectUris.length === 0) {
    throw invalid('A WEB client has one address at least that people come back to.', 'redirectUris');
  }
  const { authentication, homepage, backchannelLogoutUri: backchannel, dpopBound, trusted } = input;
  const keys = await checkPublicKeys(input.publicKeys);
  return {
    name,
    authentication,
    trusted,
    homepage,
    redirectUris,
    postLogoutRedirectUris: checkAddresses(kind, input.postLogoutRedirectUris, 'postLogoutRedirectUris'),
    backchannelLogoutUri: backchannel === null ? null : checkBackchannel(kind, backchannel, targets),
    permissions: checkPermissions(kind, input.permissions),
    networks: checkNetworks(kind, input.networks),
    jwks: keys.length === 0 ? null : { keys },
    dpopBound,
  };
}
