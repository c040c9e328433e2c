import { effectivePermissions, type SignedInActor } from '../../auth/actor.js';
import type { OAuthProvider } from '../../auth/oauth/index.js';
import { ALL_PERMISSIONS, isForActing, PERMISSION_SENTENCES, type Permission } from '../../auth/permissions.js';
import type { AccountOverview } from '../../modules/accounts/overview.service.js';
import type { IdentityRow } from '../../modules/identities/identities.store.js';
import type { IrcNetwork } from '../../modules/identities/irc-networks.store.js';
import type { UserProblem } from '../../shared/user-errors.js';
import { markup, type Html } from '../html.js';
import { buttonForm, field, instant, otherProblems, type FormPage } from './form-page.js';
import { actingForm, linkIrcForm } from './irc-view.js';
import { passkeyForm, passwordField } from './sign-in-view.js';
import { NEW_PASSWORD } from './sign-up-pages.js';

export interface AccountPageInput {
  actor: SignedInActor;
  overview: AccountOverview;
  /** The providers that are set up. */
  providers: readonly OAuthProvider[];
  /** The IRC networks whose accounts can be linked. */
  networks: readonly IrcNetwork[];
  now: Date;
  /** What was just done, in a sentence. */
  done?: string;
  problems?: readonly UserProblem[];
}

const PASSWORD_FIELDS = ['current', 'new'];

export function accountPage(input: AccountPageInput): FormPage {
  const { actor, overview, done, problems = [] } = input;
  return {
    title: 'Your account',
    passkeys: true,
    body: markup`${done === undefined ? '' : markup`<p class="notice" role="status">${done}</p>`}
      ${otherProblems(problems, PASSWORD_FIELDS)}
      <p>You are signed in as <strong>${actor.user.handle}</strong>. <a href="/sign-out">Sign out</a></p>
      ${waysIn(input)}
      ${passkeysOf(overview)}
      ${passwordForm(actor.user.handle, overview, problems)}
      ${sessionsOf(actor, overview)}
      ${applicationsOf(overview)}
      <p class="soft">Whatever else an account can do is done over <a href="/graphiql">GraphQL</a>: an authenticator app, API tokens, bots,
        an export of all data, deleting the account.</p>`,
  };
}

const rows = (items: readonly Html[], none: string): Html =>
  items.length === 0 ? markup`<p class="soft">${none}</p>` : markup`<ul class="rows">${items}</ul>`;

const TITLES = { LOCAL: 'Password', GITHUB: 'GitHub', DISCORD: 'Discord', IRC: 'IRC' } as const;

const STATES = { ACTIVE: '', PENDING: ' Waits for you to confirm it.', SUSPENDED: ' Set aside until you confirm it.' };

const namedAt = ({ provider, network, displayName }: IdentityRow): string =>
  provider === 'IRC' ? `${displayName} on ${network}` : displayName;

/** What bots may be allowed to do for somebody: what they may do themselves now, and is not for themselves alone. */
function offeredToBots({ actor, now }: AccountPageInput): Permission[] {
  const held = effectivePermissions(actor, now);
  return ALL_PERMISSIONS.filter((permission) => held.has(permission) && isForActing(permission));
}

function waysIn(input: AccountPageInput): Html {
  const { overview, providers, networks } = input;
  const offered = offeredToBots(input);
  const items = overview.identities.map((identity) => {
    const { id, provider, subject, state } = identity;
    const fields = { id: String(id) };
    return markup`<li>
          <div>${TITLES[provider]}: <strong>${namedAt(identity)}</strong>
            <div class="soft">${provider === 'IRC' ? `Id ${subject}. ` : ''}Since ${instant(identity.linkedAt)}.${STATES[state]}</div>
            ${provider === 'IRC' && state === 'ACTIVE' ? actingForm(identity, offered) : ''}</div>
          ${state === 'ACTIVE' ? '' : buttonForm('/account/identities/confirm', 'Confirm', fields)}
          ${buttonForm('/account/identities/unlink', provider === 'LOCAL' ? 'Remove' : 'Unlink', fields)}
        </li>`;
  });
  const links = providers.map(({ name, title }) =>
    buttonForm('/account/identities/link', `Link ${title}`, { provider: name }),
  );
  return markup`<h2>Ways in</h2>
      ${rows(items, 'None but your passkeys.')}
      <div class="ways">${links}</div>
      ${linkIrcForm(networks)}`;
}

function passkeysOf({ passkeys, hasTotp, recoveryCodesLeft }: AccountOverview): Html {
  const items = passkeys.map(
    ({ id, name, lastUsedAt }) => markup`<li>
          <div><strong>${name}</strong> <div class="soft">${lastUsedAt === null ? 'Never used.' : markup`Last used ${instant(lastUsedAt)}.`}</div></div>
          ${buttonForm('/account/passkeys/remove', 'Remove', { id: String(id) })}
        </li>`,
  );
  const name = field({ name: 'name', label: 'What to call it', autocomplete: 'off', maxLength: 60 });
  return markup`<h2>Passkeys</h2>
      ${rows(items, 'None. A passkey signs you in by the finger or PIN of your device.')}
      ${passkeyForm('add', '/account?done=passkey', 'Add a passkey', name)}
      <noscript><p class="soft">Adding one takes JavaScript.</p></noscript>
      <p class="soft">Authenticator app: ${hasTotp ? 'on' : 'off'}. Recovery codes left: ${recoveryCodesLeft}.</p>
      ${buttonForm('/account/recovery-codes', 'Make new recovery codes')}`;
}

const passwordForm = (
  handle: string,
  { hasPassword }: AccountOverview,
  problems: readonly UserProblem[],
): Html => markup`<h2>${hasPassword ? 'Change the password' : 'Set a password'}</h2>
      <form method="post" action="/account/password">
        <input type="text" name="handle" value="${handle}" autocomplete="username" hidden />
        ${hasPassword ? passwordField('current', 'Password so far', problems) : ''}
        ${passwordField('new', 'New password', problems, NEW_PASSWORD)}
        <button type="submit" class="quiet">${hasPassword ? 'Change' : 'Set'}</button>
        <p class="hint">All other sessions and all API tokens of the account end with it.</p>
      </form>`;

function sessionsOf({ credential }: SignedInActor, { sessions }: AccountOverview): Html {
  const items = sessions.map(({ id, device, createdAt, lastSeenAt }) => {
    const own = credential.id === String(id);
    return markup`<li>
          <div><strong>${device ?? 'Some program'}</strong>${own ? ' (this one)' : ''}
            <div class="soft">Since ${instant(createdAt)}, last seen ${instant(lastSeenAt)}.</div></div>
          ${own ? '' : buttonForm('/account/sessions/end', 'End', { id: String(id) })}
        </li>`;
  });
  return markup`<h2>Sessions</h2>
      ${rows(items, 'None.')}
      ${sessions.length > 1 ? buttonForm('/account/sessions/end-others', 'End all others') : ''}`;
}

function applicationsOf({ clients }: AccountOverview): Html {
  const items = clients.map(({ id, name, homepage, ownerHandle, permissions, offline, authorizedAt }) => {
    const may = [
      'Read your handle.',
      ...permissions.map((permission) => PERMISSION_SENTENCES[permission]),
      ...(offline ? ['Do so while you are away.'] : []),
    ];
    return markup`<li>
          <div><strong>${name}</strong> ${homepage === null ? '' : markup`<a href="${homepage}" rel="noreferrer">${new URL(homepage).host}</a>`}
            <div class="soft">Of ${ownerHandle}. Let in ${instant(authorizedAt)}. It may:</div>
            <ul>${may.map((sentence) => markup`<li>${sentence}</li>`)}</ul></div>
          ${buttonForm('/account/applications/withdraw', 'Withdraw', { id: String(id) })}
        </li>`;
  });
  return markup`<h2>Applications</h2>
      ${rows(items, 'You have let none in.')}`;
}

/** Shows fresh recovery codes, once. */
export const recoveryCodesPage = (codes: readonly string[]): FormPage => ({
  title: 'Your recovery codes',
  body: markup`<p>Each lets you in once if you lose all else. They are shown only now, and earlier ones no longer count.</p>
      <pre>${codes.join('\n')}</pre>
      <p><a class="button" href="/account">I have kept them</a></p>`,
});
