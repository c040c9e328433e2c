import type { FastifyRequest } from 'fastify';
import { newFlow, type OAuthProviderName } from '../../auth/oauth/index.js';
import type { AuthServices } from '../../auth/services.js';
import { badInput } from '../../shared/errors.js';
import { fieldOf } from './forms.js';

const NAMES: readonly OAuthProviderName[] = ['GITHUB', 'DISCORD'];

/** The provider that a form names. @throws AppError BAD_USER_INPUT */
export function providerIn(request: FastifyRequest): OAuthProviderName {
  const name = NAMES.find((each) => each === fieldOf(request, 'provider'));
  if (name === undefined) throw badInput('"provider" names no way of signing in.');
  return name;
}

/** Where forms lead that begin at a provider. */
export const providerOrigins = ({ providers }: Pick<AuthServices, 'providers'>): string[] =>
  [...providers.values()].map((provider) => provider.authorizationUrl(newFlow()).origin);
