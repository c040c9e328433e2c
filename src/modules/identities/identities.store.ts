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
}

const COLUMNS = `id, user_id AS "userId", provider, network, subject, display_name AS "displayName", state,
  linked_at AS "linkedAt", last_used_at AS "lastUsedAt"`;

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
