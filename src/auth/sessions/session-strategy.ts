import type { Database } from '../../db/index.js';
import { ActorChanges } from '../actor-changes.js';
import type { SignedInActor } from '../actor.js';
import { accountsOf, toActor } from '../actor.store.js';
import { FOREIGN_ORIGIN, type AuthenticationStrategy, type CredentialSource } from '../authenticate.js';
import type { Cookies } from '../cookies.js';
import { credentialKey, KnownActors } from '../known-actors.js';
import { validateSession } from './lucia.js';
import { nextTouch, type SessionActorRow } from './sessions.store.js';

/** Longer ones are not ours, and are not hashed. */
const MAX_SECRET_LENGTH = 100;

const ENDED = { refused: 'This session has ended. Sign in again.' };

/** Another site's page could make a browser send its cookies along: they count for pages of this service alone. */
export function isForeign({ origin, host }: CredentialSource['headers'], publicOrigin: string): boolean {
  if (typeof origin !== 'string' || origin === publicOrigin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

export const sessionActor = (row: SessionActorRow) =>
  toActor(row, {
    kind: 'SESSION',
    id: String(row.id),
    name: null,
    permissions: 'ALL',
    gameVersionIds: null,
    expiresAt: row.expiresAt,
    provenAt: row.provenAt,
  });

/** Sessions by their cookie. */
export function sessionStrategy(
  db: Database,
  cookies: Cookies,
  publicUrl: string,
  changes = new ActorChanges(db),
): AuthenticationStrategy {
  const name = cookies.name('session');
  const { origin } = new URL(publicUrl);
  const known = new KnownActors<{ actor: SignedInActor }>(changes);

  async function read(key: string, secret: string) {
    const now = new Date();
    const found = await known.read(key, now, async () => {
      const row = await validateSession(db, secret);
      if (row === null) return null;
      const until = [row.expiresAt, row.idleExpiresAt, nextTouch(row.lastSeenAt, now)];
      return { value: { actor: sessionActor(row) }, concerned: accountsOf(row), until };
    });
    return found ?? ENDED;
  }

  return {
    name: 'session',
    authenticate({ headers }) {
      if (headers.cookie === undefined) return 'NOT_MINE';
      const given = cookies.read(headers.cookie as string, name);
      const [secret] = given;
      if (secret === undefined) return 'NOT_MINE';
      if (isForeign(headers, origin)) {
        return { refused: 'Cookies do not count for pages of another site.', reason: FOREIGN_ORIGIN };
      }
      // Two of one name: one of them was put there by somebody else.
      if (given.some((other) => other !== secret)) return { refused: 'There are two session cookies.' };
      if (secret.length > MAX_SECRET_LENGTH) return ENDED;
      const key = credentialKey(secret);
      return known.get(key, Date.now()) ?? read(key, secret);
    },
  };
}
