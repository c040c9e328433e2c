import { AppError } from '../shared/errors.js';
import { ANONYMOUS, type Actor, type SignedInActor } from './actor.js';

/** What of a request proves who calls. Headers have lower-case names. */
export interface CredentialSource {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of a plain HTTP request its method and path, to which a proof of possession is bound (RFC 9449). */
  request?: { method: string; path: string };
}

/**
 * One way to prove who calls.
 * - `NOT_MINE`: the request carries no credential of this kind; the next strategy is asked.
 * - an actor: proven.
 * - `refused`: the credential is of this kind and not good. No further strategy is asked. `reason` is for programs.
 */
export interface AuthenticationStrategy {
  readonly name: string;
  authenticate(
    source: CredentialSource,
  ): Promise<'NOT_MINE' | { actor: SignedInActor } | { refused: string; reason?: string }>;
}

/** Finds out who calls. @throws AppError UNAUTHENTICATED for a credential that is not good */
export type Authenticate = (source: CredentialSource) => Promise<Actor>;

/** The reason of a refusal for where a cookie came from: the cookie itself may be good. */
export const FOREIGN_ORIGIN = 'FOREIGN_ORIGIN';

const badCredential = (why: string, reason?: string) =>
  new AppError('UNAUTHENTICATED', why, reason === undefined ? {} : { reason });

/**
 * Asks the strategies in order; the first that knows the credential decides. A caller without any credential is
 * anonymous; one with a bad credential is refused, never served as anonymous.
 */
export function authenticator(strategies: readonly AuthenticationStrategy[]): Authenticate {
  return async (source) => {
    for (const strategy of strategies) {
      const outcome = await strategy.authenticate(source);
      if (outcome === 'NOT_MINE') continue;
      if ('refused' in outcome) throw badCredential(outcome.refused, outcome.reason);
      return outcome.actor;
    }
    if (source.headers.authorization !== undefined) {
      throw badCredential('The credential in the Authorization header is not one of ours.');
    }
    return ANONYMOUS;
  };
}
