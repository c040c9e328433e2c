import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { waysToProve } from '../../modules/accounts/overview.service.js';
import { reauthenticate } from '../../modules/accounts/password.service.js';
import { signIn, type SecondFactorMethod } from '../../modules/accounts/sign-in.service.js';
import { providerDoors, startReauthentication } from '../../modules/identities/start-flow.service.js';
import { completeSignIn } from '../../modules/second-factors/complete-sign-in.service.js';
import type { UserProblem } from '../../shared/user-errors.js';
import { parameterOf, type Query } from '../visitor.js';
import { AGAIN, asked, attempt, enterBrowser, NO_HEAD, sent, type AccountDoor } from './door.js';
import { linkTo, sendFormPage } from './form-page.js';
import { fieldsOf } from './forms.js';
import { provePage, secondFactorPage, signInPage } from './sign-in-view.js';
import { providerIn, providerOrigins } from './providers.js';

const METHODS: readonly SecondFactorMethod[] = ['TOTP', 'PASSKEY', 'RECOVERY_CODE'];

/** Mounts signing in by handle and password, and proving oneself again while one is signed in. */
export function mountSignInPages(app: FastifyInstance, door: AccountDoor): void {
  const { auth, formTargets } = door;

  app.get('/sign-in', NO_HEAD, async (request, reply) => {
    const returnTo = asked(door, request);
    const caller = await door.callerOf(request);
    if (caller.actor.kind === 'ANONYMOUS') {
      return sendFormPage(reply, signInPage(providerDoors(auth), returnTo), await formTargets(returnTo));
    }
    if (parameterOf(request.query as Query, 'prove') === '1') return sendProof(reply, door, caller, returnTo);
    return reply.redirect(returnTo, 303);
  });

  app.post('/sign-in', async (request, reply) => {
    const returnTo = sent(door, request);
    const input = fieldsOf(request, ['handle', 'password']);
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => signIn(auth, caller, input));
    if ('problems' in outcome) {
      const page = signInPage(providerDoors(auth), returnTo, { handle: input.handle, ...outcome });
      return sendFormPage(reply.code(AGAIN), page, await formTargets(returnTo));
    }
    if ('signedIn' in outcome.done) return enterBrowser(reply, outcome.done.signedIn, returnTo);
    // What is still missing is asked for by this very answer: its challenge stands in no address.
    return sendFormPage(reply, secondFactorPage(outcome.done.secondFactor, returnTo), await formTargets(returnTo));
  });

  app.get('/sign-in/second-factor', NO_HEAD, async (_request, reply) => reply.redirect('/sign-in', 303));

  app.post('/sign-in/second-factor', async (request, reply) => {
    const returnTo = sent(door, request);
    const { challenge, code, methods } = fieldsOf(request, ['challenge', 'code', 'methods']);
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => completeSignIn(auth, caller, { challenge, code }));
    if ('done' in outcome) return enterBrowser(reply, outcome.done, returnTo);
    const offered = METHODS.filter((method) => methods.split(' ').includes(method));
    const page = outcome.problems.some(({ path }) => path?.[0] === 'challenge')
      ? signInPage(providerDoors(auth), returnTo, outcome)
      : secondFactorPage({ challenge, methods: offered }, returnTo, outcome.problems);
    return sendFormPage(reply.code(AGAIN), page, await formTargets(returnTo));
  });

  const prove = '/sign-in?prove=1';
  app.get('/sign-in/prove', NO_HEAD, async (_request, reply) => reply.redirect(prove, 303));
  app.get('/sign-in/prove/provider', NO_HEAD, async (_request, reply) => reply.redirect(prove, 303));

  app.post('/sign-in/prove', async (request, reply) => {
    const returnTo = sent(door, request);
    const input = fieldsOf(request, ['password', 'code']);
    const caller = await proving(request, door);
    if (caller === null) return reply.redirect(linkTo('/sign-in', { returnTo }), 303);
    const outcome = await attempt(() => reauthenticate(auth, caller, input));
    if ('done' in outcome) return enterBrowser(reply, outcome.done, returnTo);
    return sendProof(reply.code(AGAIN), door, caller, returnTo, outcome.problems);
  });

  app.post('/sign-in/prove/provider', async (request, reply) => {
    const returnTo = sent(door, request);
    const provider = providerIn(request);
    const caller = await proving(request, door);
    if (caller === null) return reply.redirect(linkTo('/sign-in', { returnTo }), 303);
    const outcome = await attempt(() => startReauthentication(auth, caller, { provider, returnTo }));
    if ('problems' in outcome) return sendProof(reply.code(AGAIN), door, caller, returnTo, outcome.problems);
    return reply.header('set-cookie', outcome.done.setCookies).redirect(outcome.done.authorizationUrl, 303);
  });
}

/** Who proves themselves; null where the session has ended meanwhile, and signing in proves as much. */
async function proving(request: FastifyRequest, door: AccountDoor): Promise<Caller | null> {
  const caller = await door.callerOf(request);
  return caller.actor.kind === 'ANONYMOUS' ? null : caller;
}

async function sendProof(
  reply: FastifyReply,
  { auth, formTargets }: AccountDoor,
  { actor }: Caller,
  returnTo: string,
  problems: readonly UserProblem[] = [],
): Promise<FastifyReply> {
  const signedIn = requireSession(actor);
  const ways = await waysToProve(auth.db, signedIn);
  const page = provePage(signedIn.user.handle, ways, [...auth.providers.values()], returnTo, problems);
  return sendFormPage(reply, page, [...providerOrigins(auth), ...(await formTargets(returnTo))]);
}
