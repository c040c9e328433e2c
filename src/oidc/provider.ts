import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client, InteractionResults, Provider } from 'oidc-provider';
import type { SigningKeySet } from '../auth/access-tokens/signing-keys.js';
import { NOT_TOLD, type OidcServices } from './services.js';

/** A client as the provider has it, beyond what its types tell. */
type ToldClient = Client & { backchannelLogout(accountId: string, sid: string): Promise<void> };

/** The OpenID Connect provider. When keys are rotated, by whatever process, another one takes its place. */
export class OidcDoor {
  private made: { keys: SigningKeySet; provider: Provider; handle: ReturnType<Provider['callback']> } | null = null;

  constructor(private readonly services: OidcServices) {}

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

  /**
   * Hands the provider what came of an interaction. Where somebody else has signed in than it knew in this browser, whoever that was
   * has left: left to itself it would show a form that needs a script, and sign the browser out of this service.
   * @returns where the browser goes on
   */
  async answer(request: IncomingMessage, response: ServerResponse, result: InteractionResults): Promise<string> {
    const provider = await this.provider();
    const { accountId } = await provider.Session.get(provider.createContext(request, response));
    if (result.login === undefined || accountId === undefined || accountId === result.login.accountId) {
      return provider.interactionResult(request, response, result);
    }
    const interaction = await provider.interactionDetails(request, response);
    await this.forgetBrowser(request, response);
    Object.assign(interaction, { session: undefined, result });
    await interaction.persist();
    return interaction.returnTo;
  }

  private async current() {
    const keys = await this.services.keys.get();
    if (this.made?.keys === keys) return this.made;
    // It takes a fifth of a second to load: not at every start, but when somebody comes.
    const { createProvider } = await import('./create-provider.js');
    const provider = createProvider(this.services, keys);
    this.made = { keys, provider, handle: provider.callback() };
    return this.made;
  }
}
