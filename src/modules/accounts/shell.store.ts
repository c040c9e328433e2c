import type { Sql } from '../../db/index.js';

/** An account as the shell lists it. */
export interface ListedAccount {
  handle: string;
  isBot: boolean;
  createdAt: Date;
  suspendedUntil: Date | null;
  /** The roles held now, for all or some game versions: `MAINTAINER (1.12.2)`. */
  roles: string[];
  /** In how one can sign in: `LOCAL`, `GITHUB`, `passkey`. */
  ways: string[];
}

/** Every account that is neither erased nor merged, by handle. */
export const accountList = (db: Sql, now: Date): Promise<ListedAccount[]> =>
  db.query<ListedAccount>(
    `SELECT u.handle, u.is_bot AS "isBot", u.created_at AS "createdAt", u.suspended_until AS "suspendedUntil",
            coalesce((SELECT array_agg(g.role || coalesce(' (' || v.name || ')', '') ORDER BY g.role, v.sort_key)
               FROM role_grants g LEFT JOIN game_versions v ON v.id = g.game_version_id
              WHERE g.user_id = u.id AND g.revoked_at IS NULL AND g.valid_from <= $1 AND (g.valid_until IS NULL OR g.valid_until > $1)),
              '{USER}') AS roles,
            (SELECT coalesce(array_agg(DISTINCT i.provider::text ORDER BY i.provider::text), '{}')
               FROM identities i WHERE i.user_id = u.id AND i.state = 'ACTIVE')
              || CASE WHEN EXISTS (SELECT FROM passkeys k WHERE k.user_id = u.id) THEN '{passkey}'::text[] ELSE '{}' END AS ways
       FROM users u WHERE u.erased_at IS NULL AND u.merged_into_id IS NULL ORDER BY u.handle_key`,
    [now],
  );
