import { statement, type Sql } from '../db/index.js';

/** A record of the provider as it is kept. */
export interface OidcRecordRow {
  payload: Buffer;
  consumedAt: Date | null;
}

export interface NewOidcRecord {
  model: string;
  hash: Buffer;
  payload: Buffer;
  userId: number | null;
  /** What the client calls itself. */
  clientId: string | null;
  scope: string | null;
  grantHash: Buffer | null;
  codeHash: Buffer | null;
  uidHash: Buffer | null;
  expiresAt: Date;
}

const INSERT = `INSERT INTO oidc_records (model, hash, payload, user_id, client_key, scope, grant_hash, code_hash, uid_hash, expires_at)
  VALUES ($1, $2, $3, $4, (SELECT id FROM oauth_clients WHERE client_id = $5), $6, $7, $8, $9, $10)`;

const SAVE = statement(
  'oidc_record_save',
  `${INSERT} ON CONFLICT (model, hash) DO UPDATE SET payload = excluded.payload, user_id = excluded.user_id,
     client_key = excluded.client_key, scope = excluded.scope, grant_hash = excluded.grant_hash, code_hash = excluded.code_hash,
     uid_hash = excluded.uid_hash, expires_at = excluded.expires_at`,
);

const INSERT_ONCE = statement(
  'oidc_record_insert',
  `${INSERT} ON CONFLICT (model, hash) DO NOTHING RETURNING 1 AS one`,
);

const valuesOf = (record: NewOidcRecord) => [
  record.model,
  record.hash,
  record.payload,
  record.userId,
  record.clientId,
  record.scope,
  record.grantHash,
  record.codeHash,
  record.uidHash,
  record.expiresAt,
];

export async function saveRecord(db: Sql, record: NewOidcRecord): Promise<void> {
  await db.query(SAVE, valuesOf(record));
}

/** @returns whether there was none of its hash */
export async function insertRecord(db: Sql, record: NewOidcRecord): Promise<boolean> {
  return (await db.query(INSERT_ONCE, valuesOf(record))).length > 0;
}

const BY = {
  hash: statement('oidc_record_by_hash', select('hash')),
  code_hash: statement('oidc_record_by_code', select('code_hash')),
  uid_hash: statement('oidc_record_by_uid', select('uid_hash')),
};

function select(column: string): string {
  return `SELECT payload, consumed_at AS "consumedAt" FROM oidc_records WHERE model = $1 AND ${column} = $2 ORDER BY created_at DESC LIMIT 1`;
}

/** The record of a model by one of its hashes, expired or not. */
export async function findRecord(
  db: Sql,
  model: string,
  by: keyof typeof BY,
  hash: Buffer,
): Promise<OidcRecordRow | null> {
  return (await db.query<OidcRecordRow>(BY[by], [model, hash]))[0] ?? null;
}

const CONSUME = statement(
  'oidc_record_consume',
  `UPDATE oidc_records SET consumed_at = coalesce(consumed_at, $3::timestamptz)
    WHERE model = $1 AND hash = $2 AND (consumed_at IS NULL OR consumed_at > $4::timestamptz) RETURNING 1 AS one`,
);

/**
 * Uses a record up. @param graceFrom one that was used up after this instant counts as if it was not
 * @returns whether it could be used: of any number of callers at once, one can, without a grace
 */
export async function consumeRecord(
  db: Sql,
  model: string,
  hash: Buffer,
  now: Date,
  graceFrom: Date,
): Promise<boolean> {
  return (await db.query(CONSUME, [model, hash, now, graceFrom])).length > 0;
}

export async function deleteRecord(db: Sql, model: string, hash: Buffer): Promise<void> {
  await db.query(`DELETE FROM oidc_records WHERE model = $1 AND hash = $2`, [model, hash]);
}

/** Removes the records of a model that came from a grant. */
export async function deleteRecordsOfGrant(db: Sql, model: string, grantHash: Buffer): Promise<void> {
  await db.query(`DELETE FROM oidc_records WHERE model = $1 AND grant_hash = $2`, [model, grantHash]);
}

/** Removes a grant with all that came from it. */
export async function deleteGrant(db: Sql, grantHash: Buffer): Promise<void> {
  await db.query(`DELETE FROM oidc_records WHERE grant_hash = $1 OR (model = 'Grant' AND hash = $1)`, [grantHash]);
}

const GRANTS = statement(
  'oidc_grants_of',
  `SELECT g.scope FROM oidc_records g JOIN oauth_clients c ON c.id = g.client_key
    WHERE g.model = 'Grant' AND g.user_id = $1 AND c.client_id = $2 AND g.expires_at > $3 AND g.scope IS NOT NULL`,
);

/** The scopes that a person has consented to for a client, in whatever browser. */
export async function consentedScopes(db: Sql, userId: number, clientId: string, now: Date): Promise<Set<string>> {
  const rows = await db.query<{ scope: string }>(GRANTS, [userId, clientId, now]);
  return new Set(rows.flatMap(({ scope }) => scope.split(' ')));
}
