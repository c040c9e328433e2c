import type { ProviderDefinition } from './client.js';
import { displayNameOf } from './display-name.js';

/** A 64-bit number as text: as a number of JavaScript it would lose its last digits. */
const SNOWFLAKE = /^[1-9]\d{16,19}$/;

/**
 * Discord. Of its scopes only `identify`: no e-mail address, no guilds.
 * @param url the base address, without the slash at its end
 * @see https://discord.com/developers/docs/topics/oauth2
 */
export const discord = (url: string): ProviderDefinition => ({
  name: 'DISCORD',
  authorizationEndpoint: `${url}/oauth2/authorize`,
  tokenEndpoint: `${url}/api/oauth2/token`,
  userEndpoint: `${url}/api/users/@me`,
  scopes: ['identify'],
  readUser: ({ id, username }) => ({
    subject: typeof id === 'string' && SNOWFLAKE.test(id) ? id : null,
    displayName: displayNameOf(username),
  }),
});
