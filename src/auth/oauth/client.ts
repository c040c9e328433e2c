import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client, OAuth2Tokens } from 'arctic';
import { fetchJson, type JsonObject } from './bounded-fetch.js';
import {
  PROVIDER_TITLES,
  ProviderError,
  type OAuthProvider,
  type OAuthProviderName,
  type ProviderProfile,
  type ProviderSettings,
  type ProviderStep,
} from './provider.js';

/** What is particular to a provider. */
export interface ProviderDefinition {
  name: OAuthProviderName;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Answers who the bearer of a token is. */
  userEndpoint: string;
  scopes: readonly string[];
  /** Who the answer of the user endpoint is about; null for what is missing or odd. */
  readUser: (user: JsonObject) => { subject: string | null; displayName: string | null };
}

export interface ClientOptions {
  settings: ProviderSettings;
  redirectUri: string;
  /** For both requests of a sign-in together. */
  timeoutMs: number;
}

/** Error codes of token endpoints that may stand in a log: RFC 6749 section 5.2 and GitHub's documentation. */
const TOKEN_ERRORS: readonly unknown[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
  'bad_verification_code',
];

/** A fresh state and PKCE code verifier, 256 bits each in base64url (RFC 7636 section 4.1). */
export const newFlow = (): { state: string; codeVerifier: string } => ({
  state: generateState(),
  codeVerifier: generateCodeVerifier(),
});

/** Speaks to one provider. Arctic's own class for GitHub has no PKCE, so that its generic client serves both. */
export function createProvider(definition: ProviderDefinition, options: ClientOptions): OAuthProvider {
  const { name, authorizationEndpoint, tokenEndpoint, userEndpoint, scopes, readUser } = definition;
  const { settings, redirectUri, timeoutMs } = options;
  // It only builds addresses, which the secret is not part of.
  const client = new OAuth2Client(settings.clientId, null, redirectUri);
  const refuseAt = (step: ProviderStep) => (reason: string) => new ProviderError(name, step, reason);

  // Arctic's own token request has no bounds of time or size and follows redirects.
  async function accessToken(code: string, codeVerifier: string, deadline: AbortSignal): Promise<string> {
    const refuse = refuseAt('access token');
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
      redirect_uri: redirectUri,
      code,
      code_verifier: codeVerifier,
    });
    const answer = await fetchJson({ url: tokenEndpoint, form, deadline, refuse });
    // GitHub reports errors with status 200.
    if ('error' in answer) {
      throw refuse(TOKEN_ERRORS.includes(answer.error) ? `it is the error ${String(answer.error)}` : 'it is an error');
    }
    const token = bearerToken(answer);
    if (token === null) throw refuse('it holds no bearer token');
    return token;
  }

  return {
    name,
    title: PROVIDER_TITLES[name],

    authorizationUrl: ({ state, codeVerifier }) =>
      client.createAuthorizationURLWithPKCE(authorizationEndpoint, state, CodeChallengeMethod.S256, codeVerifier, [
        ...scopes,
      ]),

    // GitHub's issuer is https://github.com/login/oauth, Discord's https://discord.com: what they share with the
    // address in the settings is the origin.
    acceptsIssuer: (iss) => iss === null || (URL.canParse(iss) && new URL(iss).origin === new URL(settings.url).origin),

    async profile({ code, codeVerifier }): Promise<ProviderProfile> {
      const deadline = AbortSignal.timeout(timeoutMs);
      const token = await accessToken(code, codeVerifier, deadline);
      const refuse = refuseAt('profile');
      const headers = { authorization: `Bearer ${token}` };
      const { subject, displayName } = readUser(await fetchJson({ url: userEndpoint, headers, deadline, refuse }));
      if (subject === null) throw refuse('the id of the account is missing or odd');
      if (displayName === null) throw refuse('the login name is missing or odd');
      return { provider: name, subject, displayName };
    },
  };
}

/** The token of a token answer (RFC 6749 section 5.1), if it is one by RFC 6750 section 2.1. */
function bearerToken(answer: JsonObject): string | null {
  const tokens = new OAuth2Tokens(answer);
  try {
    const token = tokens.accessToken();
    return tokens.tokenType().toLowerCase() === 'bearer' && /^[\w.~+/-]+=*$/.test(token) ? token : null;
  } catch {
    return null;
  }
}
