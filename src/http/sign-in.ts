import type { FastifyInstance } from 'fastify';
import { ANONYMOUS } from '../auth/actor.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { OAuthProviderName } from '../auth/oauth/index.js';
import type { AuthServices } from '../auth/services.js';
import { forgetFlow, startFlow } from '../modules/identities/oauth-flow.service.js';
import { finishFlow } from '../modules/identities/provider-callback.service.js';
import { AppError } from '../shared/errors.js';
import { markup, type Html } from './html.js';
import { sendSitePage } from './page.js';
import { sendRefusal, START_PAGE } from './refusal-page.js';
import { actorOf, callerOf, parameterOf, type Query } from './visitor.js';

interface Route {
  Params: { provider: string };
  Querystring: Query;
}

const PROVIDERS: ReadonlyMap<string, OAuthProviderName> = new Map([
  ['github', 'GITHUB'],
  ['discord', 'DISCORD'],
]);

/** Mounts signing in through providers: plain addresses that a browser is sent to, and that answer people with pages. */
export function mountSignIn(http: FastifyInstance, auth: AuthServices, authenticate: Authenticate): void {
  void http.register(async (app) => {
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    app.setErrorHandler((error, request, reply) => sendRefusal(request, reply, error));
    // HEAD is what looks at links: it must neither begin nor finish anything.
    const options = { exposeHeadRoute: false };

    app.get<Route>('/sign-in/:provider', options, async (request, reply) => {
      const provider = providerOf(request.params);
      const returnTo = parameterOf(request.query, 'returnTo');
      const started = await startFlow(auth, callerOf(request, ANONYMOUS), { provider, intent: 'SIGN_IN', returnTo });
      return reply.header('set-cookie', started.setCookies).redirect(started.authorizationUrl, 303);
    });

    app.get<Route>('/sign-in/:provider/callback', options, async (request, reply) => {
      const provider = providerOf(request.params);
      const parameter = (name: string) => parameterOf(request.query, name);
      const state = parameter('state');
      if (state !== null) void reply.header('set-cookie', forgetFlow(auth, state));
      const caller = callerOf(request, await actorOf(request, authenticate));
      const [code, error, issuer] = [parameter('code'), parameter('error'), parameter('iss')];
      const outcome = await finishFlow(auth, caller, { provider, state, code, error, issuer });
      if (outcome.kind === 'DONE') {
        for (const cookie of outcome.setCookies) void reply.header('set-cookie', cookie);
        return reply.redirect(outcome.returnTo, 303);
      }
      return sendSitePage(reply.code(409), { title: 'Linked to another account', body: elsewhere(outcome) });
    });
  });
}

function providerOf({ provider }: Route['Params']): OAuthProviderName {
  const name = PROVIDERS.get(provider);
  if (name === undefined) throw new AppError('NOT_FOUND', 'There is no such way of signing in.');
  return name;
}

const elsewhere = ({ title, handle, code }: { title: string; handle: string; code: string }): Html => markup`<p>
        This ${title} account is a way in to the account <strong>${handle}</strong>, not to the one that you are signed in
        to. Nothing was changed.
      </p>
      <p>If you want to move it here, call the mutation <code>moveIdentity</code> with this code within 10 minutes:</p>
      <pre>${code}</pre>
      <p class="soft">
        The sessions of ${handle} end with that. Somebody else asked you to open this page? Then close it, and give nobody
        the code.
      </p>
      ${START_PAGE}`;
