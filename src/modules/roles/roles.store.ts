import type { RoleName } from '../../auth/permissions.js';
import { statement, type Sql } from '../../db/index.js';

/** A role held by a user. */
export interface RoleGrantRow {
  id: number;
  userId: number;
  role: RoleName;
  gameVersionId: number | null;
  from: Date;
  until: Date | null;
  grantedById: number | null;
  reason: string | null;
}

const COLUMNS = `id, user_id AS "userId", role, game_version_id AS "gameVersionId", valid_from AS "from", valid_until AS until,
  granted_by_id AS "grantedById", reason`;

const OF_USERS = statement(
  'role_grants_of_users',
  `SELECT ${COLUMNS} FROM role_grants
    WHERE user_id = ANY($1::int[]) AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2) ORDER BY id`,
);

/** What some users were granted and still hold, oldest first. */
export const grantsOf = (db: Sql, userIds: readonly number[], now: Date): Promise<RoleGrantRow[]> =>
  db.query<RoleGrantRow>(OF_USERS, [userIds, now]);

const BY_ID = statement(
  'role_grants_by_id',
  `SELECT ${COLUMNS} FROM role_grants
    WHERE id = ANY($1::int[]) AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2)`,
);

export const grantsById = (db: Sql, ids: readonly number[], now: Date): Promise<RoleGrantRow[]> =>
  db.query<RoleGrantRow>(BY_ID, [ids, now]);
