import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client, InteractionResults, Provider } from 'oidc-provider';
import type { Actor } from '../auth/actor.js';
import { badInput } from '../shared/errors.js';
import { allow, grantable } from './grants.js';
import type { OidcDoor } from './provider.js';

/** What a client's request waits for. */
export interface Asked {
  prompt: 'login' | 'consent';
  /** Why it is asked: names of the policy's checks, or `login_prompt` and `consent_prompt` where the client wants it so. */
  reasons: readonly string[];
  client: Client;
  scopes: readonly string[];
  /** Where the browser goes in the end; null for a device. */
  redirectUri: string | null;
  /** Seconds since a sign-in that are still good enough; null for any. */
  maxAge: number | null;
  startedAt: Date;
  /** Whom the provider takes the browser for. */
  accountId: string | null;
  grantId: string | null;
}

/** The interaction that a browser has been sent to. @throws AppError BAD_USER_INPUT where it did not begin in this browser, or has ended */
export async function readInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Asked> {
  const found = await provider.interactionDetails(request, response).catch((error: Error) => {
    if (error.name === 'SessionNotFound') throw notHere();
    throw error;
  });
  const { prompt, params, session, iat, grantId } = found;
  const client = await provider.Client.find(textOf(params['client_id']));
  if (client === undefined) throw notHere();
  const maxAge = Number(params['max_age'] ?? NaN);
  return {
    prompt: prompt.name === 'login' ? 'login' : 'consent',
    reasons: prompt.reasons,
    client,
    scopes: grantable(textOf(params['scope']).split(' '), client),
    redirectUri: typeof params['redirect_uri'] === 'string' ? params['redirect_uri'] : null,
    maxAge: Number.isFinite(maxAge) ? maxAge : null,
    startedAt: new Date((iat ?? 0) * 1_000),
    accountId: session?.accountId ?? null,
    grantId: grantId ?? null,
  };
}

const notHere = () =>
  badInput('This was not begun in this browser, or took too long. Go back to the application and begin again.');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * What comes next for a browser in which somebody is signed in, or nobody: to sign in, to prove presence again, to be asked for
 * consent, or back to the provider with a result.
 */
export async function signedInAs(
  door: OidcDoor,
  asked: Asked,
  actor: Actor,
  now: Date,
): Promise<'SIGN_IN' | 'PROVE' | 'CONSENT' | InteractionResults> {
  if (actor.kind === 'ANONYMOUS' || actor.credential.provenAt === null) return 'SIGN_IN';
  const { provenAt } = actor.credential;
  const accountId = door.accountIdOf(Number(actor.user.id));
  const login: InteractionResults = {
    login: { accountId, ts: Math.floor(provenAt.getTime() / 1_000), remember: true },
  };
  if (asked.prompt === 'consent') return asked.accountId === accountId ? 'CONSENT' : login;
  if (asked.reasons.includes('id_token_hint') && asked.accountId === accountId) {
    return refuse('another account than the one that is signed in was asked for', 'login_required');
  }
  // The clock of the interaction has whole seconds.
  const wantsProof = asked.reasons.includes('login_prompt') && provenAt.getTime() < asked.startedAt.getTime();
  const age = now.getTime() - provenAt.getTime();
  const isOld = asked.maxAge !== null && age > asked.maxAge * 1_000 && provenAt.getTime() < asked.startedAt.getTime();
  return wantsProof || isOld ? 'PROVE' : login;
}

/** The result of an interaction in which nothing was allowed. */
export const refuse = (description: string, error = 'access_denied'): InteractionResults => ({
  error,
  error_description: description,
});

/** Writes down that the person agrees to all that is asked. */
export async function consentTo(
  door: OidcDoor,
  { client, grantId, accountId, scopes }: Asked,
): Promise<InteractionResults> {
  const provider = await door.provider();
  const known = grantId === null ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId: accountId!, clientId: client.clientId });
  allow(grant, scopes, door.publicUrl);
  return { consent: { grantId: await grant.save() } };
}
