import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from 'oidc-provider';
import type { Actor } from '../../auth/actor.js';
import type { Authenticate } from '../../auth/authenticate.js';
import type { AuthServices } from '../../auth/services.js';
import { consentTo, readInteraction, refuse, signedInAs, type Asked } from '../../oidc/interactions.js';
import type { OidcDoor } from '../../oidc/provider.js';
import { linkTo, sendFormPage } from '../account/form-page.js';
import { fieldOf, readForms, requireOwnPage } from '../account/forms.js';
import { markup, type Html } from '../html.js';
import { sendRefusal } from '../refusal-page.js';
import { cookieActor } from '../visitor.js';
import { targetOf } from './pages.js';
import { scopeList } from './scopes.js';

interface Route {
  Params: { uid: string };
}

/**
 * The origins to which a path leads on at once: where an application waits for the browser that is to sign in first. Browsers hold the
 * redirects that follow a form to its page's policy.
 */
export async function formTargets(door: OidcDoor, returnTo: string): Promise<string[]> {
  const id = /^\/interaction\/([\w-]{1,100})$/.exec(returnTo)?.[1];
  const address = id === undefined ? null : await door.redirectUriOf(id);
  return address === null ? [] : [targetOf(address)];
}

/** Mounts what the provider asks people for: to sign in, and to agree. It is what a client's request waits for. */
export function mountInteraction(
  http: FastifyInstance,
  door: OidcDoor,
  auth: AuthServices,
  authenticate: Authenticate,
): void {
  void http.register(async (app) => {
    readForms(app);
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    app.setErrorHandler((error, request, reply) => sendRefusal(request, reply, error));
    const options = { exposeHeadRoute: false };

    /** What is asked, who is there, and what comes next. */
    async function look(request: FastifyRequest, reply: FastifyReply) {
      const asked = await readInteraction(await door.provider(), request.raw, reply.raw);
      // Links of other sites lead here: where the cookie comes along does not say who sent it.
      const { cookie, host } = request.headers;
      const actor = await cookieActor({ cookie, host }, authenticate);
      return { asked, actor, next: await signedInAs(door, asked, actor, new Date()) };
    }

    app.get<Route>('/interaction/:uid', options, async (request, reply) => {
      const { asked, actor, next } = await look(request, reply);
      if (next === 'CONSENT') return sendConsent(reply, asked, actor);
      if (next === 'SIGN_IN') return reply.redirect(linkTo('/sign-in', { returnTo: request.url }), 303);
      if (next === 'PROVE') return reply.redirect(linkTo('/sign-in', { returnTo: request.url, prove: '1' }), 303);
      return reply.redirect(await door.answer(request.raw, reply.raw, next), 303);
    });

    app.post<Route>('/interaction/:uid', options, async (request, reply) => {
      requireOwnPage(request, auth);
      const { asked, next } = await look(request, reply);
      // Somebody else has signed in meanwhile, or nobody is any more: begin with that.
      if (next !== 'CONSENT') return reply.redirect(request.url, 303);
      const isAllowed = fieldOf(request, 'answer') === 'allow';
      const result = isAllowed ? await consentTo(door, asked) : refuse('the person refused');
      return reply.redirect(await door.answer(request.raw, reply.raw, result), 303);
    });
  });
}

const STRANGE = 'This service does not run it and has not looked at it.';

/** What people install is asked about even so: anything on their device could say that it is it. */
const TRUSTED = 'Go on only if you began this yourself: other programs could call themselves so.';

function sendConsent(reply: FastifyReply, asked: Asked, actor: Actor): FastifyReply {
  const { client, redirectUri } = asked;
  const handle = actor.kind === 'SIGNED_IN' ? actor.user.handle : '';
  const name = client.clientName ?? client.clientId;
  return sendFormPage(
    reply,
    {
      title: `Allow ${name}?`,
      body: markup`<p><strong>${name}</strong> ${homeOf(client)} wants to use your account <strong>${handle}</strong>. It asks to:</p>
      ${scopeList(asked.scopes)}
      ${whereTo(redirectUri)}
      <form method="post">
          <button type="submit" name="answer" value="allow">Allow</button>
          <button type="submit" class="quiet" name="answer" value="refuse">Refuse</button>
      </form>
      <p class="soft">
        It never gets your password, and never more rights than you have. You can withdraw it at any time on the page of your
        <a href="/account">account</a>. ${client['trusted'] === true ? TRUSTED : STRANGE}
      </p>`,
    },
    redirectUri === null ? [] : [targetOf(redirectUri)],
  );
}

function homeOf(client: Client): Html | string {
  const homepage = client['homepage'] as string | null;
  return homepage === null ? '' : markup`(<a href="${homepage}" rel="noreferrer">${new URL(homepage).host}</a>)`;
}

function whereTo(redirectUri: string | null): Html | string {
  if (redirectUri === null) return '';
  const { host, protocol } = new URL(redirectUri);
  const where = host === '' ? `an application on your device (${protocol})` : host;
  return markup`<p>You are sent on to <strong>${where}</strong>.</p>`;
}
