import { requirePresence, requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import type { OAuthProviderName } from '../../auth/oauth/index.js';
import type { AuthServices } from '../../auth/services.js';
import { userError } from '../../shared/user-errors.js';
import { identitiesOf, type IdentityProvider } from './identities.store.js';
import { startFlow, type StartedFlow } from './oauth-flow.service.js';

interface FlowInput {
  provider: IdentityProvider;
  /** A path of this service. */
  returnTo?: string | null;
}

/** A provider to sign in through, and where that begins. */
export interface ProviderDoor {
  provider: OAuthProviderName;
  title: string;
  signInUrl: string;
}

/** The path at which signing in through a provider begins. */
const signInPath = (provider: OAuthProviderName): string => `/sign-in/${provider.toLowerCase()}`;

/** The providers that are set up. */
export const providerDoors = ({ providers, publicUrl }: AuthServices): ProviderDoor[] =>
  [...providers.values()].map(({ name, title }) => ({
    provider: name,
    title,
    signInUrl: publicUrl + signInPath(name),
  }));

/** @throws UserErrors INVALID_INPUT for what is not a provider that is set up */
function providerIn({ providers }: AuthServices, provider: IdentityProvider): OAuthProviderName {
  if (provider === 'LOCAL') {
    throw userError('INVALID_INPUT', 'A password is set with changePassword.', 'provider');
  }
  if (provider === 'IRC') {
    throw userError(
      'INVALID_INPUT',
      'An IRC account is not proven by a browser, but by a word to the bot.',
      'provider',
    );
  }
  const client = providers.get(provider);
  if (client === undefined) throw userError('INVALID_INPUT', `${provider} is not set up here.`, 'provider');
  return client.name;
}

/**
 * Begins to link an identity of a provider to the caller's account.
 * @throws UserErrors INVALID_INPUT; AppError FORBIDDEN, BAD_USER_INPUT, RATE_LIMITED
 */
export async function startIdentityLink(auth: AuthServices, caller: Caller, input: FlowInput): Promise<StartedFlow> {
  requirePresence(caller.actor, caller.now);
  const provider = providerIn(auth, input.provider);
  return startFlow(auth, caller, { provider, intent: 'LINK', returnTo: input.returnTo });
}

/**
 * Begins to prove presence by an identity that the caller has.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND; AppError FORBIDDEN for a token, BAD_USER_INPUT, RATE_LIMITED
 */
export async function startReauthentication(
  auth: AuthServices,
  caller: Caller,
  input: FlowInput,
): Promise<StartedFlow> {
  const { user } = requireSession(caller.actor);
  const provider = providerIn(auth, input.provider);
  const own = await identitiesOf(auth.db, [Number(user.id)]);
  if (!own.some((identity) => identity.provider === provider && identity.state === 'ACTIVE')) {
    throw userError('NOT_FOUND', `No identity of ${provider} is linked to your account.`, 'provider');
  }
  return startFlow(auth, caller, { provider, intent: 'REAUTHENTICATE', returnTo: input.returnTo });
}
