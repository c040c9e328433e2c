import { statement, type Sql } from '../../db/index.js';

export type OAuthClientKind = 'WEB' | 'NATIVE' | 'BOT';
export type ClientAuthentication = 'NONE' | 'SECRET_BASIC' | 'SECRET_POST' | 'PRIVATE_KEY';

/** An application that people sign in to with their account here, or a bot's way in. */
export interface OAuthClientRow {
  id: number;
  /** What it calls itself at the provider. */
  clientId: string;
  name: string;
  kind: OAuthClientKind;
  authentication: ClientAuthentication;
  ownerId: number;
  /** BOT: the account that it calls as. */
  botId: number | null;
  trusted: boolean;
  homepage: string | null;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri: string | null;
  /** What it may ask for at most. */
  permissions: string[];
  /** A JWK set of public keys. */
  jwks: { keys: Record<string, unknown>[] } | null;
  dpopBound: boolean;
  createdAt: Date;
}

/** A client with what proves that it is that client. */
export interface ClientCredentialsRow extends OAuthClientRow {
  /** SHA-256. */
  secretHash: Buffer | null;
  /** The secret before it, which counts beside it until `previousSecretUntil`. */
  previousSecretHash: Buffer | null;
  previousSecretUntil: Date | null;
  subjectSalt: Buffer;
}

const COLUMNS = `c.id, c.client_id AS "clientId", c.name, c.kind, c.authentication, c.owner_id AS "ownerId", c.bot_id AS "botId",
  c.trusted, c.homepage, c.redirect_uris AS "redirectUris", c.post_logout_redirect_uris AS "postLogoutRedirectUris",
  c.backchannel_logout_uri AS "backchannelLogoutUri", c.permissions, c.jwks, c.dpop_bound AS "dpopBound", c.created_at AS "createdAt"`;

const CREDENTIALS = `c.secret_hash AS "secretHash", c.previous_secret_hash AS "previousSecretHash",
  c.previous_secret_until AS "previousSecretUntil", c.subject_salt AS "subjectSalt"`;

const BY_CLIENT_ID = statement(
  'oauth_clients_by_client_id',
  `SELECT ${COLUMNS}, ${CREDENTIALS} FROM oauth_clients c WHERE c.client_id = $1`,
);

/** The client that calls itself so at the provider; null where there is none. */
export async function clientByClientId(db: Sql, clientId: string): Promise<ClientCredentialsRow | null> {
  const rows = await db.query<ClientCredentialsRow>(BY_CLIENT_ID, [clientId]);
  return rows[0] ?? null;
}
