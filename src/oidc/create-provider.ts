import { Provider, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { tokenParties } from '../auth/access-tokens/claims.js';
import type { SigningKeySet } from '../auth/access-tokens/signing-keys.js';
import { ALL_PERMISSIONS, toScope } from '../auth/permissions.js';
import { equalSecrets, hashSecret } from '../auth/secrets.js';
import { IDENTITY_SCOPES } from './client-metadata.js';
import { askToSignOut, configuration } from './configuration.js';
import { NOT_TOLD, type OidcServices } from './services.js';
import { registerTokenExchange } from './token-exchange.js';

/** The provider with the keys of an instant. */
export function createProvider(services: OidcServices, keys: SigningKeySet): Provider {
  const { publicUrl, log } = services;
  const { issuer } = tokenParties(publicUrl);
  const provider = new Provider(issuer, configuration(services, keys));
  // The mount says by headers how the service is reached, in place of whatever a client sent.
  provider.proxy = true;
  knowClients(provider);
  registerTokenExchange(provider, services);
  provider.use(async (ctx, next) => {
    await next();
    const answered = ctx as unknown as KoaContextWithOIDC;
    nameScopes(answered);
    await signOutEverywhere(answered, services);
  });
  provider.on('server_error', (_ctx, error) => log.error({ err: error }, 'provider fault'));
  provider.on('backchannel.error', (_ctx, error, client) => {
    log.warn({ client: client.clientId, reason: error.message }, NOT_TOLD);
  });
  return provider;
}

/** What is ours of clients: hashed secrets, and subjects of their own for all but those of the people who run the service. */
function knowClients(provider: Provider): void {
  const prototype = provider.Client.prototype as Client & {
    compareClientSecret(given: string): boolean;
  };
  prototype.compareClientSecret = function compareClientSecret(given) {
    const hash = hashSecret(given).toString('hex');
    const previous = this['previous_secret_hash'] as string | null;
    return equalSecrets(hash, this.clientSecret!) || (previous !== null && equalSecrets(hash, previous));
  };
  // By metadata every client is `public`: with `pairwise` the provider wants sectors, which it would ask the hosts of clients for,
  // and refuses the device grant. Subjects here differ by client (`configuration.ts`), not by host.
  Object.defineProperty(prototype, 'subjectType', {
    get(this: Client) {
      return this['trusted'] === true ? 'public' : 'pairwise';
    },
    set: () => undefined,
  });
}

/** The provider tells of its own scopes alone: those of permissions belong to the interface. */
function nameScopes({ oidc, body, status }: KoaContextWithOIDC): void {
  if (oidc?.route !== 'discovery' || status !== 200) return;
  Object.assign(body as object, { scopes_supported: [...IDENTITY_SCOPES, ...ALL_PERMISSIONS.map(toScope)] });
}

/**
 * Whoever signs out through a client is signed out of the browser's session here, too, and so is asked first even where the provider
 * itself knows of nobody: it would send a page that signs out by itself, to which any site could lead.
 */
async function signOutEverywhere(ctx: KoaContextWithOIDC, { endBrowserSession, pages }: OidcServices): Promise<void> {
  if (ctx.oidc === undefined || ctx.status >= 400) return;
  const { route, session, params } = ctx.oidc;
  if (route === 'end_session' && session?.accountId === undefined) return askToSignOut(ctx, pages);
  if (route !== 'end_session_confirm' || params?.['logout'] === undefined) return;
  for (const cookie of await endBrowserSession(ctx)) ctx.append('set-cookie', cookie);
}
