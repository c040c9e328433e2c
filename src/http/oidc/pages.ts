import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { grantable } from '../../oidc/grants.js';
import type { DeviceFault, OidcForm, OidcPages } from '../../oidc/pages.js';
import { deviceOf } from '../client.js';
import { markup, type Html } from '../html.js';
import { renderSitePage, type SitePage } from '../page.js';
import { scopeList } from './scopes.js';

const FAULTS: Record<DeviceFault, string> = {
  WRONG_CODE: 'There is no such code, or it was used or has expired. Look at it once more.',
  REFUSED: 'Refused: the device gets nothing. You can close this page.',
  FAILED: 'That did not work. Begin again on the device.',
};

/** Writes a page as the provider's answer. @param formTargets further origins that its form may lead to */
function show(ctx: KoaContextWithOIDC, page: SitePage, formTargets: readonly string[] = []): void {
  const { headers, text } = renderSitePage(page, { 'form-action': ["'self'", ...formTargets].join(' ') });
  ctx.set({ ...headers, 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  ctx.body = text;
}

const hidden = (name: string, value: string): Html => markup`<input type="hidden" name="${name}" value="${value}" />`;

/** The code that a link of the device brought along. */
function givenCode({ req }: KoaContextWithOIDC): string {
  const { originalUrl = '' } = req as { originalUrl?: string };
  return (new URL(originalUrl, 'http://localhost').searchParams.get('user_code') ?? '').slice(0, 20);
}

const codeForm = (
  { action, xsrf }: OidcForm,
  code: string,
  fault: DeviceFault | null,
): Html => markup`<form method="post" action="${action}">
        ${hidden('xsrf', xsrf)}
        <p class="field">
          <label for="user_code">The code that your device shows</label>
          <input
            id="user_code" name="user_code" value="${code}" required autofocus autocomplete="off" autocapitalize="characters"
            spellcheck="false" maxlength="20" placeholder="XXXX-XXXX"
            ${fault === 'WRONG_CODE' ? markup`aria-invalid="true" aria-describedby="fault"` : ''}
          />
        </p>
        <button type="submit">Go on</button>
      </form>`;

/** The pages that the provider shows itself, in the look of the service. */
export const oidcPages: OidcPages = {
  deviceCode(ctx, { form, fault }) {
    const told = fault === null ? '' : markup`<p class="notice error" id="fault" role="alert">${FAULTS[fault]}</p>`;
    show(ctx, {
      title: 'Connect a device',
      body: markup`${told}
      ${fault === 'REFUSED' ? '' : codeForm(form, givenCode(ctx), fault)}
      <p class="soft">Enter a code only if you began this yourself, on a device that is yours.</p>`,
    });
  },

  deviceConfirm(ctx, { form: { action, xsrf }, client, userCode, device }) {
    const { scope } = (ctx.oidc.deviceCode?.params ?? {}) as { scope?: string };
    const asked = grantable((scope ?? '').split(' '), client);
    show(ctx, {
      title: `Connect ${nameOf(client)}?`,
      body: markup`<p>A device${deviceName(device)} shows this code, and wants to use <strong>${nameOf(client)}</strong> with your account:</p>
      <pre>${userCode}</pre>
      <p>It asks to:</p>
      ${scopeList(asked)}
      <form method="post" action="${action}">
        ${hidden('xsrf', xsrf)} ${hidden('user_code', userCode)}
          <button type="submit" name="confirm" value="yes" autofocus>It is the same code: go on</button>
          <button type="submit" class="quiet" name="abort" value="yes">Refuse</button>
      </form>
      <p class="soft">Somebody else gave you the code? Then refuse: the device would act as you.</p>`,
    });
  },

  deviceDone(ctx) {
    show(ctx, { title: 'Connected', body: markup`<p>The device may go on. You can close this page.</p>` });
  },

  signOut(ctx, { form: { action, xsrf }, client }) {
    const { postLogoutRedirectUri } = ctx.oidc.session!.state as { postLogoutRedirectUri?: string };
    const target = postLogoutRedirectUri === undefined ? [] : [targetOf(postLogoutRedirectUri)];
    const by = client === undefined ? '' : markup`<strong>${nameOf(client)}</strong> says that you are leaving it. `;
    show(
      ctx,
      {
        title: 'Sign out?',
        body: markup`<p>${by}Do you want to sign out of MCP WebService in this browser, too?</p>
      <form method="post" action="${action}">
        ${hidden('xsrf', xsrf)}
          <button type="submit" name="logout" value="yes" autofocus>Sign out</button>
          <button type="submit" class="quiet">Stay signed in</button>
      </form>`,
      },
      target,
    );
  },

  signedOut(ctx) {
    show(ctx, { title: 'Signed out', body: markup`<p>You are signed out in this browser.</p>${START}` });
  },

  error(ctx, { error, error_description: description }) {
    show(ctx, {
      title: 'That did not work',
      body: markup`<p>The application that sent you here asked for something that can not be given:</p>
      <p class="notice error" role="alert">${description ?? error} <span class="soft">(${error})</span></p>
      <p class="soft">Nothing was changed. Go back to it and begin again; if that does not help, tell those who run it.</p>${START}`,
    });
  },
};

const START = markup`<p><a href="/">Start page</a></p>`;

const nameOf = (client: Client): string => client.clientName ?? client.clientId;

function deviceName(agent: string): string {
  const name = deviceOf(agent);
  return name === null ? '' : ` (${name})`;
}

/** What a form's policy calls an address: its origin, or the scheme of an installed application. */
export function targetOf(address: string): string {
  const { origin, protocol } = new URL(address);
  return origin === 'null' ? protocol : origin;
}
