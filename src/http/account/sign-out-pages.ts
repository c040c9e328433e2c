import type { FastifyInstance } from 'fastify';
import { signOut } from '../../modules/accounts/sign-in.service.js';
import { markup } from '../html.js';
import { START_PAGE } from '../refusal-page.js';
import { asked, NO_HEAD, sent, type AccountDoor } from './door.js';
import { buttonForm, linkTo, sendFormPage, type FormPage } from './form-page.js';

/** Mounts signing out: an address asks, and only what its page sends does it. */
export function mountSignOutPages(app: FastifyInstance, door: AccountDoor): void {
  const { auth } = door;

  app.get('/sign-out', NO_HEAD, async (request, reply) => {
    const returnTo = asked(door, request);
    const { actor } = await door.callerOf(request);
    if (actor.kind === 'ANONYMOUS') return sendFormPage(reply, signedOutPage(returnTo));
    return sendFormPage(reply, {
      title: 'Sign out?',
      body: markup`<p>You are signed in as <strong>${actor.user.handle}</strong>.</p>
      ${buttonForm('/sign-out', 'Sign out', { returnTo }, false)}
      <p><a href="/account">Your account</a></p>`,
    });
  });

  app.post('/sign-out', async (request, reply) => {
    const returnTo = sent(door, request);
    const caller = await door.callerOf(request);
    if (caller.actor.kind === 'SIGNED_IN') await signOut(auth, caller);
    await door.onSignOut(request, reply);
    void reply.header('set-cookie', auth.cookies.clear(auth.cookies.name('session')));
    return sendFormPage(reply, signedOutPage(returnTo));
  });
}

const signedOutPage = (returnTo: string): FormPage => ({
  title: 'You are signed out',
  body: markup`<p><a class="button" href="${linkTo('/sign-in', { returnTo })}">Sign in again</a></p>
      ${START_PAGE}`,
});
