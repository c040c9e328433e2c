import { AppError } from '../shared/errors.js';
import { ANONYMOUS, type Actor, type SignedInActor } from './actor.js';

/** What of a request proves who calls. Headers have lower-case names. */
export interface CredentialSource {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of a plain HTTP request its method and path, to which a proof of possession is bound (RFC 9449). */
  request?: { method: string; path: string };
}

/** What a strategy finds out. */
export type Outcome = 'NOT_MINE' | { actor: SignedInActor } | { refused: string; reason?: string };

/**
 * One way to prove who calls. What is known already is told without a promise.
 * - `NOT_MINE`: the request carries no credential of this kind; the next strategy is asked.
 * - an actor: proven.
 * - `refused`: the credential is of this kind and not good. No further strategy is asked. `reason` is for programs.
 */
export interface AuthenticationStrategy {
  readonly name: string;
  authenticate(source: CredentialSource): Outcome | Promise<Outcome>;
}

/**
 * Finds out who calls: without a promise where that is known already. Nothing is thrown: a credential that is not good rejects.
 * @throws AppError UNAUTHENTICATED for a credential that is not good
 */
export type Authenticate = (source: CredentialSource) => Actor | Promise<Actor>;

/** The reason of a refusal for where a cookie came from: the cookie itself may be good. */
export const FOREIGN_ORIGIN = 'FOREIGN_ORIGIN';

const badCredential = (why: string, reason?: string) =>
  new AppError('UNAUTHENTICATED', why, reason === undefined ? {} : { reason });

/**
 * Asks the strategies in order; the first that knows the credential decides. A caller without any credential is
 * anonymous; one with a bad credential is refused, never served as anonymous.
 */
export function authenticator(strategies: readonly AuthenticationStrategy[]): Authenticate {
  function ask(source: CredentialSource, first: number): Actor | Promise<Actor> {
    for (let i = first; i < strategies.length; i++) {
      const outcome = strategies[i]!.authenticate(source);
      if (outcome === 'NOT_MINE') continue;
      if (!(outcome instanceof Promise)) return decide(outcome);
      return outcome.then((found) => (found === 'NOT_MINE' ? ask(source, i + 1) : decide(found)));
    }
    if (source.headers.authorization === undefined) return ANONYMOUS;
    return Promise.reject(badCredential('The credential in the Authorization header is not one of ours.'));
  }
  return (source) => ask(source, 0);
}

function decide(outcome: Exclude<Outcome, 'NOT_MINE'>): Actor | Promise<never> {
  return 'actor' in outcome ? outcome.actor : Promise.reject(badCredential(outcome.refused, outcome.reason));
}
