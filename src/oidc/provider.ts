import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { tokenParties } from '../auth/access-tokens/claims.js';
import type { SigningKeys, SigningKeySet } from '../auth/access-tokens/signing-keys.js';
import { equalSecrets, hashSecret } from '../auth/secrets.js';
import { configuration, type OidcServices } from './configuration.js';
import { registerTokenExchange } from './token-exchange.js';

export interface OidcDoorServices extends OidcServices {
  keys: SigningKeys;
  /** Ends the session of the browser that signs out. @returns Set-Cookie headers for the answer */
  endBrowserSession: (ctx: KoaContextWithOIDC) => Promise<string[]>;
}

/** A client as the provider has it, beyond what its types tell. */
type ToldClient = Client & { backchannelLogout(accountId: string, sid: string): Promise<void> };

const NOT_TOLD = 'a client was not told of a sign-out';

/** The OpenID Connect provider. When keys are rotated, by whatever process, another one takes its place. */
export class OidcDoor {
  private made: { keys: SigningKeySet; provider: Provider; handle: ReturnType<Provider['callback']> } | null = null;

  constructor(private readonly services: OidcDoorServices) {}

  get publicUrl(): string {
    return this.services.publicUrl;
  }

  /** What the provider calls the account of a user. */
  accountIdOf(userId: number): string {
    return this.services.accountIds.encode(userId);
  }

  /** The provider with the keys of now. */
  async provider(): Promise<Provider> {
    return (await this.current()).provider;
  }

  /** Answers a request whose address begins behind the mount. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await (await this.current()).handle(request, response);
  }

  /** Where an application waits for the browser that is on a page of an interaction; null for none. */
  async redirectUriOf(interactionId: string): Promise<string | null> {
    const interaction = await (await this.provider()).Interaction.find(interactionId);
    const address = interaction?.params['redirect_uri'];
    return typeof address === 'string' ? address : null;
  }

  /**
   * Ends what the provider remembers of a browser in which somebody signs out, and tells the clients that want to know.
   * A client that does not answer is noted in the log.
   */
  async forgetBrowser(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = await this.provider();
    const session = await provider.Session.get(provider.createContext(request, response));
    const { accountId } = session;
    if (accountId === undefined) return;
    const told = Object.entries(session.authorizations ?? {}).map(async ([clientId, { sid }]) => {
      const client = (await provider.Client.find(clientId)) as ToldClient | undefined;
      if (client?.backchannelLogoutUri !== undefined) await client.backchannelLogout(accountId, sid!);
    });
    for (const outcome of await Promise.allSettled(told)) {
      if (outcome.status === 'rejected') this.services.log.warn({ err: outcome.reason as Error }, NOT_TOLD);
    }
    await session.destroy();
  }

  private async current() {
    const keys = await this.services.keys.get();
    if (this.made?.keys === keys) return this.made;
    const provider = createProvider(this.services, keys);
    this.made = { keys, provider, handle: provider.callback() };
    return this.made;
  }
}

function createProvider(services: OidcDoorServices, keys: SigningKeySet): Provider {
  const { publicUrl, log } = services;
  const { issuer } = tokenParties(publicUrl);
  const provider = new Provider(issuer, configuration(services, keys));
  // The mount says by headers how the service is reached, in place of whatever a client sent.
  provider.proxy = true;
  knowClients(provider);
  registerTokenExchange(provider, services);
  provider.use(async (ctx, next) => {
    await next();
    await leaveBrowser(ctx as unknown as KoaContextWithOIDC, services);
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
    grantTypeAllowed(type: string): boolean;
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

/** Whoever signs out through a client is signed out of the browser's session here, too. */
async function leaveBrowser(ctx: KoaContextWithOIDC, { endBrowserSession }: OidcDoorServices): Promise<void> {
  if (ctx.oidc?.route !== 'end_session_confirm' || ctx.oidc.params?.['logout'] === undefined || ctx.status >= 400)
    return;
  for (const cookie of await endBrowserSession(ctx)) ctx.append('set-cookie', cookie);
}
