import type { Database } from '../../db/index.js';
import { Lru } from '../../shared/lru.js';
import { accountName, clientName, type ActorChanges } from '../actor-changes.js';
import type { ActingClient, Credential, SignedInActor } from '../actor.js';
import { accountsOf, toActor } from '../actor.store.js';
import type { AuthenticationStrategy, CredentialSource, Outcome } from '../authenticate.js';
import { credentialKey, KnownActors } from '../known-actors.js';
import { fromScope, isForTokens, isPermission, Permission, ROLE_PERMISSIONS, RoleName } from '../permissions.js';
import { hashSecret } from '../secrets.js';
import { findBearer, type TokenBearerRow, type TokenSubject } from './access-tokens.store.js';
import { tokenParties, verifyAccessToken, type AccessTokenClaims } from './claims.js';
import { ProofsOfPossession } from './proof-of-possession.js';
import type { SigningKeySet, SigningKeys } from './signing-keys.js';

/** One text for all: what is wrong with a token is nobody's business. */
const NOT_GOOD = { refused: 'This access token is not good, has expired or was ended.' };

/** Tokens whose signature was found right; each is used for five minutes at most. */
const MAX_VERIFIED = 10_000;

/** What looks like one at first sight. */
const LOOKS_LIKE = /^(?:Bearer|DPoP) +eyJ/i;

const JWT = /^(Bearer|DPoP) +(eyJ[\w-]*\.[\w-]*\.[\w-]*)$/i;

/** The roles by which a bot may act for others. */
export const ACTING_ROLES: readonly RoleName[] = Object.values(RoleName).filter((role) =>
  ROLE_PERMISSIONS[role].has(Permission.ACT_FOR_USERS),
);

/** What a token says, and the keys with which that was found right. */
interface Verified {
  claims: AccessTokenClaims;
  keys: SigningKeySet;
}

export interface AccessTokenServices {
  db: Database;
  publicUrl: string;
  keys: SigningKeys;
  changes: ActorChanges;
  /** The user that a global id stands for; null for any other id. */
  userOf: (globalId: string) => number | null;
}

/** Access tokens of the provider: `Authorization: Bearer eyJ…`, or `DPoP eyJ…` with its proof. */
export function accessTokenStrategy(services: AccessTokenServices): AuthenticationStrategy {
  const { db, publicUrl, keys, changes } = services;
  const parties = tokenParties(publicUrl);
  const proofs = new ProofsOfPossession();
  const verified = new Lru<Verified>(MAX_VERIFIED);
  const known = new KnownActors<{ actor: SignedInActor }>(changes);

  /** A signature is looked at once; the times of the token each time. */
  async function claimsOf(key: string, token: string, now: Date): Promise<AccessTokenClaims | null> {
    const current = await keys.get();
    const before = verifiedBefore(key, current, now.getTime());
    if (before !== undefined) return before;
    const claims = await verifyAccessToken(token, current, parties, now);
    if (claims !== null) verified.set(key, { claims, keys: current });
    return claims;
  }

  function verifiedBefore(key: string, current: SigningKeySet | null, now: number): AccessTokenClaims | undefined {
    const before = verified.get(key);
    return before?.keys === current && before.claims.exp * 1_000 > now ? before.claims : undefined;
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

  async function ask(key: string, authorization: string, source: CredentialSource): Promise<Outcome> {
    const match = JWT.exec(authorization);
    if (match === null) return 'NOT_MINE';
    const [, scheme, token] = match as unknown as [string, string, string];
    const now = new Date();
    const claims = await claimsOf(key, token, now);
    if (claims === null || !(await isBound(scheme, token, claims, source))) return NOT_GOOD;
    return known.get(key, Date.now()) ?? (await read(key, claims)) ?? NOT_GOOD;
  }

  function read(key: string, claims: AccessTokenClaims) {
    const now = new Date();
    return known.read(key, now, async () => {
      const subject = subjectOf(claims, services);
      const row = subject === null ? null : await findBearer(db, subject, claims.epoch, now, ACTING_ROLES);
      if (row === null) return null;
      const actor = toActor(row, credentialOf(claims, subject?.kind === 'BOT'));
      // A bot's own client is as its API token is; one that acts for people sees nothing of them.
      const sees = subject?.kind === 'BOT' || (subject?.kind === 'GRANT' && row.trusted);
      const value = { actor: { ...actor, client: clientOf(claims, row, sees) } };
      const behind = [row.botId, row.botOwnerId].flatMap((id) => (id === undefined ? [] : [accountName(id)]));
      const concerned = [...accountsOf(row), ...behind, clientName(claims.client_id)];
      return { value, concerned, until: [actor.credential.expiresAt, row.endsAt] };
    });
  }

  return {
    name: 'access token',
    authenticate(source) {
      const { authorization } = source.headers;
      if (typeof authorization !== 'string' || !LOOKS_LIKE.test(authorization)) return 'NOT_MINE';
      const key = credentialKey(authorization);
      const now = Date.now();
      const claims = verifiedBefore(key, keys.current, now);
      // What is bound to a key is proven with each request.
      const isKnown = claims !== undefined && claims.cnf === undefined;
      return (isKnown ? known.get(key, now) : undefined) ?? ask(key, authorization, source);
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
