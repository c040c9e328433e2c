import type { Database } from '../../db/index.js';
import { ActorChanges } from '../actor-changes.js';
import { accountsOf, toActor } from '../actor.store.js';
import type { AuthenticationStrategy } from '../authenticate.js';
import { credentialKey, KnownActors } from '../known-actors.js';
import { isPermission } from '../permissions.js';
import { hashSecret } from '../secrets.js';
import { nextTouch } from '../sessions/sessions.store.js';
import { isToken } from './token-format.js';
import { findToken, type TokenActorRow } from './tokens.store.js';

/** One text for all: whether a token ever existed is nobody's business. */
const NOT_GOOD = { refused: 'This API token does not exist, has expired or was revoked.' };

const BEARER = /^Bearer +(mcp_\S*)$/i;

/** API tokens: `Authorization: Bearer mcp_pat_…`. */
export function tokenStrategy(db: Database, changes = new ActorChanges(db)): AuthenticationStrategy {
  const known = new KnownActors<ReturnType<typeof outcomeOf>>(changes);

  async function read(key: string, token: string) {
    const now = new Date();
    const found = await known.read(key, now, async () => {
      const row = await findToken(db, hashSecret(token), now);
      if (row === null) return null;
      const until = [row.expiresAt, nextTouch(row.lastUsedAt, now)];
      return { value: outcomeOf(row), concerned: accountsOf(row), until };
    });
    return found ?? NOT_GOOD;
  }

  return {
    name: 'api token',
    authenticate({ headers: { authorization } }) {
      if (typeof authorization !== 'string') return 'NOT_MINE';
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) return 'NOT_MINE';
      const key = credentialKey(token);
      return known.get(key, Date.now()) ?? (isToken(token) ? read(key, token) : NOT_GOOD);
    },
  };
}

const outcomeOf = (row: TokenActorRow) => ({
  actor: toActor(row, {
    kind: 'API_TOKEN',
    id: String(row.id),
    name: row.name,
    permissions: new Set(row.permissions.filter(isPermission)),
    gameVersionIds: row.gameVersionIds.length === 0 ? null : new Set(row.gameVersionIds),
    expiresAt: row.expiresAt,
    provenAt: null,
  }),
});
