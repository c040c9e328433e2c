import type { ClientMetadata } from 'oidc-provider';
import { isForTokens, isPermission } from '../auth/permissions.js';
import type { ClientAuthentication, ClientCredentialsRow } from '../modules/clients/clients.store.js';

/** The OAuth name of exchanging one token for another (RFC 8693). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The OAuth name of signing in on another device (RFC 8628). */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Scopes that tell who somebody is, beside those of permissions. */
export const IDENTITY_SCOPES = ['openid', 'profile', 'roles', 'offline_access'] as const;

/** What of a client the provider carries along beside the metadata that it knows. */
export const OWN_METADATA = [
  'kind',
  'trusted',
  'previous_secret_hash',
  'subject_salt',
  'bot_id',
  'permissions',
  'networks',
  'homepage',
];

const METHODS: Record<ClientAuthentication, NonNullable<ClientMetadata['token_endpoint_auth_method']>> = {
  NONE: 'none',
  SECRET_BASIC: 'client_secret_basic',
  SECRET_POST: 'client_secret_post',
  PRIVATE_KEY: 'private_key_jwt',
};

/** Databases give bytes as a Buffer or as plain bytes. */
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The ways in which a client comes by a token. An application without an address to come back to signs in on another device. */
function grantsOf({ kind, trusted, redirectUris }: ClientCredentialsRow): string[] {
  if (kind === 'BOT') return ['client_credentials', ...(trusted ? [TOKEN_EXCHANGE] : [])];
  const byBrowser = redirectUris.length > 0 ? ['authorization_code'] : [];
  return [...byBrowser, 'refresh_token', ...(kind === 'NATIVE' ? [DEVICE_GRANT] : [])];
}

/** A client in the words of RFC 7591; null for one that has nothing to prove itself with any more. */
export function clientMetadata(client: ClientCredentialsRow, now: Date): ClientMetadata | null {
  const { kind, authentication, secretHash, jwks } = client;
  const bySecret = authentication === 'SECRET_BASIC' || authentication === 'SECRET_POST';
  if ((bySecret && secretHash === null) || (authentication === 'PRIVATE_KEY' && jwks === null)) return null;
  const permissions = client.permissions.filter(isPermission).filter((each) => isForTokens(each, kind === 'BOT'));
  const overlap = client.previousSecretUntil !== null && client.previousSecretUntil > now;
  return {
    client_id: client.clientId,
    client_name: client.name,
    application_type: kind === 'NATIVE' ? 'native' : 'web',
    token_endpoint_auth_method: METHODS[authentication],
    // What is given is hashed before it is compared (`provider.ts`).
    ...(bySecret && { client_secret: hexOf(secretHash!) }),
    ...(jwks !== null && { jwks: jwks }),
    grant_types: grantsOf(client),
    response_types: client.redirectUris.length === 0 ? [] : ['code'],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...(client.backchannelLogoutUri !== null && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
    dpop_bound_access_tokens: client.dpopBound,
    kind,
    trusted: client.trusted,
    bot_id: client.botId,
    permissions,
    networks: client.networks,
    homepage: client.homepage,
    previous_secret_hash: overlap && client.previousSecretHash !== null ? hexOf(client.previousSecretHash) : null,
    subject_salt: Buffer.from(client.subjectSalt).toString('base64url'),
  };
}
