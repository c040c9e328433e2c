import { statement, type Sql } from '../../db/index.js';
import { ACTOR_COLUMNS, ACTOR_TABLES, ACTOR_USABLE, type ActorRow } from '../actor.store.js';
import type { RoleName } from '../permissions.js';

/** The account that an access token leads to, with the client that holds it. */
export interface TokenBearerRow extends ActorRow {
  /** What the client may do at most. */
  ceiling: string[];
  /** Whether those who run the service run the client. */
  trusted: boolean;
  /** What history and the log call the client. */
  clientName: string;
  /** When whatever else lets the client call ends by itself; null where it does not. */
  endsAt: Date | null;
  /** Acting: what the person allowed when the identity was linked. */
  allowed?: string[];
  /** Acting: the bot, and whose it is. */
  botId?: number;
  botOwnerId?: number;
}

/** What a token of the provider says of whom it is for. */
export type TokenSubject =
  | { kind: 'GRANT'; grantHash: Buffer; clientId: string }
  | { kind: 'BOT'; clientId: string }
  | { kind: 'ACTING'; userId: number; identityId: number; clientId: string };

const CLIENT = `c.permissions AS ceiling, c.trusted`;

// What is $1 to all: now, the epoch that the token was made in, and the client.
const LIVE = `${ACTOR_USABLE('$1::timestamptz')} AND u.token_epoch = $2 AND c.client_id = $3`;

const BY_GRANT = statement(
  'access_token_by_grant',
  `SELECT ${ACTOR_COLUMNS}, ${CLIENT}, c.name AS "clientName", g.expires_at AS "endsAt"
     FROM oidc_records g JOIN oauth_clients c ON c.id = g.client_key ${ACTOR_TABLES('g.user_id')}
    WHERE g.model = 'Grant' AND g.hash = $4 AND g.expires_at > $1::timestamptz AND ${LIVE}`,
);

const BY_BOT = statement(
  'access_token_by_bot',
  `SELECT ${ACTOR_COLUMNS}, ${CLIENT}, c.name AS "clientName", NULL::timestamptz AS "endsAt"
     FROM oauth_clients c ${ACTOR_TABLES('c.bot_id')} WHERE ${LIVE}`,
);

const usable = (user: string) =>
  `${user}.erased_at IS NULL AND ${user}.merged_into_id IS NULL
   AND (${user}.suspended_until IS NULL OR ${user}.suspended_until <= $1::timestamptz)`;

// The bot still speaks for others and for the network, and the person is still known by what the bot knows them by.
const ACTING = statement(
  'access_token_acting',
  `SELECT ${ACTOR_COLUMNS}, ${CLIENT}, b.handle AS "clientName", i.acting_permissions AS allowed,
          b.id AS "botId", o.id AS "botOwnerId", a.ends_at AS "endsAt"
     FROM oauth_clients c JOIN users b ON b.id = c.bot_id JOIN users o ON o.id = b.owner_id
     JOIN identities i ON i.id = $5 ${ACTOR_TABLES('i.user_id')}
     CROSS JOIN LATERAL (
       SELECT max(coalesce(r.valid_until, '9999-12-31')) AS ends_at FROM role_grants r
        WHERE r.user_id = b.id AND r.role::text = ANY($6::text[]) AND r.revoked_at IS NULL
          AND r.valid_from <= $1::timestamptz AND (r.valid_until IS NULL OR r.valid_until > $1::timestamptz)) a
    WHERE u.id = $4 AND i.state = 'ACTIVE' AND i.network = ANY(c.networks) AND c.trusted AND ${usable('b')} AND ${usable('o')} AND ${LIVE}
      AND a.ends_at IS NOT NULL`,
);

/**
 * Whom a token is for, with the rights of now: one statement. Null where the account may not be used, where everything signed for
 * it was ended since, or where the grant, the client or the link is gone.
 * @param actingRoles the roles that let a bot act for others
 */
export async function findBearer(
  db: Sql,
  subject: TokenSubject,
  epoch: number,
  now: Date,
  actingRoles: readonly RoleName[],
): Promise<TokenBearerRow | null> {
  const common = [now, epoch, subject.clientId];
  const rows =
    subject.kind === 'GRANT'
      ? await db.query<TokenBearerRow>(BY_GRANT, [...common, subject.grantHash])
      : subject.kind === 'BOT'
        ? await db.query<TokenBearerRow>(BY_BOT, common)
        : await db.query<TokenBearerRow>(ACTING, [...common, subject.userId, subject.identityId, actingRoles]);
  return rows[0] ?? null;
}

/** The epoch of an account; null where there is none. */
export async function tokenEpoch(db: Sql, userId: number): Promise<number | null> {
  const rows = await db.query<{ epoch: number }>(`SELECT token_epoch AS epoch FROM users WHERE id = $1`, [userId]);
  return rows[0]?.epoch ?? null;
}
