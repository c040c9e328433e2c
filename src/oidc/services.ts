import type { KoaContextWithOIDC } from 'oidc-provider';
import type { SigningKeys } from '../auth/access-tokens/signing-keys.js';
import type { AuthServices } from '../auth/services.js';
import type { WebhookTargets } from '../modules/webhooks/targets.js';
import type { AccountIds } from './account-ids.js';
import type { OidcPages } from './pages.js';

/** What the provider is made from. */
export interface OidcServices extends Pick<AuthServices, 'db' | 'log' | 'publicUrl' | 'keyring'> {
  accountIds: AccountIds;
  pages: OidcPages;
  /** Which addresses are told of a sign-out. */
  targets: WebhookTargets;
  /** Who is signed in in the browser that a request comes from; null for nobody. */
  sessionUser: (ctx: KoaContextWithOIDC) => Promise<number | null>;
  /** Ends the session of the browser that signs out. @returns Set-Cookie headers for the answer */
  endBrowserSession: (ctx: KoaContextWithOIDC) => Promise<string[]>;
  keys: SigningKeys;
}

/** What the log says of a client that did not answer. */
export const NOT_TOLD = 'a client was not told of a sign-out';
