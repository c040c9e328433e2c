import { createHash } from 'node:crypto';
import {
  errors,
  interactionPolicy,
  type AccountClaims,
  type Client,
  type Configuration,
  type KoaContextWithOIDC,
  type RefreshToken,
} from 'oidc-provider';
import { tokenEpoch } from '../auth/access-tokens/access-tokens.store.js';
import { ACCESS_TOKEN_LIFETIME, tokenParties } from '../auth/access-tokens/claims.js';
import { CLIENT_ALGORITHMS } from '../auth/access-tokens/proof-of-possession.js';
import { SIGNING_ALGORITHM, type SigningKeySet } from '../auth/access-tokens/signing-keys.js';
import { ACCOUNT_ITSELF } from '../auth/actor.js';
import { accountActor } from '../auth/actor.store.js';
import { fromScope, toScope, type Permission } from '../auth/permissions.js';
import { adapterFactory } from './adapter.js';
import { callBack } from './back-channel.js';
import { IDENTITY_SCOPES, OWN_METADATA } from './client-metadata.js';
import { existingGrant } from './grants.js';
import type { DeviceFault, OidcForm, OidcPages } from './pages.js';
import type { OidcServices } from './services.js';
import { actingClaims } from './token-exchange.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A refresh token that nobody uses ends after this long, in seconds. */
const REFRESH_LIFETIME = 30 * DAY;

/** Every family of refresh tokens, and every consent, ends after this long, in seconds. */
const GRANT_LIFETIME = 180 * DAY;

/** How the provider is set up, with the keys of an instant. Every choice is deliberate: its defaults are for trying it out. */
export function configuration(services: OidcServices, keys: SigningKeySet): Configuration {
  const { db, publicUrl, keyring, accountIds, pages, targets } = services;
  const { audience } = tokenParties(publicUrl);
  const secure = publicUrl.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true, secure } as const;
  return {
    adapter: adapterFactory({ db, keyring, accountIds }),
    jwks: { keys: keys.private },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: [...IDENTITY_SCOPES],
    claims: { openid: ['sub'], profile: ['preferred_username'], roles: ['roles'] },
    // The claims are few: they stand in the ID token too.
    conformIdTokenClaims: false,
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_ctx, accountId, client) => subjectFor(client, accountId),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    enabledJWA: {
      idTokenSigningAlgValues: [SIGNING_ALGORITHM],
      clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS],
      dPoPSigningAlgValues: [...CLIENT_ALGORITHMS],
    },
    extraClientMetadata: { properties: OWN_METADATA },
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => originOf(uri) === origin),
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: ACCESS_TOKEN_LIFETIME,
      AuthorizationCode: MINUTE,
      ClientCredentials: ACCESS_TOKEN_LIFETIME,
      DeviceCode: 10 * MINUTE,
      Grant: GRANT_LIFETIME,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: (_ctx, token) => refreshLifetime(token),
      Session: 14 * DAY,
    },
    cookies: {
      keys: keyring.signatures('oidc-cookie', 'cookies of the provider'),
      names: { session: 'mcp_oidc_session', interaction: 'mcp_oidc_interaction', resume: 'mcp_oidc_resume' },
      long: cookie,
      short: cookie,
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}`, policy: policyOf(services) },
    loadExistingGrant: (ctx) => existingGrant(ctx, services),
    findAccount: async (_ctx, accountId) => {
      const claims = await claimsOf(services, accountId);
      return claims === null ? undefined : { accountId, claims: async () => claims };
    },
    extraTokenClaims: async (_ctx, token) => {
      // What is not for our interface is looked up by whoever asks about it.
      if (token.resourceServer === undefined) return undefined;
      const isPerson = 'accountId' in token && token.accountId !== undefined;
      const userId = isPerson ? accountIds.decode(token.accountId) : (token.client?.['bot_id'] as number | null);
      const epoch = userId === null ? null : await tokenEpoch(db, userId);
      if (epoch === null) throw new errors.InvalidGrant('the account is gone');
      const grant = isPerson && 'grantId' in token ? token.grantId : undefined;
      return { epoch, ...(grant !== undefined && { grant }), ...actingClaims(token) };
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => askToSignOut(ctx, pages),
        postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
      },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        userCodeInputSource: (ctx, _form, _out, error) =>
          pages.deviceCode(ctx, { form: formOf(ctx, 'code_verification'), fault: faultOf(error) }),
        userCodeConfirmSource: (ctx, _form, client, { ua }, userCode) => {
          const device = typeof ua === 'string' ? ua : '';
          pages.deviceConfirm(ctx, { form: formOf(ctx, 'code_verification'), client, userCode, device });
        },
        successSource: (ctx) => pages.deviceDone(ctx),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        // Whoever asks for permissions calls our interface; who does not, asks who somebody is.
        useGrantedResource: (_ctx, model) => [...model.scopes].some((scope) => fromScope(scope) !== undefined),
        getResourceServerInfo: (_ctx, resource, client) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          return {
            audience,
            scope: (client['permissions'] as Permission[]).map(toScope).join(' '),
            accessTokenTTL: ACCESS_TOKEN_LIFETIME,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: SIGNING_ALGORITHM } },
          };
        },
      },
    },
    fetch: (url, options) => callBack(new URL(url).href, options ?? {}, targets),
    renderError: (ctx, out) => pages.error(ctx, out),
    discovery: { service_documentation: `${publicUrl}/` },
  };
}

/** The subject of an account as a client sees it: no two clients see the same, and none sees an id of the interface. */
function subjectFor(client: Client, accountId: string): string {
  const salt = Buffer.from(client['subject_salt'] as string, 'base64url');
  return createHash('sha256').update(salt).update(accountId).digest('base64url');
}

/** A browser that is signed out here, or signed in as somebody else, is so for every client: the browser's session decides. */
function policyOf({ sessionUser, accountIds }: OidcServices) {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  policy.get('login')!.checks.add(
    new Check('browser_session', 'the browser is not signed in to this account', 'login_required', async (ctx) => {
      const userId = await sessionUser(ctx);
      const isSame = userId !== null && accountIds.encode(userId) === ctx.oidc.session?.accountId;
      return isSame ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}

/** Asks whether to sign out. */
export const askToSignOut = (ctx: KoaContextWithOIDC, pages: OidcPages): void =>
  pages.signOut(ctx, { form: formOf(ctx, 'end_session_confirm'), client: ctx.oidc.client });

/** The provider's own form would carry no label: its parts are enough to make one. */
const formOf = (ctx: KoaContextWithOIDC, route: string): OidcForm => ({
  action: ctx.oidc.urlFor(route),
  xsrf: (ctx.oidc.session!.state as { secret: string }).secret,
});

function faultOf(error: Error | undefined): DeviceFault | null {
  if (error === undefined) return null;
  if (error.name === 'AbortedError') return 'REFUSED';
  return error.name === 'NoCodeError' || 'userCode' in error ? 'WRONG_CODE' : 'FAILED';
}

/** What a client is told of an account; null for one that may not be used. */
async function claimsOf({ db, accountIds }: OidcServices, sub: string): Promise<AccountClaims | null> {
  const userId = accountIds.decode(sub);
  if (userId === null) return null;
  const now = new Date();
  const actor = await accountActor(db, userId, ACCOUNT_ITSELF, now);
  if (actor === null) return null;
  const held = actor.grants.filter(({ from, until }) => from <= now && (until === null || until > now));
  return { sub, preferred_username: actor.user.handle, roles: [...new Set(held.map(({ role }) => role))] };
}

function refreshLifetime({ iiat }: RefreshToken): number {
  const age = iiat === undefined ? 0 : Math.floor(Date.now() / 1_000) - iiat;
  return Math.max(1, Math.min(REFRESH_LIFETIME, GRANT_LIFETIME - age));
}

const originOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).origin : null);
