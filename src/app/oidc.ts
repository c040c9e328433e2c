import type { IncomingMessage } from 'node:http';
import type { Authenticate } from '../auth/authenticate.js';
import type { AuthServices } from '../auth/services.js';
import { oidcPages } from '../http/oidc/pages.js';
import { cookieActor } from '../http/visitor.js';
import { signOut } from '../modules/accounts/sign-in.service.js';
import type { WebhookTargets } from '../modules/webhooks/targets.js';
import { OidcDoor } from '../oidc/provider.js';
import { accountIds } from './account-ids.js';

/** The OpenID Connect provider, for which the browser's session with this service is the one truth of who is signed in. */
export function createOidc(auth: AuthServices, authenticate: Authenticate, targets: WebhookTargets): OidcDoor {
  const { db, log, publicUrl, keyring, signingKeys, cookies } = auth;
  const actorOf = ({ req: { headers } }: { req: IncomingMessage }) =>
    cookieActor({ cookie: headers.cookie, host: headers.host }, authenticate);
  return new OidcDoor({
    db,
    log,
    publicUrl,
    keyring,
    keys: signingKeys,
    accountIds,
    pages: oidcPages,
    targets,
    async sessionUser(ctx) {
      const actor = await actorOf(ctx);
      return actor.kind === 'SIGNED_IN' ? Number(actor.user.id) : null;
    },
    async endBrowserSession(ctx) {
      const actor = await actorOf(ctx);
      const caller = { actor, now: new Date(), address: ctx.ip, device: null, cookies: null };
      if (actor.kind === 'SIGNED_IN') await signOut(auth, caller);
      return [cookies.clear(cookies.name('session'))];
    },
  });
}
