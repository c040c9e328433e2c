import { Lucia, TimeSpan, type Adapter, type DatabaseSession, type DatabaseUser } from 'lucia';
import type { Sql } from '../../db/index.js';
import { hashSecret } from '../secrets.js';
import {
  deleteSessionByHash,
  findSession,
  IDLE_LIFETIME,
  insertSession,
  type SessionActorRow,
} from './sessions.store.js';

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ row: SessionActorRow | null }, Record<never, never>>;
    UserId: number;
    DatabaseSessionAttributes: { row: SessionActorRow | null; device: string | null };
    DatabaseUserAttributes: Record<never, never>;
  }
}

/**
 * Lucia's storage. It adds what Lucia leaves out: only hashes of session ids are kept, a session has an end that activity does
 * not move, and reading it is the one statement that also extends it. Sessions are listed and ended by their row's own key
 * (`sessions.store.ts`): Lucia would hand out the hashes as ids, and then not find them.
 */
class HashingAdapter implements Adapter {
  constructor(private readonly db: Sql) {}

  async getSessionAndUser(id: string): Promise<[DatabaseSession | null, DatabaseUser | null]> {
    const row = await findSession(this.db, hashSecret(id), new Date());
    if (row === null) return [null, null];
    const { userId, idleExpiresAt: expiresAt } = row;
    return [
      { id, userId, expiresAt, attributes: { row, device: null } },
      { id: userId, attributes: {} },
    ];
  }

  async setSession({ id, userId, expiresAt, attributes }: DatabaseSession): Promise<void> {
    const { device } = attributes;
    await insertSession(this.db, { hash: hashSecret(id), userId, now: new Date(), idleExpiresAt: expiresAt, device });
  }

  /** The statement that read the session has extended it already. */
  async updateSessionExpiration(): Promise<void> {}

  async deleteSession(id: string): Promise<void> {
    await deleteSessionByHash(this.db, hashSecret(id));
  }

  getUserSessions(): Promise<DatabaseSession[]> {
    throw new Error('Sessions are listed by sessionsOfUser.');
  }

  deleteUserSessions(): Promise<void> {
    throw new Error('Sessions are ended by deleteSessions.');
  }

  deleteExpiredSessions(): Promise<void> {
    throw new Error('Expired sessions are removed by the housekeeping.');
  }
}

const createLucia = (db: Sql) =>
  new Lucia(new HashingAdapter(db), {
    sessionExpiresIn: new TimeSpan(IDLE_LIFETIME / 1_000, 's'),
    getSessionAttributes: ({ row }) => ({ row }),
  });

const made = new WeakMap<Sql, ReturnType<typeof createLucia>>();

/** One for the database, which every request with a session asks, and one for a transaction. */
function luciaOn(db: Sql): ReturnType<typeof createLucia> {
  let lucia = made.get(db);
  if (lucia === undefined) {
    lucia = createLucia(db);
    made.set(db, lucia);
  }
  return lucia;
}

/**
 * Starts a session under a fresh secret: nothing that a caller brings becomes one.
 * @returns the secret, which is the value of the session's cookie
 */
export async function startSession(db: Sql, userId: number, device: string | null): Promise<string> {
  const session = await luciaOn(db).createSession(userId, { row: null, device });
  return session.id;
}

/** The session of a secret with its user's rights; null for one that does not count (any more). */
export async function validateSession(db: Sql, secret: string): Promise<SessionActorRow | null> {
  const { session } = await luciaOn(db).validateSession(secret);
  return session?.row ?? null;
}
