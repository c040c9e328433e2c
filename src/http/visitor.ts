import type { FastifyRequest } from 'fastify';
import { ANONYMOUS, type Actor } from '../auth/actor.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { Caller } from '../auth/caller.js';
import { AppError } from '../shared/errors.js';
import { clientOf } from './client.js';

/** The parameters of a query, as Fastify reads them. */
export type Query = Readonly<Record<string, unknown>>;

/** A parameter of the query; null where it is absent. One that stands there twice is empty, which is good for nothing. */
export function parameterOf(query: Query, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : '';
}

export const callerOf = (request: FastifyRequest, actor: Actor): Caller => ({
  actor,
  now: new Date(),
  ...clientOf(request),
});

/**
 * Who is signed in in a browser: its cookie alone counts. One that is not good is no reason to refuse a sign-in, which
 * replaces it, and is nobody's session for all else.
 * @param headers those that count: without `origin`, pages of other sites may have sent the cookie along
 */
export async function cookieActor(
  headers: { cookie?: string; host?: string; origin?: string },
  authenticate: Authenticate,
): Promise<Actor> {
  try {
    return await authenticate({ headers });
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return ANONYMOUS;
    throw error;
  }
}

/** Who is signed in in the browser that shows a page of this service. */
export const actorOf = (
  { headers: { cookie, host, origin } }: FastifyRequest,
  authenticate: Authenticate,
): Promise<Actor> => cookieActor({ cookie, host, origin }, authenticate);
