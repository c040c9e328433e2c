import { startSession } from '../src/auth/sessions/lucia.js';
import { hashSecret } from '../src/auth/secrets.js';
import type { Permission } from '../src/auth/permissions.js';
import { newToken, tokenPrefix } from '../src/auth/tokens/token-format.js';
import { insertToken } from '../src/auth/tokens/tokens.store.js';
import type { Database } from '../src/db/index.js';

/** Headers that sign somebody in. */
export type CredentialHeaders = Record<string, string>;

/** Signs somebody in: what it gives counts for some minutes at least. */
export type SignIn = () => Promise<CredentialHeaders>;

/** A new MAINTAINER, signed in by a browser's cookie and by an API token with some permissions. */
export async function signedIn(
  db: Database,
  handle: string,
  permissions: readonly `${Permission}`[],
): Promise<Record<'session' | 'token', CredentialHeaders> & { userId: number }> {
  const [user] = await db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton) VALUES ($1, $1, $1) RETURNING id`,
    [handle],
  );
  const userId = user!.id;
  await db.query(`INSERT INTO role_grants (user_id, role) VALUES ($1, 'MAINTAINER')`, [userId]);
  const token = newToken('mcp_pat_');
  await insertToken(db, {
    hash: hashSecret(token),
    userId,
    name: 'bench',
    prefix: tokenPrefix(token),
    permissions: [...permissions],
    gameVersionIds: [],
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 86_400_000),
  });
  return {
    userId,
    session: { cookie: `mcp_session=${await startSession(db, userId, 'bench')}` },
    token: { authorization: `Bearer ${token}` },
  };
}
