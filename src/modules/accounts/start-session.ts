import type { Caller } from '../../auth/caller.js';
import { rememberDevice } from '../../auth/devices.js';
import type { AuthServices } from '../../auth/services.js';
import { startSession } from '../../auth/sessions/lucia.js';
import { ABSOLUTE_LIFETIME, deleteSession } from '../../auth/sessions/sessions.store.js';
import type { Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { originOf, record } from '../audit/audit.store.js';

/** A session that has just begun, for the front door to hand out. */
export interface SignedIn {
  userId: number;
  /** The value of the session's cookie. */
  secret: string;
  /** Set-Cookie headers for the answer. */
  setCookies: string[];
}

/** The Set-Cookie header of a session. */
export const sessionCookie = ({ cookies }: Pick<AuthServices, 'cookies'>, secret: string, now: Date): string =>
  cookies.set(cookies.name('session'), secret, new Date(now.getTime() + ABSOLUTE_LIFETIME));

/**
 * Signs a person in whose identity was just proven: a fresh session in place of the one that this browser had.
 * @param how what was proven, for the log: `password`, `GITHUB`, `passkey`
 */
export async function beginSession(
  auth: AuthServices,
  tx: Tx,
  caller: Caller,
  userId: number,
  how: string,
): Promise<SignedIn> {
  const { actor, now, device } = caller;
  if (actor.kind === 'SIGNED_IN' && actor.credential.kind === 'SESSION') {
    await deleteSession(tx, Number(actor.user.id), Number(actor.credential.id));
  }
  const secret = await startSession(tx, userId, device);
  const by = { ...originOf(caller), actorId: userId, via: null };
  await record(tx, by, { action: 'session.start', subjectId: userId, detail: `by ${how}` });
  return { userId, secret, setCookies: [sessionCookie(auth, secret, now), rememberDevice(auth, userId, now)] };
}

/** A suspension that has no end, in the column of its end. */
export const FOREVER = new Date('9999-12-31T00:00:00Z');

/** Told to the person alone, after they have proven who they are. @throws AppError FORBIDDEN while the account is suspended */
export function refuseSuspended(until: Date | null, reason: string | null, now: Date): void {
  if (until === null || until <= now) return;
  const end = until >= FOREVER ? 'without end' : `until ${until.toISOString()}`;
  throw new AppError('FORBIDDEN', `This account is suspended ${end}${reason === null ? '' : `: ${reason}`}.`, {
    reason: 'SUSPENDED',
  });
}
