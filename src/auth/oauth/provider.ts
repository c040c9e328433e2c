export type OAuthProviderName = 'GITHUB' | 'DISCORD';

/** Names for people. */
export const PROVIDER_TITLES: Readonly<Record<OAuthProviderName, string>> = { GITHUB: 'GitHub', DISCORD: 'Discord' };

/** Who the provider says has signed in. E-mail addresses and their "verified" flags are never read. */
export interface ProviderProfile {
  provider: OAuthProviderName;
  /** The provider's own number for the account, as text: never the login name, which may pass to somebody else. */
  subject: string;
  /** The login name, for people: no control or format characters, at most 100 characters. */
  displayName: string;
}

/** One provider as this service uses it: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636). */
export interface OAuthProvider {
  readonly name: OAuthProviderName;
  readonly title: string;
  /** Where to send the browser; with an S256 challenge, always. */
  authorizationUrl(flow: { state: string; codeVerifier: string }): URL;
  /** Whether the `iss` parameter of a callback (RFC 9207) may be this provider's. True where there is none. */
  acceptsIssuer(iss: string | null): boolean;
  /** Exchanges the code and reads who signed in; the provider's token is dropped after that. @throws ProviderError */
  profile(flow: { code: string; codeVerifier: string }): Promise<ProviderProfile>;
}

/** A client registered with a provider. */
export interface ProviderSettings {
  clientId: string;
  clientSecret: string;
  /** The base address, without the slash at its end: https://github.com, a GitHub Enterprise server, https://discord.com. */
  url: string;
}

/** What was asked of a provider when its answer could not be used. */
export type ProviderStep = 'access token' | 'profile';

/**
 * The answer of a provider can't be used. The message names provider, step and reason in words of ours; nothing that was
 * sent or received is in it, and there is no cause.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly provider: OAuthProviderName,
    readonly step: ProviderStep,
    reason: string,
  ) {
    super(`The answer of ${PROVIDER_TITLES[provider]} (${step}) can't be used: ${reason}.`);
  }
}
