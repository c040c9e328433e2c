import { statement, type Sql, type Tx } from '../../db/index.js';
import type { IdentityState } from './identities.store.js';

/** An account with the services of an IRC network. */
export interface IrcAccount {
  network: string;
  /** Its entity id, which stays where the name changes, and is another one where the name changes hands. */
  accountId: string;
  /** Its name, for people. */
  account: string;
}

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

/** Lets a linked account be called as it is now, and notes its use: at most once a minute, as each message is one. */
export async function noteIrcUse(db: Sql, id: number, account: string, now: Date): Promise<void> {
  await db.query(
    `UPDATE identities SET display_name = $2, last_used_at = $3::timestamptz
      WHERE id = $1 AND (display_name <> $2 OR last_used_at IS NULL OR last_used_at < $3::timestamptz - interval '1 minute')`,
    [id, account, now],
  );
}

// What excluded has is what a new row would have. Of somebody else's only what waits is taken over.
const LINK = statement(
  'identities_link_irc',
  `INSERT INTO identities AS known (user_id, provider, network, subject, display_name, state, linked_at)
   VALUES ($1, 'IRC', $2, $3, $4, $5::identity_state, $6)
   ON CONFLICT (provider, network, subject) DO UPDATE
      SET user_id = excluded.user_id, display_name = excluded.display_name,
          state = CASE WHEN excluded.state = 'ACTIVE' THEN excluded.state ELSE known.state END,
          linked_at = CASE WHEN known.state = 'PENDING' THEN excluded.linked_at ELSE known.linked_at END,
          acting_permissions =
            CASE WHEN known.user_id = excluded.user_id THEN known.acting_permissions ELSE excluded.acting_permissions END
    WHERE known.user_id = excluded.user_id OR known.state = 'PENDING'
   RETURNING state`,
);

/**
 * Gives an account of a network to a user. What the user has already is only called as it is now, unless it is to count at once; what
 * waits for somebody else's word changes hands.
 * @param state ACTIVE to count at once, PENDING to wait for the user's word
 * @returns what it is now; null where another user's counts, or did until it was set aside
 */
export async function linkIrcAccount(
  tx: Tx,
  userId: number,
  { network, accountId, account }: IrcAccount,
  state: 'ACTIVE' | 'PENDING',
  now: Date,
): Promise<IdentityState | null> {
  const rows = await tx.query<{ state: IdentityState }>(LINK, [userId, network, accountId, account, state, now]);
  return rows[0]?.state ?? null;
}

/** A name as IRC compares it (`rfc1459`), in SQL: `[Alice]~` is `{alice}^`. */
const folded = (name: string) =>
  `translate(${name}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ[]\\~', 'abcdefghijklmnopqrstuvwxyz{}|^')`;

const SUSPEND = statement(
  'identities_suspend_namesakes',
  `UPDATE identities SET state = 'SUSPENDED'
    WHERE provider = 'IRC' AND network = $1 AND subject <> $2 AND state = 'ACTIVE' AND ${folded('display_name')} = ${folded('$3::text')}
      AND NOT EXISTS (SELECT FROM identities i WHERE i.provider = 'IRC' AND i.network = $1 AND i.subject = $2 AND i.state = 'ACTIVE')
   RETURNING user_id AS "userId"`,
);

/** Sets aside the links that carry the name of an account which is not linked itself: the name has changed hands. @returns whose they are */
export async function suspendNamesakes(tx: Tx, { network, accountId, account }: IrcAccount): Promise<number[]> {
  const rows = await tx.query<{ userId: number }>(SUSPEND, [network, accountId, account]);
  return rows.map(({ userId }) => userId);
}
