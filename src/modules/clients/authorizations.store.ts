import { statement, type Sql, type Tx } from '../../db/index.js';

/** A client that somebody let in, with all that it was allowed. */
export interface AuthorizationRow {
  /** Of the client. */
  id: number;
  clientId: string;
  name: string;
  homepage: string | null;
  ownerHandle: string;
  /** What the client may ask for at most. */
  permissions: string[];
  /** OAuth scopes that were consented to, separated by blanks. */
  scope: string;
  /** When it was first let in. */
  authorizedAt: Date;
}

const OF_USER = statement(
  'oidc_records_authorized',
  `SELECT c.id, c.client_id AS "clientId", c.name, c.homepage, o.handle AS "ownerHandle", c.permissions,
          coalesce(string_agg(r.scope, ' '), '') AS scope, min(r.created_at) AS "authorizedAt"
     FROM oidc_records r JOIN oauth_clients c ON c.id = r.client_key JOIN users o ON o.id = c.owner_id
    WHERE r.model = 'Grant' AND r.user_id = $1 AND r.expires_at > $2::timestamptz
    GROUP BY c.id, o.handle ORDER BY max(r.created_at) DESC, c.id DESC`,
);

/** The clients that a user let in and that still count, the one let in last first. */
export const authorizationsOf = (db: Sql, userId: number, now: Date): Promise<AuthorizationRow[]> =>
  db.query<AuthorizationRow>(OF_USER, [userId, now]);

/** Forgets everything that a client was given for a user. @returns whether there was anything */
export async function deleteAuthorization(tx: Tx, userId: number, clientKey: number): Promise<boolean> {
  const rows = await tx.query(`DELETE FROM oidc_records WHERE user_id = $1 AND client_key = $2 RETURNING model`, [
    userId,
    clientKey,
  ]);
  return rows.length > 0;
}

/** Forgets everything that a client was given for anybody. */
export async function deleteAuthorizations(tx: Tx, clientKey: number): Promise<void> {
  await tx.query(`DELETE FROM oidc_records WHERE client_key = $1`, [clientKey]);
}
