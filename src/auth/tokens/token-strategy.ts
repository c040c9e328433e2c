import type { Sql } from '../../db/index.js';
import { toActor } from '../actor.store.js';
import type { AuthenticationStrategy } from '../authenticate.js';
import { isPermission } from '../permissions.js';
import { hashSecret } from '../secrets.js';
import { isToken } from './token-format.js';
import { findToken } from './tokens.store.js';

/** One text for all: whether a token ever existed is nobody's business. */
const NOT_GOOD = 'This API token does not exist, has expired or was revoked.';

/** API tokens: `Authorization: Bearer mcp_pat_…`. */
export const tokenStrategy = (db: Sql): AuthenticationStrategy => ({
  name: 'api token',
  async authenticate({ headers: { authorization } }) {
    const token = /^Bearer +(mcp_\S*)$/i.exec(typeof authorization === 'string' ? authorization : '')?.[1];
    if (token === undefined) return 'NOT_MINE';
    if (!isToken(token)) return { refused: NOT_GOOD };
    const row = await findToken(db, hashSecret(token), new Date());
    if (row === null) return { refused: NOT_GOOD };
    const { id, name, permissions, gameVersionIds, expiresAt } = row;
    return {
      actor: toActor(row, {
        kind: 'API_TOKEN',
        id: String(id),
        name,
        permissions: new Set(permissions.filter(isPermission)),
        gameVersionIds: gameVersionIds.length === 0 ? null : new Set(gameVersionIds),
        expiresAt,
        provenAt: null,
      }),
    };
  },
});
