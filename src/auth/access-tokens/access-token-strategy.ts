import type { Sql } from '../../db/index.js';
import { Lru } from '../../shared/lru.js';
import type { ActingClient, Credential } from '../actor.js';
import { toActor } from '../actor.store.js';
import type { AuthenticationStrategy, CredentialSource } from '../authenticate.js';
import { fromScope, isForTokens, isPermission, Permission, ROLE_PERMISSIONS, RoleName } from '../permissions.js';
import { hashSecret } from '../secrets.js';
import { findBearer, type TokenBearerRow, type TokenSubject } from './access-tokens.store.js';
import { tokenParties, verifyAccessToken, type AccessTokenClaims } from './claims.js';
import { ProofsOfPossession } from './proof-of-possession.js';
import type { SigningKeys } from './signing-keys.js';

/** One text for all: what is wrong with a token is nobody's business. */
const NOT_GOOD = 'This access token is not good, has expired or was ended.';

/** Tokens whose signature was found right; each is used for five minutes at most. */
const MAX_VERIFIED = 10_000;

const JWT = /^(Bearer|DPoP) +(eyJ[\w-]*\.[\w-]*\.[\w-]*)$/i;

/** The roles by which a bot may act for others. */
export const ACTING_ROLES: readonly RoleName[] = Object.values(RoleName).filter((role) =>
  ROLE_PERMISSIONS[role].has(Permission.ACT_FOR_USERS),
);

export interface AccessTokenServices {
  db: Sql;
  publicUrl: string;
  keys: SigningKeys;
  /** The user that a global id stands for; null for any other id. */
  userOf: (globalId: string) => number | null;
}

/** Access tokens of the provider: `Authorization: Bearer eyJ…`, or `DPoP eyJ…` with its proof. */
export function accessTokenStrategy(services: AccessTokenServices): AuthenticationStrategy {
  const { db, publicUrl, keys } = services;
  const parties = tokenParties(publicUrl);
  const proofs = new ProofsOfPossession();
  const verified = new Lru<{ claims: AccessTokenClaims; keys: object }>(MAX_VERIFIED);

  /** A signature is looked at once; the times of the token each time. */
  async function claimsOf(token: string, now: Date): Promise<AccessTokenClaims | null> {
    const current = await keys.get();
    const known = verified.get(token);
    if (known?.keys === current && known.claims.exp * 1_000 > now.getTime()) return known.claims;
    const claims = await verifyAccessToken(token, current, parties, now);
    if (claims !== null) verified.set(token, { claims, keys: current });
    return claims;
  }

  async function isBound(scheme: string, token: string, claims: AccessTokenClaims, source: CredentialSource) {
    const isProven = scheme.toLowerCase() === 'dpop';
    if (claims.cnf === undefined) return !isProven;
    const { request, headers } = source;
    const proof = headers.dpop;
    if (!isProven || request === undefined || typeof proof !== 'string') return false;
    const { method, path } = request;
    return proofs.proves(proof, token, claims.cnf.jkt, { method, url: publicUrl + path });
  }

  return {
    name: 'access token',
    async authenticate(source) {
      const { authorization } = source.headers;
      const match = JWT.exec(typeof authorization === 'string' ? authorization : '');
      if (match === null) return 'NOT_MINE';
      const [, scheme, token] = match as unknown as [string, string, string];
      const now = new Date();
      const claims = await claimsOf(token, now);
      if (claims === null || !(await isBound(scheme, token, claims, source))) return { refused: NOT_GOOD };
      const subject = subjectOf(claims, services);
      const row = subject === null ? null : await findBearer(db, subject, claims.epoch, now, ACTING_ROLES);
      if (row === null) return { refused: NOT_GOOD };
      const actor = toActor(row, credentialOf(claims, subject?.kind === 'BOT'));
      // A bot's own client is as its API token is; one that acts for people sees nothing of them.
      const sees = subject?.kind === 'BOT' || (subject?.kind === 'GRANT' && row.trusted);
      return { actor: { ...actor, client: clientOf(claims, row, sees) } };
    },
  };
}

function subjectOf(claims: AccessTokenClaims, { userOf }: AccessTokenServices): TokenSubject | null {
  const { client_id: clientId, grant, act, identity: identityId, sub } = claims;
  if (act !== undefined) {
    const userId = userOf(sub);
    return userId === null || identityId === undefined ? null : { kind: 'ACTING', userId, identityId, clientId };
  }
  if (grant !== undefined) return { kind: 'GRANT', grantHash: hashSecret(grant), clientId };
  return sub === clientId ? { kind: 'BOT', clientId } : null;
}

/** What no token can hold counts in none, whatever a client may have been given. */
function permissionsOf(scope: string, isBot: boolean): Set<Permission> {
  const named = scope.split(' ').flatMap((each) => fromScope(each) ?? []);
  return new Set(named.filter((permission) => isForTokens(permission, isBot)));
}

const credentialOf = ({ jti, scope, exp, epoch }: AccessTokenClaims, isBot: boolean): Credential => ({
  kind: 'ACCESS_TOKEN',
  id: jti,
  name: null,
  permissions: permissionsOf(scope, isBot),
  gameVersionIds: null,
  expiresAt: new Date(exp * 1_000),
  provenAt: null,
  epoch,
});

function clientOf(claims: AccessTokenClaims, row: TokenBearerRow, seesPersonal: boolean): ActingClient {
  const { clientName: name, ceiling, allowed } = row;
  const may = ceiling.filter(isPermission).filter((permission) => allowed?.includes(permission) ?? true);
  return { id: claims.client_id, name, permissions: new Set(may), seesPersonal };
}
