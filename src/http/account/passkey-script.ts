import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

export const PASSKEY_SCRIPT_PATH = '/assets/passkeys.js';

/**
 * What pages do with passkeys, which no browser can do without a script. It asks GraphQL as any other program does. A form
 * `data-passkey="sign-in"` (or `prove`, `add`) is shown where the browser knows passkeys, and its `data-return-to` says where to go.
 */
const SCRIPT = `'use strict';
(() => {
  const known = window.PublicKeyCredential;
  if (!known || !known.parseRequestOptionsFromJSON) return;

  const ask = async (query, input) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: input && { input } }),
    });
    const { data, errors } = await response.json();
    if (errors) {
      const { code, reason } = errors[0].extensions;
      const here = location.pathname === '/account' ? '/account' : '/';
      if (code === 'UNAUTHENTICATED') location.assign('/sign-in?returnTo=' + here);
      if (reason === 'REAUTHENTICATION_REQUIRED') location.assign('/sign-in?prove=1&returnTo=' + here);
      throw new Error(errors[0].message);
    }
    const [payload] = Object.values(data);
    if (payload.userErrors.length > 0) throw new Error(payload.userErrors.map(({ message }) => message).join(' '));
    return payload;
  };

  const use = async (start, finish) => {
    const { options } = await ask('mutation { ' + start + ' { options userErrors { message } } }');
    const publicKey = known.parseRequestOptionsFromJSON(options);
    const response = (await navigator.credentials.get({ publicKey })).toJSON();
    await ask(
      'mutation ($input: PasskeyResponseInput!) { ' + finish + '(input: $input) { userErrors { message } } }',
      { response },
    );
  };

  const showCodes = (form, codes) => {
    const list = document.createElement('pre');
    list.textContent = codes.join('\\n');
    const done = document.createElement('a');
    done.className = 'button';
    done.href = '/account';
    done.textContent = 'I have kept them';
    const words = document.createElement('p');
    words.className = 'notice';
    words.tabIndex = -1;
    words.textContent =
      'The passkey is added. These recovery codes let you in if you lose it. Each works once, and they are shown only now:';
    form.replaceChildren(words, list, done);
    words.focus();
  };

  const WORK = {
    'sign-in': () => use('startPasskeySignIn', 'signInWithPasskey'),
    prove: () => use('startPasskeyReauthentication', 'reauthenticateWithPasskey'),
    async add(form) {
      const { options } = await ask('mutation { startPasskeyRegistration { options userErrors { message } } }');
      const publicKey = known.parseCreationOptionsFromJSON(options);
      const response = (await navigator.credentials.create({ publicKey })).toJSON();
      const { recoveryCodes } = await ask(
        'mutation ($input: FinishPasskeyRegistrationInput!) { finishPasskeyRegistration(input: $input) { recoveryCodes userErrors { message } } }',
        { name: form.elements.name.value, response },
      );
      if (recoveryCodes) showCodes(form, recoveryCodes);
      return recoveryCodes === null;
    },
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    const fault = form.querySelector('[role=alert]');
    const button = form.querySelector('button');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      fault.hidden = true;
      button.disabled = true;
      try {
        if ((await WORK[form.dataset.passkey](form)) !== false) location.assign(form.dataset.returnTo);
      } catch (error) {
        const aborted = error instanceof DOMException;
        const twice = aborted && error.name === 'InvalidStateError';
        fault.textContent = twice
          ? 'This device has a passkey of the account already.'
          : aborted ? 'No passkey was used.' : error.message;
        fault.hidden = false;
      } finally {
        button.disabled = false;
      }
    });
  }
})();
`;

/** Serves the script; browsers ask each time whether it is still the same. */
export function mountPasskeyScript(app: FastifyInstance): void {
  const etag = `"${createHash('sha256').update(SCRIPT).digest('base64url').slice(0, 27)}"`;
  app.get(PASSKEY_SCRIPT_PATH, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'no-cache');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(SCRIPT);
  });
}
