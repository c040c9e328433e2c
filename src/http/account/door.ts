import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../auth/caller.js';
import type { AuthServices } from '../../auth/services.js';
import type { SignedIn } from '../../modules/accounts/start-session.js';
import { UserErrors, type UserProblem } from '../../shared/user-errors.js';
import { parameterOf, type Query } from '../visitor.js';
import { fieldOf, returnPath } from './forms.js';

/** What the pages are built from. */
export interface AccountDoor {
  auth: AuthServices;
  /** Who asks: by the browser's cookie alone. */
  callerOf(request: FastifyRequest): Promise<Caller>;
  /** The origins beside this one to which a path leads on at once. */
  formTargets: (returnTo: string) => Promise<readonly string[]>;
  /** Told when a browser signs out, while its answer can still take cookies away. */
  onSignOut: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/** HEAD is what looks at links: it has nothing to see here. */
export const NO_HEAD = { exposeHeadRoute: false };

/** Where a page's address says to go on to. */
export const asked = ({ auth }: AccountDoor, { query }: FastifyRequest): string =>
  returnPath(auth, parameterOf(query as Query, 'returnTo'));

/** Where a form says to go on to. */
export const sent = ({ auth }: AccountDoor, request: FastifyRequest): string =>
  returnPath(auth, fieldOf(request, 'returnTo'));

/** The browser is signed in from here on, and goes on. */
export const enterBrowser = (reply: FastifyReply, { setCookies }: SignedIn, returnTo: string): FastifyReply =>
  reply.header('set-cookie', setCookies).redirect(returnTo, 303);

/** What work gives, or what is wrong with what it was given. */
export async function attempt<T>(work: () => Promise<T>): Promise<{ done: T } | { problems: readonly UserProblem[] }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (error instanceof UserErrors) return { problems: error.problems };
    throw error;
  }
}

/** The status of a page that shows a form again, with what is wrong. */
export const AGAIN = 422;
