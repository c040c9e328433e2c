import type { Client, Grant, KoaContextWithOIDC } from 'oidc-provider';
import { fromScope } from '../auth/permissions.js';
import { tokenParties } from '../auth/access-tokens/claims.js';
import type { Sql } from '../db/index.js';
import type { AccountIds } from './account-ids.js';
import { IDENTITY_SCOPES } from './client-metadata.js';
import { consentedScopes } from './records.store.js';

interface GrantServices {
  db: Sql;
  publicUrl: string;
  accountIds: AccountIds;
}

/** Those of some scopes that a client can have at all: what it may not ask for is neither shown to people nor written down. */
export function grantable(scopes: Iterable<string>, client: Client): string[] {
  const permissions = client['permissions'] as string[];
  return [...scopes].filter((scope) => {
    const permission = fromScope(scope);
    return permission === undefined ? isIdentityScope(scope) : permissions.includes(permission);
  });
}

const isIdentityScope = (scope: string): boolean => (IDENTITY_SCOPES as readonly string[]).includes(scope);

/** Adds scopes to a grant: those of permissions are for our interface, the others for the provider itself. */
export function allow(grant: Grant, scopes: Iterable<string>, publicUrl: string): void {
  const { audience } = tokenParties(publicUrl);
  for (const scope of scopes) {
    if (fromScope(scope) === undefined) grant.addOIDCScope(scope);
    else grant.addResourceScope(audience, scope);
  }
}

/**
 * What a client was allowed already: in this session, or by the same person in another browser, where nothing more is asked now.
 * Clients of those who run the service are allowed what they ask.
 */
export async function existingGrant(ctx: KoaContextWithOIDC, services: GrantServices): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const { client, session } = oidc;
  const provider = oidc.provider;
  const known = oidc.result?.consent?.grantId ?? session!.grantIdFor(client!.clientId);
  const found = known === undefined ? undefined : await provider.Grant.find(known);
  const accountId = session!.accountId!;
  if (found !== undefined && found.accountId === accountId && client!['trusted'] !== true) return found;

  const asked = grantable(oidc.requestParamScopes, client!);
  const userId = services.accountIds.decode(accountId);
  const consented =
    client!['trusted'] === true
      ? new Set(asked)
      : await consentedScopes(services.db, userId ?? 0, client!.clientId, new Date());
  if (asked.length === 0 || !asked.every((scope) => consented.has(scope))) return found;
  const grant = found?.accountId === accountId ? found : new provider.Grant({ accountId, clientId: client!.clientId });
  allow(grant, asked, services.publicUrl);
  await grant.save();
  return grant;
}
