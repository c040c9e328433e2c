import { statement, type Sql, type Tx } from '../../db/index.js';

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
  /** BOT: the IRC networks whose people it may speak for. */
  networks: string[];
  /** A JWK set of public keys. */
  jwks: { keys: Record<string, unknown>[] } | null;
  dpopBound: boolean;
  createdAt: Date;
}

/** A client with what proves that it is that client. */
export interface ClientCredentialsRow extends OAuthClientRow {
  /** SHA-256. */
  secretHash: Uint8Array | null;
  /** The secret before it, which counts beside it until `previousSecretUntil`. */
  previousSecretHash: Uint8Array | null;
  previousSecretUntil: Date | null;
  subjectSalt: Uint8Array;
}

const COLUMNS = `c.id, c.client_id AS "clientId", c.name, c.kind, c.authentication, c.owner_id AS "ownerId", c.bot_id AS "botId",
  c.trusted, c.homepage, c.redirect_uris AS "redirectUris", c.post_logout_redirect_uris AS "postLogoutRedirectUris",
  c.backchannel_logout_uri AS "backchannelLogoutUri", c.permissions, c.networks, c.jwks, c.dpop_bound AS "dpopBound", c.created_at AS "createdAt"`;

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

const OF_OWNER = statement(
  'oauth_clients_of_owner',
  `SELECT ${COLUMNS} FROM oauth_clients c WHERE c.owner_id = $1 ORDER BY c.id DESC`,
);

/** The clients of a person, newest first. */
export const clientsOfOwner = (db: Sql, ownerId: number): Promise<OAuthClientRow[]> =>
  db.query<OAuthClientRow>(OF_OWNER, [ownerId]);

const BY_ID = statement(
  'oauth_clients_by_id',
  `SELECT ${COLUMNS} FROM oauth_clients c WHERE c.id = ANY($1::int[]) AND ($2::int IS NULL OR c.owner_id = $2)`,
);

/** Some clients by id. @param ownerId only those of this person; null for everybody's */
export const clientsById = (db: Sql, ids: readonly number[], ownerId: number | null): Promise<OAuthClientRow[]> =>
  db.query<OAuthClientRow>(BY_ID, [ids, ownerId]);

const MATCHES = `($1::text = '' OR position(lower($1) IN lower(c.name)) > 0 OR c.client_id = $1)`;

const PAGE = statement(
  'oauth_clients_page',
  `SELECT ${COLUMNS} FROM oauth_clients c WHERE ${MATCHES} AND ($2::int IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`,
);

/**
 * Clients before the one with the key `before`, newest first.
 * @param query part of the name in any case, or the whole client id; empty for any
 */
export const clientsPage = (db: Sql, query: string, before: number | null, limit: number): Promise<OAuthClientRow[]> =>
  db.query<OAuthClientRow>(PAGE, [query, before, limit]);

const COUNT = statement('oauth_clients_count', `SELECT count(*)::int AS count FROM oauth_clients c WHERE ${MATCHES}`);

export async function countClients(db: Sql, query: string): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, [query]);
  return rows[0]!.count;
}

export async function countClientsOf(tx: Tx, ownerId: number): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM oauth_clients WHERE owner_id = $1`,
    [ownerId],
  );
  return rows[0]!.count;
}

/** A client, held until the transaction ends. @param ownerId null for whosever it is; null where there is none */
export async function lockClient(tx: Tx, id: number, ownerId: number | null): Promise<ClientCredentialsRow | null> {
  const rows = await tx.query<ClientCredentialsRow>(
    `SELECT ${COLUMNS}, ${CREDENTIALS} FROM oauth_clients c WHERE c.id = $1 AND ($2::int IS NULL OR c.owner_id = $2) FOR UPDATE`,
    [id, ownerId],
  );
  return rows[0] ?? null;
}

/** What of a client can be changed. */
export type ClientContent = Omit<OAuthClientRow, 'id' | 'clientId' | 'kind' | 'ownerId' | 'botId' | 'createdAt'>;

/** In the order of the columns of the statements below. */
const valuesOf = (content: ClientContent): unknown[] => [
  content.name,
  content.authentication,
  content.trusted,
  content.homepage,
  content.redirectUris,
  content.postLogoutRedirectUris,
  content.backchannelLogoutUri,
  content.permissions,
  content.networks,
  content.jwks === null ? null : JSON.stringify(content.jwks),
  content.dpopBound,
];

export type NewClient = ClientContent &
  Pick<ClientCredentialsRow, 'clientId' | 'kind' | 'ownerId' | 'botId' | 'secretHash' | 'subjectSalt' | 'createdAt'>;

export async function insertClient(tx: Tx, client: NewClient): Promise<OAuthClientRow> {
  const { clientId, kind, ownerId, botId, secretHash, subjectSalt, createdAt } = client;
  const rows = await tx.query<OAuthClientRow>(
    `INSERT INTO oauth_clients AS c (name, authentication, trusted, homepage, redirect_uris, post_logout_redirect_uris,
            backchannel_logout_uri, permissions, networks, jwks, dpop_bound, client_id, kind, owner_id, bot_id, secret_hash,
            subject_salt, created_at)
     VALUES ($1, $2::client_authentication, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13::oauth_client_kind, $14, $15, $16,
             $17, $18)
     RETURNING ${COLUMNS}`,
    [...valuesOf(client), clientId, kind, ownerId, botId, secretHash, subjectSalt, createdAt],
  );
  return rows[0]!;
}

export async function updateClient(tx: Tx, id: number, content: ClientContent): Promise<OAuthClientRow> {
  const rows = await tx.query<OAuthClientRow>(
    `UPDATE oauth_clients AS c
        SET name = $1, authentication = $2::client_authentication, trusted = $3, homepage = $4, redirect_uris = $5,
            post_logout_redirect_uris = $6, backchannel_logout_uri = $7, permissions = $8, networks = $9, jwks = $10::jsonb,
            dpop_bound = $11
      WHERE c.id = $12 RETURNING ${COLUMNS}`,
    [...valuesOf(content), id],
  );
  return rows[0]!;
}

/** Lets a secret count, and the one before it until an instant; null where none does. */
export async function setClientSecret(
  tx: Tx,
  id: number,
  {
    secretHash,
    previousSecretHash,
    previousSecretUntil,
  }: Pick<ClientCredentialsRow, 'secretHash' | 'previousSecretHash' | 'previousSecretUntil'>,
): Promise<void> {
  await tx.query(
    `UPDATE oauth_clients SET secret_hash = $2, previous_secret_hash = $3, previous_secret_until = $4 WHERE id = $1`,
    [id, secretHash, previousSecretHash, previousSecretUntil],
  );
}

/** Removes a client, and with it what people allowed it. */
export async function deleteClient(tx: Tx, id: number): Promise<void> {
  await tx.query(`DELETE FROM oauth_clients WHERE id = $1`, [id]);
}
