import { statement, type Sql } from '../../db/index.js';

export type IdentityProvider = 'LOCAL' | 'GITHUB' | 'DISCORD' | 'IRC';
export type IdentityState = 'ACTIVE' | 'PENDING' | 'SUSPENDED';

/** A way to prove being a user. */
export interface IdentityRow {
  id: number;
  userId: number;
  provider: IdentityProvider;
  /** IRC: the network; empty for all others. */
  network: string;
  /** The provider's own id of the account. */
  subject: string;
  displayName: string;
  state: IdentityState;
  linkedAt: Date;
  lastUsedAt: Date | null;
  /** What trusted bots may do for the account where this identity proves it. */
  actingPermissions: string[];
}

const COLUMNS = `id, user_id AS "userId", provider, network, subject, display_name AS "displayName", state,
  linked_at AS "linkedAt", last_used_at AS "lastUsedAt", acting_permissions AS "actingPermissions"`;

const OF_USERS = statement(
  'identities_of_users',
  `SELECT ${COLUMNS} FROM identities WHERE user_id = ANY($1::int[]) ORDER BY id`,
);

/** The identities of some users, oldest first. */
export const identitiesOf = (db: Sql, userIds: readonly number[]): Promise<IdentityRow[]> =>
  db.query<IdentityRow>(OF_USERS, [userIds]);

const BY_ID = statement('identities_by_id', `SELECT ${COLUMNS} FROM identities WHERE id = ANY($1::int[])`);

export const identitiesById = (db: Sql, ids: readonly number[]): Promise<IdentityRow[]> =>
  db.query<IdentityRow>(BY_ID, [ids]);

/** An identity, with what a sign-in needs to know of its account. */
export interface OwnedIdentity {
  id: number;
  userId: number;
  state: IdentityState;
  handle: string;
  suspendedUntil: Date | null;
  suspensionReason: string | null;
}

const BY_SUBJECT = statement(
  'identities_by_subject',
  `SELECT i.id, i.user_id AS "userId", i.state, u.handle, u.suspended_until AS "suspendedUntil",
          u.suspension_reason AS "suspensionReason"
     FROM identities i JOIN users u ON u.id = i.user_id
    WHERE i.provider = $1::identity_provider AND i.network = '' AND i.subject = $2`,
);

/** Who has an identity of a provider without networks. There is no other way to find an account for one. */
export async function identityBySubject(
  db: Sql,
  provider: IdentityProvider,
  subject: string,
): Promise<OwnedIdentity | null> {
  const rows = await db.query<OwnedIdentity>(BY_SUBJECT, [provider, subject]);
  return rows[0] ?? null;
}

export interface NewIdentity {
  userId: number;
  provider: IdentityProvider;
  subject: string;
  displayName: string;
  now: Date;
  /** When somebody signed in with it; null for never. */
  usedAt: Date | null;
}

const INSERT = statement(
  'identities_insert',
  `INSERT INTO identities (user_id, provider, subject, display_name, linked_at, last_used_at)
   VALUES ($1, $2::identity_provider, $3, $4, $5, $6) ON CONFLICT (provider, network, subject) DO NOTHING RETURNING id`,
);

/** Links an identity, which counts at once. @returns its key; null where an account has it already */
export async function insertIdentity(tx: Sql, identity: NewIdentity): Promise<number | null> {
  const { userId, provider, subject, displayName, now, usedAt } = identity;
  const rows = await tx.query<{ id: number }>(INSERT, [userId, provider, subject, displayName, now, usedAt]);
  return rows[0]?.id ?? null;
}

/** Notes that somebody proved an identity that counts. @returns whether it is still that account's, and counts */
export async function noteIdentityUse(
  tx: Sql,
  { id, userId }: Pick<OwnedIdentity, 'id' | 'userId'>,
  displayName: string,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE identities SET display_name = $3, last_used_at = $4 WHERE id = $1 AND user_id = $2 AND state = 'ACTIVE' RETURNING id`,
    [id, userId, displayName, now],
  );
  return rows.length > 0;
}

/** Removes an identity of a user, and with it the password of a LOCAL one. @returns its provider; null where it is not theirs */
export async function deleteIdentity(tx: Sql, userId: number, id: number): Promise<IdentityProvider | null> {
  const rows = await tx.query<{ provider: IdentityProvider }>(
    `DELETE FROM identities WHERE id = $2 AND user_id = $1 RETURNING provider`,
    [userId, id],
  );
  return rows[0]?.provider ?? null;
}

/** Lets an identity of one user be another's. @returns its provider; null where it is not the first one's any more */
export async function reassignIdentity(
  tx: Sql,
  id: number,
  { from, to }: { from: number; to: number },
  now: Date,
): Promise<IdentityProvider | null> {
  const rows = await tx.query<{ provider: IdentityProvider }>(
    `UPDATE identities SET user_id = $3, state = 'ACTIVE', linked_at = $4, acting_permissions = DEFAULT
      WHERE id = $1 AND user_id = $2 RETURNING provider`,
    [id, from, to, now],
  );
  return rows[0]?.provider ?? null;
}

/** Lets an identity of a user count. @returns its provider; null where it is not theirs, or counts already */
export async function activateIdentity(tx: Sql, userId: number, id: number): Promise<IdentityProvider | null> {
  const rows = await tx.query<{ provider: IdentityProvider }>(
    `UPDATE identities SET state = 'ACTIVE' WHERE id = $2 AND user_id = $1 AND state <> 'ACTIVE' RETURNING provider`,
    [userId, id],
  );
  return rows[0]?.provider ?? null;
}

/** Sets what trusted bots may do where an identity of a user proves the account. @returns its provider; null where it is not theirs */
export async function setActingPermissions(
  tx: Sql,
  userId: number,
  id: number,
  permissions: readonly string[],
): Promise<IdentityProvider | null> {
  const rows = await tx.query<{ provider: IdentityProvider }>(
    `UPDATE identities SET acting_permissions = $3 WHERE id = $2 AND user_id = $1 RETURNING provider`,
    [userId, id, permissions],
  );
  return rows[0]?.provider ?? null;
}
