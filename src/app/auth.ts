import type { Logger } from 'pino';
import { ActorChanges } from '../auth/actor-changes.js';
import { accessTokenStrategy } from '../auth/access-tokens/access-token-strategy.js';
import { SigningKeys } from '../auth/access-tokens/signing-keys.js';
import type { AuthenticationStrategy } from '../auth/authenticate.js';
import { Cookies } from '../auth/cookies.js';
import { Keyring } from '../auth/keyring.js';
import { openRateLimits, type RedisClient } from '../auth/limits/rate-limits.js';
import { createProviders, type ProviderSettings } from '../auth/oauth/index.js';
import type { AuthServices } from '../auth/services.js';
import { sessionStrategy } from '../auth/sessions/session-strategy.js';
import { tokenStrategy } from '../auth/tokens/token-strategy.js';
import type { Database } from '../db/index.js';
import { accountIds } from './account-ids.js';
import type { Settings } from './env.js';

export interface AuthInput {
  db: Database;
  log: Logger;
  publicUrl: string;
  secretKeys: readonly string[];
  redis?: RedisClient | null;
  github?: ProviderSettings | null;
  discord?: ProviderSettings | null;
  /** How long both requests of a sign-in to a provider may take together, in milliseconds. */
  providerTimeout?: number;
}

/** What the services of accounts share. */
export function createAuth(input: AuthInput): AuthServices {
  const { db, log, publicUrl, secretKeys, redis = null, github = null, discord = null } = input;
  const keyring = new Keyring(secretKeys);
  return {
    db,
    log,
    publicUrl,
    keyring,
    limits: openRateLimits({ db, redis, keyring }),
    cookies: new Cookies(publicUrl),
    signingKeys: new SigningKeys({ db, keyring }),
    actorChanges: new ActorChanges(db),
    providers: createProviders({ publicUrl, github, discord, timeoutMs: input.providerTimeout }),
  };
}

/** The ways to prove who calls, in the order in which they are asked. */
export const authStrategies = (auth: AuthServices): AuthenticationStrategy[] => {
  const { db, cookies, publicUrl, signingKeys: keys, actorChanges: changes } = auth;
  return [
    tokenStrategy(db, changes),
    accessTokenStrategy({ db, publicUrl, keys, changes, userOf: accountIds.decode }),
    sessionStrategy(db, cookies, publicUrl, changes),
  ];
};

/** The providers that the settings name. */
export function providerSettings(settings: Settings): Pick<AuthInput, 'github' | 'discord'> {
  const of = (provider: 'GITHUB' | 'DISCORD'): ProviderSettings | null => {
    const clientId = settings[`${provider}_CLIENT_ID`];
    const clientSecret = settings[`${provider}_CLIENT_SECRET`];
    const url = settings[`${provider}_URL`];
    return clientId === undefined || clientSecret === undefined ? null : { clientId, clientSecret, url };
  };
  return { github: of('GITHUB'), discord: of('DISCORD') };
}
