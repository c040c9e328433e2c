import type { RoleName } from '../../auth/permissions.js';
import { statement, type Sql, type Tx } from '../../db/index.js';

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
    WHERE id = ANY($1::int[]) AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2)
      AND ($3::int IS NULL OR user_id IN (SELECT id FROM users WHERE id = $3 OR owner_id = $3))`,
);

/** Grants that are still held. @param ofUserId only those of this user and of this user's bots; null for all */
export const grantsById = (
  db: Sql,
  ids: readonly number[],
  now: Date,
  ofUserId: number | null = null,
): Promise<RoleGrantRow[]> => db.query<RoleGrantRow>(BY_ID, [ids, now, ofUserId]);

export type NewRoleGrant = Omit<RoleGrantRow, 'id'>;

export async function insertGrant(tx: Tx, grant: NewRoleGrant): Promise<RoleGrantRow> {
  const { userId, role, gameVersionId, from, until, grantedById, reason } = grant;
  const rows = await tx.query<RoleGrantRow>(
    `INSERT INTO role_grants (user_id, role, game_version_id, valid_from, valid_until, granted_by_id, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`,
    [userId, role, gameVersionId, from, until, grantedById, reason],
  );
  return rows[0]!;
}

/** Takes a grant back. @returns whether it was still held */
export async function endGrant(tx: Tx, id: number, by: number | null, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE role_grants SET revoked_at = $3, revoked_by_id = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id`,
    [id, by, now],
  );
  return rows.length > 0;
}

/** "ADM" in ASCII: the advisory lock under which rights are taken away, one transaction at a time. */
const RIGHTS_LOCK = 0x41444d;

/** Waits until no other transaction takes rights away, and keeps others from it until this one ends. */
export async function lockRights(tx: Tx): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [RIGHTS_LOCK]);
}

// An administrator who counts: for all game versions and without end, not suspended, and with a way to sign in.
const HAS_ADMIN = `SELECT EXISTS (
  SELECT FROM users u WHERE NOT u.is_bot AND u.erased_at IS NULL AND u.merged_into_id IS NULL
     AND (u.suspended_until IS NULL OR u.suspended_until <= $1)
     AND EXISTS (SELECT FROM role_grants g WHERE g.user_id = u.id AND g.role = 'ADMIN' AND g.game_version_id IS NULL
                    AND g.revoked_at IS NULL AND g.valid_from <= $1 AND g.valid_until IS NULL)
     AND (EXISTS (SELECT FROM identities i WHERE i.user_id = u.id AND i.state = 'ACTIVE' AND i.provider <> 'IRC')
          OR EXISTS (SELECT FROM passkeys k WHERE k.user_id = u.id))) AS found`;

/** Whether somebody can come in as administrator, today and on any other day. */
export async function hasAdmin(tx: Sql, now: Date): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>(HAS_ADMIN, [now]);
  return rows[0]!.found;
}
