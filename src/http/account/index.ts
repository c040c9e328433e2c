import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../auth/authenticate.js';
import type { AuthServices } from '../../auth/services.js';
import { AppError } from '../../shared/errors.js';
import { pathOf } from '../errors.js';
import { markup } from '../html.js';
import { sendRefusal, START_PAGE } from '../refusal-page.js';
import { actorOf, callerOf } from '../visitor.js';
import { mountAccountActions } from './account-actions.js';
import type { AccountDoor } from './door.js';
import { linkTo } from './form-page.js';
import { readForms, requireOwnPage } from './forms.js';
import { mountIrcPages, offerAddress } from './irc-pages.js';
import { mountPasskeyScript } from './passkey-script.js';
import { mountSignInPages } from './sign-in-pages.js';
import { mountSignOutPages } from './sign-out-pages.js';
import { mountSignUpPages } from './sign-up-pages.js';

/** Mounts the pages by which people sign up, sign in and look after their accounts. */
export function mountAccountPages(
  http: FastifyInstance,
  auth: AuthServices,
  authenticate: Authenticate,
  {
    formTargets = async () => [],
    onSignOut = async () => {},
  }: Partial<Pick<AccountDoor, 'formTargets' | 'onSignOut'>> = {},
): void {
  const door: AccountDoor = {
    auth,
    formTargets,
    onSignOut,
    callerOf: async (request) => callerOf(request, await actorOf(request, authenticate)),
  };
  void http.register(async (app) => {
    readForms(app);
    app.addHook('onRequest', async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      if (request.method === 'POST') requireOwnPage(request, auth);
    });
    app.setErrorHandler((error, request, reply) => answerRefusal(request, reply, error));
    mountSignInPages(app, door);
    mountSignUpPages(app, door);
    mountSignOutPages(app, door);
    mountAccountActions(app, door);
    mountIrcPages(app, door);
    mountPasskeyScript(app);
  });
}

/** What only a fresh proof is missing for leads to it, and back; all else is told. */
function answerRefusal(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof AppError && pathOf(request).startsWith('/account')) {
    const returnTo = offerAddress(request) ?? '/account';
    if (error.code === 'UNAUTHENTICATED') return reply.redirect(linkTo('/sign-in', { returnTo }), 303);
    if (error.details['reason'] === 'REAUTHENTICATION_REQUIRED') {
      return reply.redirect(linkTo('/sign-in', { prove: '1', returnTo }), 303);
    }
  }
  return sendRefusal(request, reply, error, backOf(request));
}

/** Back to the page whose form was sent, and on from there to where it was meant to lead. */
function backOf(request: FastifyRequest) {
  const page = /^\/(?:sign-in|sign-up|sign-out|recover|account)/.exec(pathOf(request))?.[0];
  if (request.method !== 'POST' || page === undefined) return START_PAGE;
  const returnTo = request.body instanceof URLSearchParams ? request.body.get('returnTo') : null;
  const address = returnTo === null || page === '/account' ? page : linkTo(page, { returnTo });
  return markup`<p><a href="${address}">Back</a></p>`;
}
