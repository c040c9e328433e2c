import { statement, type Sql } from '../../db/index.js';
import { ACTOR_COLUMNS, ACTOR_TABLES, ACTOR_USABLE, type ActorRow } from '../actor.store.js';

const DAY = 86_400_000;

/** A session that nobody uses ends after this long, in milliseconds. */
export const IDLE_LIFETIME = 14 * DAY;

/** Every session ends after this long, in milliseconds, however much it is used. */
export const ABSOLUTE_LIFETIME = 90 * DAY;

/** The use of a session or token is noted at most once in this time, in milliseconds. */
const TOUCH_AFTER = 60_000;

/** {@link TOUCH_AFTER} in SQL. */
export const TOUCH_INTERVAL = `interval '${TOUCH_AFTER / 1_000} seconds'`;

/** When a use is to be noted again, after a look at the row at `now` that noted it if it was time. */
export function nextTouch(lastUsedAt: Date | null, now: Date): Date {
  const noted = lastUsedAt === null || now.getTime() - lastUsedAt.getTime() > TOUCH_AFTER ? now : lastUsedAt;
  return new Date(noted.getTime() + TOUCH_AFTER);
}

/** A session as its owner sees it. */
export interface SessionRow {
  id: number;
  userId: number;
  device: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
}

export interface NewSession {
  hash: Buffer;
  userId: number;
  now: Date;
  idleExpiresAt: Date;
  device: string | null;
}

const INSERT = statement(
  'sessions_insert',
  `INSERT INTO sessions (hash, user_id, created_at, last_seen_at, proven_at, idle_expires_at, expires_at, device)
   VALUES ($1, $2, $3, $3, $3, $4, $5, $6)`,
);

export async function insertSession(db: Sql, { hash, userId, now, idleExpiresAt, device }: NewSession): Promise<void> {
  const expiresAt = new Date(now.getTime() + ABSOLUTE_LIFETIME);
  await db.query(INSERT, [hash, userId, now, idleExpiresAt, expiresAt, device]);
}

export interface SessionActorRow extends ActorRow {
  id: number;
  provenAt: Date;
  /** Before this look. */
  lastSeenAt: Date;
  idleExpiresAt: Date;
  expiresAt: Date;
}

// One statement: it reads the session with all that its user may do, and notes that the session is in use.
const FIND = statement(
  'sessions_find',
  `WITH touched AS (
     UPDATE sessions SET last_seen_at = $2::timestamptz,
            idle_expires_at = least(expires_at, $2::timestamptz + interval '${IDLE_LIFETIME / 1_000} seconds')
      WHERE hash = $1 AND last_seen_at < $2::timestamptz - ${TOUCH_INTERVAL}
        AND idle_expires_at > $2::timestamptz AND expires_at > $2::timestamptz)
   SELECT s.id, s.proven_at AS "provenAt", s.last_seen_at AS "lastSeenAt", s.idle_expires_at AS "idleExpiresAt", s.expires_at AS "expiresAt", ${ACTOR_COLUMNS}
     FROM sessions s ${ACTOR_TABLES('s.user_id')}
    WHERE s.hash = $1 AND s.idle_expires_at > $2::timestamptz AND s.expires_at > $2::timestamptz AND ${ACTOR_USABLE('$2::timestamptz')}`,
);

/** The live session of a hash with its user's rights; null for one that has ended or whose account may not be used. */
export async function findSession(db: Sql, hash: Buffer, now: Date): Promise<SessionActorRow | null> {
  const rows = await db.query<SessionActorRow>(FIND, [hash, now]);
  return rows[0] ?? null;
}

/** Gives a session a new secret, and notes that its person has just proved presence. */
export async function renewSession(db: Sql, id: number, hash: Buffer, now: Date): Promise<void> {
  await db.query(`UPDATE sessions SET hash = $2, proven_at = $3 WHERE id = $1`, [id, hash, now]);
}

const COLUMNS = `id, user_id AS "userId", device, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
  least(idle_expires_at, expires_at) AS "expiresAt"`;

const OF_USER = statement(
  'sessions_of_user',
  `SELECT ${COLUMNS} FROM sessions WHERE user_id = $1 AND idle_expires_at > $2 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC`,
);

/** The live sessions of a user, last used first. */
export const sessionsOfUser = (db: Sql, userId: number, now: Date): Promise<SessionRow[]> =>
  db.query<SessionRow>(OF_USER, [userId, now]);

/** Whether nobody has ended a session yet. */
export async function hasSession(tx: Sql, userId: number, id: number): Promise<boolean> {
  return (await tx.query(`SELECT id FROM sessions WHERE id = $2 AND user_id = $1`, [userId, id])).length > 0;
}

/** Ends one session of a user. @returns whether the user has such a session */
export async function deleteSession(db: Sql, userId: number, id: number): Promise<boolean> {
  return (await db.query(`DELETE FROM sessions WHERE id = $2 AND user_id = $1 RETURNING id`, [userId, id])).length > 0;
}

export async function deleteSessionByHash(db: Sql, hash: Buffer): Promise<void> {
  await db.query(`DELETE FROM sessions WHERE hash = $1`, [hash]);
}

/** Ends the sessions of a user, but for one. @returns how many */
export async function deleteSessions(db: Sql, userId: number, exceptId: number | null = null): Promise<number> {
  const rows = await db.query(`DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::int RETURNING id`, [
    userId,
    exceptId,
  ]);
  return rows.length;
}
