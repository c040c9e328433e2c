import type { OAuthProvider } from '../../auth/oauth/index.js';
import type { WaysToProve } from '../../modules/accounts/overview.service.js';
import type { SecondFactorChallenge } from '../../modules/accounts/sign-in.service.js';
import { MAX_HANDLE } from '../../modules/accounts/sign-in.service.js';
import type { ProviderDoor } from '../../modules/identities/start-flow.service.js';
import type { UserProblem } from '../../shared/user-errors.js';
import { markup, type Html } from '../html.js';
import { buttonForm, field, hidden, linkTo, otherProblems, type FormPage } from './form-page.js';

type Problems = readonly UserProblem[];

/** A form that the script shows, where the browser knows passkeys. */
export const passkeyForm = (
  work: 'sign-in' | 'prove' | 'add',
  returnTo: string,
  label: string,
  fields: Html | string = '',
): Html => markup`<form data-passkey="${work}" data-return-to="${returnTo}" hidden>
          ${fields}
          <p class="error" role="alert" hidden></p>
          <button type="submit" class="quiet">${label}</button>
        </form>`;

/** The field of a handle, with the problems that it may have. */
export const handleField = (value: string, problems: Problems, hint?: string): Html =>
  field({
    ...{ name: 'handle', label: 'Handle', autocomplete: 'username', value, hint, problems },
    ...{ first: true, maxLength: MAX_HANDLE },
  });

export const passwordField = (name: string, label: string, problems: Problems, extra: object = {}): Html =>
  field({ name, label, type: 'password', autocomplete: 'current-password', problems, ...extra });

export function signInPage(
  doors: readonly ProviderDoor[],
  returnTo: string,
  { handle = '', problems = [] }: { handle?: string; problems?: Problems } = {},
): FormPage {
  const links = doors.map(
    ({ title, signInUrl }) =>
      markup`<a class="button quiet" href="${linkTo(signInUrl, { returnTo })}">Sign in with ${title}</a> `,
  );
  return {
    title: 'Sign in',
    passkeys: true,
    body: markup`${otherProblems(problems, ['handle', 'password'])}
      <form method="post" action="/sign-in">
        ${hidden('returnTo', returnTo)}
        ${handleField(handle, problems)}
        ${passwordField('password', 'Password', problems)}
        <button type="submit">Sign in</button>
      </form>
      <div class="ways">
        ${links}
        ${passkeyForm('sign-in', returnTo, 'Sign in with a passkey')}
      </div>
      <p><a href="${linkTo('/sign-up', { returnTo })}">Sign up</a> for an account, or
        <a href="${linkTo('/recover', { returnTo })}">recover</a> one by a recovery code.</p>`,
  };
}

export function secondFactorPage(
  { challenge, methods }: SecondFactorChallenge,
  returnTo: string,
  problems: Problems = [],
): FormPage {
  const label = methods.includes('TOTP') ? 'Code of your authenticator app, or a recovery code' : 'Recovery code';
  const passkeys = methods.includes('PASSKEY');
  return {
    title: 'One more step',
    passkeys,
    body: markup`<p>The password is right. This account asks for a second proof.</p>
      ${otherProblems(problems, ['code'])}
      <form method="post" action="/sign-in/second-factor">
        ${hidden('returnTo', returnTo)} ${hidden('challenge', challenge)} ${hidden('methods', methods.join(' '))}
        ${field({ name: 'code', label, autocomplete: 'one-time-code', first: true, problems, maxLength: 64 })}
        <button type="submit">Go on</button>
      </form>
      ${passkeys ? markup`<div class="ways">${passkeyForm('sign-in', returnTo, 'Use a passkey')}</div>` : ''}
      <p><a href="${linkTo('/sign-in', { returnTo })}">Begin again</a></p>`,
  };
}

/** Those providers by which somebody can prove to be themselves. */
const provable = (providers: readonly OAuthProvider[], { identities }: WaysToProve): OAuthProvider[] =>
  providers.filter(({ name }) => identities.some(({ provider, state }) => provider === name && state === 'ACTIVE'));

export function provePage(
  handle: string,
  ways: WaysToProve,
  providers: readonly OAuthProvider[],
  returnTo: string,
  problems: Problems = [],
): FormPage {
  const { hasPassword, hasTotp, passkeys } = ways;
  const byProvider = provable(providers, ways).map(({ name, title }) =>
    buttonForm('/sign-in/prove/provider', `Prove it with ${title}`, { provider: name, returnTo }),
  );
  const code = field({
    ...{ name: 'code', label: 'Code of your authenticator app, or a recovery code', autocomplete: 'one-time-code' },
    ...{ problems, maxLength: 64 },
  });
  return {
    title: 'Prove that it is you',
    passkeys: passkeys.length > 0,
    body: markup`<p>You are signed in as <strong>${handle}</strong>. What comes next wants to be sure that you still sit here.</p>
      ${otherProblems(problems, ['password', 'code'])}
      ${
        hasPassword
          ? markup`<form method="post" action="/sign-in/prove">
        ${hidden('returnTo', returnTo)} <input type="text" name="handle" value="${handle}" autocomplete="username" hidden />
        ${passwordField('password', 'Password', problems, { first: true })}
        ${hasTotp ? code : ''}
        <button type="submit">Go on</button>
      </form>`
          : ''
      }
      ${
        byProvider.length > 0 || passkeys.length > 0
          ? markup`<div class="ways">${byProvider} ${passkeys.length > 0 ? passkeyForm('prove', returnTo, 'Use a passkey') : ''}</div>`
          : ''
      }
      ${
        passkeys.length > 0 && !hasPassword
          ? markup`<noscript><p class="notice">Passkeys take JavaScript.</p></noscript>`
          : ''
      }
      <p>Not ${handle}? <a href="${linkTo('/sign-out', { returnTo })}">Sign out</a></p>`,
  };
}
