import type { SignedInActor } from '../../auth/actor.js';
import { PERMISSION_SENTENCES, type Permission } from '../../auth/permissions.js';
import type { IdentityRow } from '../../modules/identities/identities.store.js';
import type { IrcLinkCode } from '../../modules/identities/irc-link.service.js';
import type { IrcNetwork } from '../../modules/identities/irc-networks.store.js';
import type { IrcOffer } from '../../modules/identities/irc-offer.service.js';
import type { UserProblem } from '../../shared/user-errors.js';
import { markup, type Html } from '../html.js';
import { buttonForm, hidden, instant, otherProblems, type FormPage } from './form-page.js';

const TO_ACCOUNT = markup`<p><a href="/account">Your account</a></p>`;

/** The form that begins to link an account of a network; nothing where there is no network. */
export const linkIrcForm = (networks: readonly IrcNetwork[]): Html | string =>
  networks.length === 0
    ? ''
    : markup`<form method="post" action="/account/identities/irc">
          <div class="field">
            <label for="network">IRC network</label>
            <select id="network" name="network">${networks.map(({ name }) => markup`<option>${name}</option>`)}</select>
          </div>
          <button type="submit" class="quiet">Link an IRC account</button>
        </form>`;

/** Shows a code to say to the bot of a network, once. */
export const linkCodePage = ({ code, expiresAt, instructions }: IrcLinkCode): FormPage => ({
  title: 'Link an IRC account',
  body: markup`<pre>${code}</pre>
      <p>${instructions}</p>
      <p>Send it to the bot alone, never to a channel. It is shown only now, and good once, until ${instant(expiresAt)}. Then confirm the
        account, which waits for you among your ways in.</p>
      ${TO_ACCOUNT}`,
});

/** The form that says what bots may do for somebody where an identity proves who it is. */
export const actingForm = (
  { id, network, displayName, actingPermissions }: IdentityRow,
  offered: readonly Permission[],
): Html => markup`<details>
          <summary>What bots may do for you</summary>
          <form method="post" action="/account/identities/acting">
            ${hidden('id', String(id))}
            <fieldset>
              <legend>Where ${displayName} on ${network} asks for it, bots may:</legend>
              ${offered.map(
                (
                  permission,
                ) => markup`<label class="choice"><input type="checkbox" name="permission" value="${permission}"
                ${actingPermissions.includes(permission) ? markup`checked ` : ''}/> ${PERMISSION_SENTENCES[permission]}</label>`,
              )}
            </fieldset>
            <button type="submit" class="quiet">Save</button>
          </form>
        </details>`;

/** Asks whether an IRC account is to be linked whose holder was given the address. */
export const offerPage = ({ user }: SignedInActor, code: string, offer: IrcOffer): FormPage => ({
  title: 'Link this IRC account?',
  body: markup`<p>The account <strong>${offer.account}</strong> (id ${offer.accountId}) of the IRC network <strong>${offer.network}</strong> asks to be
        linked to your account <strong>${user.handle}</strong>. Whoever holds it can then act as you there. Confirm only if you asked the bot for
        this yourself.</p>
      <p class="soft">It was asked for by the nick ${offer.nick}.</p>
      ${buttonForm('/account/link-irc', 'Link it', { code }, false)}
      <p><a href="/account">Do not link it</a></p>`,
});

/** Says why an IRC account can not be linked by the address that was given. */
export const noOfferPage = (problems: readonly UserProblem[]): FormPage => ({
  title: 'Nothing was linked',
  body: markup`${otherProblems(problems, [])}
      <p>Ask the bot for another address if you still want to link the account.</p>
      ${TO_ACCOUNT}`,
});
