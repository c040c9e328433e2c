import type { ProviderDefinition } from './client.js';
import { displayNameOf } from './display-name.js';

/**
 * GitHub, or a GitHub Enterprise server at another address. No scope is asked for: who signed in can be read without.
 * @param url the base address, without the slash at its end
 * @see https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export const github = (url: string): ProviderDefinition => ({
  name: 'GITHUB',
  authorizationEndpoint: `${url}/login/oauth/authorize`,
  tokenEndpoint: `${url}/login/oauth/access_token`,
  userEndpoint: `${url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`}/user`,
  scopes: [],
  readUser: ({ id, login }) => ({
    subject: Number.isSafeInteger(id) && Number(id) > 0 ? String(id) : null,
    displayName: displayNameOf(login),
  }),
});
