import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { errors, type Client, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { z } from 'zod';
import { ACCOUNT_ITSELF, effectivePermissions } from '../auth/actor.js';
import { accountActor } from '../auth/actor.store.js';
import { tokenParties } from '../auth/access-tokens/claims.js';
import { CLIENT_ALGORITHMS } from '../auth/access-tokens/proof-of-possession.js';
import { SIGNING_ALGORITHM } from '../auth/access-tokens/signing-keys.js';
import { fromScope, isForActing, Permission, toScope } from '../auth/permissions.js';
import { truncatedAddress } from '../auth/limits/address.js';
import type { Database, Sql } from '../db/index.js';
import { setNamesakesAside } from '../modules/identities/irc-accounts.js';
import { ircIdentity, noteIrcUse, type IrcIdentity } from '../modules/identities/irc-identities.store.js';
import { isAccountName, isEntityId } from '../shared/irc-names.js';
import type { AccountIds } from './account-ids.js';
import { TOKEN_EXCHANGE } from './client-metadata.js';

/** How old an assertion may be, in seconds. */
const MAX_AGE = 60;

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** Whom a bot speaks for: what it saw on its network, with the message that asked for it. */
const assertion = z.object({
  iss: z.string(),
  jti: z.string().min(8).max(200),
  iat: z.number().int(),
  network: z.string().min(1).max(100),
  /** The name of the account there. */
  account: z.string().refine(isAccountName),
  /** Its key, which outlives its name: the entity id of the services. */
  account_id: z.string().refine(isEntityId),
  message_id: z.string().min(1).max(300),
});

type Assertion = z.infer<typeof assertion>;

/** What a token that was got for somebody else says beside the usual: who acts, and how they are known to each other. */
export interface ActingClaims {
  act: { sub: string };
  identity: number;
}

export interface ExchangeServices {
  db: Database;
  publicUrl: string;
  accountIds: AccountIds;
}

const acting = new WeakMap<object, ActingClaims>();

/** The claims of a token that was made by an exchange; undefined for all others. */
export const actingClaims = (token: object): ActingClaims | undefined => acting.get(token);

/**
 * Token exchange (RFC 8693) for networks without OAuth: a trusted bot presents a JWT that it signed of whom it speaks for, and gets an
 * access token of that person. What it may do is cut by the person's rights, by the bot's, and by what the person allowed.
 */
export function registerTokenExchange(provider: Provider, services: ExchangeServices): void {
  const parameters = ['subject_token', 'subject_token_type', 'requested_token_type', 'scope', 'resource', 'audience'];
  provider.registerGrantType(TOKEN_EXCHANGE, (ctx) => exchange(provider, ctx, services), parameters);
}

async function exchange(provider: Provider, ctx: KoaContextWithOIDC, services: ExchangeServices): Promise<void> {
  const { db, publicUrl, accountIds } = services;
  const now = new Date();
  const client = ctx.oidc.client!;
  await requireActingBot(db, client, now);
  const said = await verifyAssertion(provider, client, parameter(ctx, 'subject_token'), services);
  if (parameter(ctx, 'subject_token_type') !== JWT)
    throw new errors.InvalidRequest(`subject_token_type must be ${JWT}`);
  if (!(client['networks'] as string[]).includes(said.network)) {
    throw refusal('this client does not speak for this network');
  }
  const identity = await linkedIdentity(ctx, db, said);
  const actor = await accountActor(db, identity.userId, ACCOUNT_ITSELF, now);
  if (actor === null || actor.user.isBot) throw refusal('the linked account may not be used now');
  await noteIrcUse(db, identity.id, said.account, now);

  const held = effectivePermissions(actor, now);
  const ceiling = client['permissions'] as string[];
  const allowed = [...held].filter(
    (permission) =>
      isForActing(permission) && ceiling.includes(permission) && identity.actingPermissions.includes(permission),
  );
  const asked = parameter(ctx, 'scope', '');
  const wanted = asked === '' ? allowed : asked.split(' ').map(permissionOf);
  const scopes = wanted.filter((permission) => allowed.includes(permission)).map(toScope);

  const { audience } = tokenParties(publicUrl);
  const token = new provider.AccessToken({
    accountId: accountIds.encode(identity.userId),
    client,
    gty: 'token_exchange',
    scope: scopes.join(' '),
  } as ConstructorParameters<typeof provider.AccessToken>[0]);
  token.resourceServer = new provider.ResourceServer(audience, {
    audience,
    scope: scopes.join(' '),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: SIGNING_ALGORITHM } },
  });
  acting.set(token, { act: { sub: client.clientId }, identity: identity.id });
  const value = await token.save();
  ctx.body = {
    access_token: value,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: token.expiration,
    scope: scopes.join(' '),
  };
}

/** The refusal of an assertion that is good: the bot that signed it is told why. */
const refusal = (why: string) => new errors.CustomOIDCProviderError('invalid_grant', why);

/** Who is meant; whoever has the name that somebody else was linked by is not. @throws CustomOIDCProviderError */
async function linkedIdentity(
  { oidc, ip }: KoaContextWithOIDC,
  db: Database,
  { network, account, account_id: accountId }: Assertion,
): Promise<IrcIdentity> {
  const identity = await ircIdentity(db, network, accountId);
  if (identity !== null) return identity;
  const by = { actorId: oidc.client!['bot_id'] as number, via: null, address: truncatedAddress(ip) };
  throw (await setNamesakesAside(db, by, { network, account, accountId }))
    ? refusal('the account of this name is another one than was linked: its owner has to confirm or link again')
    : refusal('this account is not linked to an account here');
}

/** @throws UnauthorizedClient for a bot that may not speak for others now */
async function requireActingBot(db: Sql, client: Client, now: Date): Promise<void> {
  const botId = client['bot_id'] as number | null;
  const bot = botId === null ? null : await accountActor(db, botId, ACCOUNT_ITSELF, now);
  const may =
    bot !== null && client['trusted'] === true && effectivePermissions(bot, now).has(Permission.ACT_FOR_USERS);
  if (!may) throw new errors.UnauthorizedClient('this client may not act for users');
}

/** @throws InvalidGrant, without saying what exactly is wrong */
async function verifyAssertion(
  provider: Provider,
  client: Client,
  token: string,
  { publicUrl }: ExchangeServices,
): Promise<Assertion> {
  const { issuer } = tokenParties(publicUrl);
  let said: Assertion;
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(client.jwks as JSONWebKeySet), {
      issuer: client.clientId,
      audience: issuer,
      algorithms: [...CLIENT_ALGORITHMS],
      maxTokenAge: MAX_AGE,
      clockTolerance: 5,
      requiredClaims: ['iat', 'jti'],
    });
    said = assertion.parse(payload);
  } catch {
    throw new errors.InvalidGrant('the assertion is not good');
  }
  const keptUntil = said.iat + 2 * MAX_AGE;
  // Once by its own id, and once by the message: what was said once is not done twice.
  for (const id of [`assertion ${said.jti}`, `message ${said.network} ${said.message_id}`]) {
    if (await provider.ReplayDetection.unique(client.clientId, id, keptUntil)) continue;
    throw new errors.InvalidGrant('the assertion was used already');
  }
  return said;
}

function parameter(ctx: KoaContextWithOIDC, name: string, fallback?: string): string {
  const value = ctx.oidc.params?.[name] ?? fallback;
  if (typeof value !== 'string') throw new errors.InvalidRequest(`missing required parameter ${name}`);
  return value;
}

function permissionOf(scope: string): Permission {
  const permission = fromScope(scope);
  if (permission === undefined) throw new errors.InvalidScope('unknown scope', scope);
  return permission;
}
