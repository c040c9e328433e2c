import type { FastifyInstance } from 'fastify';
import { MIN_LENGTH } from '../../auth/passwords/password-rules.js';
import { signUp } from '../../modules/accounts/sign-up.service.js';
import { recoverAccount } from '../../modules/second-factors/recover-account.service.js';
import type { UserProblem } from '../../shared/user-errors.js';
import { markup } from '../html.js';
import { AGAIN, asked, attempt, enterBrowser, NO_HEAD, sent, type AccountDoor } from './door.js';
import { field, hidden, linkTo, otherProblems, sendFormPage, type FormPage } from './form-page.js';
import { fieldsOf } from './forms.js';
import { handleField, passwordField } from './sign-in-view.js';

interface Sent {
  handle?: string;
  problems?: readonly UserProblem[];
}

/** What a password that is chosen looks like to browsers and people. */
export const NEW_PASSWORD = {
  autocomplete: 'new-password',
  hint: `At least ${MIN_LENGTH} characters, and not easily guessed: four random words are good.`,
};

/** Mounts making an account, and getting back into one. */
export function mountSignUpPages(app: FastifyInstance, door: AccountDoor): void {
  const { auth, formTargets } = door;

  app.get('/sign-up', NO_HEAD, async (request, reply) => {
    const returnTo = asked(door, request);
    const { actor } = await door.callerOf(request);
    if (actor.kind === 'SIGNED_IN') return reply.redirect(returnTo, 303);
    return sendFormPage(reply, signUpPage(returnTo), await formTargets(returnTo));
  });

  app.post('/sign-up', async (request, reply) => {
    const returnTo = sent(door, request);
    const input = fieldsOf(request, ['handle', 'password']);
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => signUp(auth, caller, input));
    if ('done' in outcome) return enterBrowser(reply, outcome.done, returnTo);
    const page = signUpPage(returnTo, { handle: input.handle, ...outcome });
    return sendFormPage(reply.code(AGAIN), page, await formTargets(returnTo));
  });

  app.get('/recover', NO_HEAD, async (request, reply) => {
    const returnTo = asked(door, request);
    return sendFormPage(reply, recoverPage(returnTo), await formTargets(returnTo));
  });

  app.post('/recover', async (request, reply) => {
    const returnTo = sent(door, request);
    const input = fieldsOf(request, ['handle', 'recoveryCode', 'newPassword', 'secondFactor']);
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => recoverAccount(auth, caller, input));
    if ('done' in outcome) return enterBrowser(reply, outcome.done, returnTo);
    const page = recoverPage(returnTo, { handle: input.handle, ...outcome });
    return sendFormPage(reply.code(AGAIN), page, await formTargets(returnTo));
  });
}

const signUpPage = (returnTo: string, { handle = '', problems = [] }: Sent = {}): FormPage => ({
  title: 'Sign up',
  body: markup`<p>Handle and password are all that is asked.</p>
      ${otherProblems(problems, ['handle', 'password'])}
      <form method="post" action="/sign-up">
        ${hidden('returnTo', returnTo)}
        ${handleField(handle, problems, 'Everyone sees it. 2 to 32 letters and digits, with single - or _ between them.')}
        ${passwordField('password', 'Password', problems, NEW_PASSWORD)}
        <button type="submit">Sign up</button>
      </form>
      <p>You have an account? <a href="${linkTo('/sign-in', { returnTo })}">Sign in</a></p>`,
});

const recoverPage = (returnTo: string, { handle = '', problems = [] }: Sent = {}): FormPage => ({
  title: 'Recover your account',
  body: markup`<p>By one of the recovery codes that you kept. All sessions, tokens and passkeys of the account end.</p>
      ${otherProblems(problems, ['handle', 'recoveryCode', 'newPassword', 'secondFactor'])}
      <form method="post" action="/recover">
        ${hidden('returnTo', returnTo)}
        ${handleField(handle, problems)}
        ${field({ name: 'recoveryCode', label: 'Recovery code', autocomplete: 'off', problems, maxLength: 64 })}
        ${passwordField('newPassword', 'New password', problems, NEW_PASSWORD)}
        ${field({
          ...{ name: 'secondFactor', label: 'Second proof', autocomplete: 'one-time-code', problems, maxLength: 64 },
          ...{ optional: true, hint: 'If you have an authenticator app: its code, or a second recovery code.' },
        })}
        <button type="submit">Recover</button>
      </form>
      <p><a href="${linkTo('/sign-in', { returnTo })}">Sign in</a></p>`,
});
