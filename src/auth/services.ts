import type { Logger } from 'pino';
import type { Database } from '../db/index.js';
import type { SigningKeys } from './access-tokens/signing-keys.js';
import type { ActorChanges } from './actor-changes.js';
import type { Cookies } from './cookies.js';
import type { Keyring } from './keyring.js';
import type { RateLimits } from './limits/rate-limits.js';
import type { OAuthProvider, OAuthProviderName } from './oauth/index.js';

/** What the services of accounts are built from. */
export interface AuthServices {
  db: Database;
  log: Logger;
  /** The base of every address that the service hands out. */
  publicUrl: string;
  limits: RateLimits;
  keyring: Keyring;
  cookies: Cookies;
  /** What access tokens and ID tokens are signed with. */
  signingKeys: SigningKeys;
  /** What has changed of those who call. */
  actorChanges: ActorChanges;
  /** The providers that are set up. */
  providers: ReadonlyMap<OAuthProviderName, OAuthProvider>;
}
