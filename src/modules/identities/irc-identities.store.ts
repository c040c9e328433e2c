import { statement, type Sql } from '../../db/index.js';

/** An IRC account that is linked to an account here. */
export interface IrcIdentity {
  id: number;
  userId: number;
  /** What trusted bots may do for the person who is known by it. */
  actingPermissions: string[];
}

const BY_ENTITY = statement(
  'identities_by_irc_entity',
  `SELECT id, user_id AS "userId", acting_permissions AS "actingPermissions" FROM identities
    WHERE provider = 'IRC' AND network = $1 AND subject = $2 AND state = 'ACTIVE'`,
);

/** Who is linked to an account of a network, by its entity id: names change hands. Null where nobody is, or the link does not count. */
export async function ircIdentity(db: Sql, network: string, entityId: string): Promise<IrcIdentity | null> {
  return (await db.query<IrcIdentity>(BY_ENTITY, [network, entityId]))[0] ?? null;
}
