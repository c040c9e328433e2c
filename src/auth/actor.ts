import { AppError } from '../shared/errors.js';
import { isVersioned, ROLE_PERMISSIONS, type Permission, type RoleName } from './permissions.js';

/** A role held by a user, for every game version or for one, from an instant until another. */
export interface Grant {
  role: RoleName;
  /** Null holds for every game version. */
  gameVersionId: number | null;
  from: Date;
  /** Null holds until revoked. */
  until: Date | null;
}

/** What a call was authenticated with, and how far it reaches. */
export interface Credential {
  kind: 'SESSION' | 'API_TOKEN' | 'ACCESS_TOKEN';
  /** The key of the session's or token's row (never the secret); of an access token its `jti`. */
  id: string;
  /** What its owner called it; null for a session. */
  name: string | null;
  /** What the credential may do at most: everything its owner may, or a list. */
  permissions: 'ALL' | ReadonlySet<Permission>;
  /** The game versions for which it holds; null for all. */
  gameVersionIds: ReadonlySet<number> | null;
  expiresAt: Date | null;
  /** Sessions: when the person last proved presence; null for whatever nobody sits behind. */
  provenAt: Date | null;
  /** Access tokens: the epoch of the account in which they were made. */
  epoch?: number;
}

/** No credential in particular: for what an account may do by itself, whatever it is called with. Proves no presence. */
export const ACCOUNT_ITSELF: Readonly<Credential> = {
  kind: 'SESSION',
  id: '',
  name: null,
  permissions: 'ALL',
  gameVersionIds: null,
  expiresAt: null,
  provenAt: null,
};

/** A client (bot, OAuth application) that acts for the user; its ceiling cuts what the user may do through it. */
export interface ActingClient {
  id: string;
  name: string;
  permissions: 'ALL' | ReadonlySet<Permission>;
  /** Whether it is the person's own, or is run by those who run the service: what is personal is shown to no other. */
  seesPersonal: boolean;
}

export interface AnonymousActor {
  readonly kind: 'ANONYMOUS';
}

export interface SignedInActor {
  readonly kind: 'SIGNED_IN';
  readonly user: { readonly id: string; readonly handle: string; readonly isBot: boolean };
  readonly credential: Readonly<Credential>;
  /** Every role held, the one that each account has included. */
  readonly grants: readonly Readonly<Grant>[];
  readonly client?: Readonly<ActingClient>;
}

/**
 * Who makes a call. Immutable: when a user's rights change, a new actor takes the place of the old one, so that
 * whatever was decided for the old one is not found any more.
 */
export type Actor = AnonymousActor | SignedInActor;

export const ANONYMOUS: AnonymousActor = Object.freeze({ kind: 'ANONYMOUS' });

/** Which game version a right is needed for: one by id, ANY for "at least one of them", ALL for every one. */
export type VersionScope = number | 'ANY' | 'ALL';

const allows = (ceiling: 'ALL' | ReadonlySet<Permission>, permission: Permission) =>
  ceiling === 'ALL' || ceiling.has(permission);

/**
 * What an actor may do now: the permissions of the roles granted, cut by the credential's and by the acting client's.
 * @param scope the game version concerned. ANY (the default) counts grants for any version: good for "may this
 *   caller try at all"; a service that knows the version asks again with its id. What concerns no version takes a grant,
 *   and a credential, for all of them.
 */
export function effectivePermissions(actor: Actor, now: Date, scope: VersionScope = 'ANY'): ReadonlySet<Permission> {
  const held = new Set<Permission>();
  if (actor.kind === 'ANONYMOUS') return held;
  const { credential, client } = actor;
  if (credential.expiresAt !== null && credential.expiresAt <= now) return held;
  for (const grant of actor.grants) {
    if (grant.from > now || (grant.until !== null && grant.until <= now)) continue;
    if (!coversVersion(grant, credential, scope)) continue;
    const isCut = grant.gameVersionId !== null || credential.gameVersionIds !== null;
    for (const permission of ROLE_PERMISSIONS[grant.role]) {
      if (isCut && !isVersioned(permission)) continue;
      if (allows(credential.permissions, permission) && (!client || allows(client.permissions, permission))) {
        held.add(permission);
      }
    }
  }
  return held;
}

/** When what the actor may do next changes by itself, as milliseconds: a grant or the credential begins or ends. */
export function nextChange(actor: SignedInActor, now: Date): number {
  const instants = [actor.credential.expiresAt, ...actor.grants.flatMap((grant) => [grant.from, grant.until])];
  const later = instants.flatMap((at) => (at !== null && at > now ? [at.getTime()] : []));
  return Math.min(Infinity, ...later);
}

function coversVersion(grant: Grant, credential: Credential, scope: VersionScope): boolean {
  const byGrant = grant.gameVersionId;
  const byCredential = credential.gameVersionIds;
  if (scope === 'ALL') return byGrant === null && byCredential === null;
  if (scope !== 'ANY') return (byGrant ?? scope) === scope && (byCredential?.has(scope) ?? true);
  return byGrant === null || byCredential === null || byCredential.has(byGrant);
}

/** How long a proof of presence counts, in milliseconds. */
export const PRESENCE_WINDOW = 10 * 60_000;

/**
 * What identities, tokens and roles are changed with: a session, never a token, whose person has just proved presence.
 * @throws AppError UNAUTHENTICATED, or FORBIDDEN saying what is missing (`details.reason`)
 */
export function requirePresence(actor: Actor, now: Date): SignedInActor {
  const signedIn = requireSession(actor);
  const { provenAt } = signedIn.credential;
  if (provenAt === null || now.getTime() - provenAt.getTime() > PRESENCE_WINDOW) {
    throw new AppError('FORBIDDEN', 'Prove first that it is you: reauthenticate, then try again within 10 minutes.', {
      reason: 'REAUTHENTICATION_REQUIRED',
    });
  }
  return signedIn;
}

/** What tokens can not do, whatever their permissions. @throws AppError UNAUTHENTICATED, or FORBIDDEN for a token */
export function requireSession(actor: Actor): SignedInActor {
  const signedIn = requireSignedIn(actor);
  if (signedIn.credential.kind === 'SESSION') return signedIn;
  throw new AppError('FORBIDDEN', 'This takes a session: sign in with a browser. Tokens can not do it.', {
    reason: 'SESSION_REQUIRED',
  });
}

/** Whether the actor is this user. */
export const isUser = (actor: Actor, userId: string): boolean => actor.kind === 'SIGNED_IN' && actor.user.id === userId;

/** @throws AppError UNAUTHENTICATED for an anonymous caller */
export function requireSignedIn(actor: Actor): SignedInActor {
  if (actor.kind === 'ANONYMOUS') throw unauthenticated();
  return actor;
}

/**
 * The check that services make again, whatever front door a call came through.
 * @throws AppError UNAUTHENTICATED, or FORBIDDEN naming the permission
 */
export function requirePermission(actor: Actor, permission: Permission, now: Date, scope: VersionScope): SignedInActor {
  const signedIn = requireSignedIn(actor);
  if (!effectivePermissions(signedIn, now, scope).has(permission)) throw forbidden(permission);
  return signedIn;
}

/** Whether what concerns nobody but the person may be shown to what makes this call. */
export const seesPersonal = ({ client }: SignedInActor): boolean => client?.seesPersonal ?? true;

/** Whose own things an actor may be shown: its user's, or nobody's (0). */
export const ownerKey = (actor: SignedInActor): number => (seesPersonal(actor) ? Number(actor.user.id) : 0);

/** The refusal of an application that asks for what is personal. */
export const personalOnly = () =>
  new AppError('FORBIDDEN', 'This is shown to the person alone, not to an application.', { reason: 'PERSONAL' });

/** The refusal of a caller who has not signed in. */
export const unauthenticated = () => new AppError('UNAUTHENTICATED', 'Sign in first.');

/** The refusal of a caller who lacks a permission, which it names. */
export const forbidden = (permission: Permission) =>
  new AppError('FORBIDDEN', `This requires the permission ${permission}.`, { permission });
