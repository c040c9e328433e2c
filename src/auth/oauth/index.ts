import { createProvider } from './client.js';
import { discord } from './discord.js';
import { github } from './github.js';
import type { OAuthProvider, OAuthProviderName, ProviderSettings } from './provider.js';

export { newFlow } from './client.js';
export { ProviderError } from './provider.js';
export type { OAuthProvider, OAuthProviderName, ProviderProfile, ProviderSettings, ProviderStep } from './provider.js';

const TIMEOUT_MS = 5000;

export interface ProvidersInput {
  /** How the outside world reaches this service, without the slash at its end. */
  publicUrl: string;
  /** Null where the provider is not set up. */
  github: ProviderSettings | null;
  discord: ProviderSettings | null;
  /** For both requests of a sign-in together. */
  timeoutMs?: number;
}

/**
 * The providers that are set up. Each has a redirect address of its own, so that a callback tells which provider it
 * claims to come from (RFC 9700 section 4.4.2).
 */
export function createProviders(input: ProvidersInput): ReadonlyMap<OAuthProviderName, OAuthProvider> {
  const { publicUrl, timeoutMs = TIMEOUT_MS } = input;
  const providers: OAuthProvider[] = [];
  if (input.github !== null) {
    const redirectUri = `${publicUrl}/sign-in/github/callback`;
    providers.push(createProvider(github(input.github.url), { settings: input.github, redirectUri, timeoutMs }));
  }
  if (input.discord !== null) {
    const redirectUri = `${publicUrl}/sign-in/discord/callback`;
    providers.push(createProvider(discord(input.discord.url), { settings: input.discord, redirectUri, timeoutMs }));
  }
  return new Map(providers.map((provider) => [provider.name, provider]));
}
