import { inspect } from 'node:util';
import { afterEach, beforeEach, expect } from 'vitest';
import { createLogger } from '../../../src/app/logger.js';
import { createProviders, newFlow, ProviderError, type OAuthProvider } from '../../../src/auth/oauth/index.js';
import { startProvider, type ProviderName, type TestProvider } from '../../support/providers.js';

export const NAMES: readonly ProviderName[] = ['GITHUB', 'DISCORD'];
export const PUBLIC_URL = 'http://localhost:4000';

/** A sign-in that has come back from the provider. */
export interface Flow {
  state: string;
  codeVerifier: string;
  callback: URL;
  code: string;
}

export interface ProviderInTest {
  /** The provider, new for each test. */
  readonly server: TestProvider;
  /** The service's client of it. */
  client(timeoutMs?: number): OAuthProvider;
  begin(): Promise<Flow>;
}

/** Starts a provider for each test of a suite. */
export function providerInTest(name: ProviderName): ProviderInTest {
  let server: TestProvider;
  beforeEach(async () => {
    server = await startProvider(name);
  });
  afterEach(() => server.close());

  function client(timeoutMs?: number): OAuthProvider {
    const [github, discord] = name === 'GITHUB' ? [server.settings, null] : [null, server.settings];
    return createProviders({ publicUrl: PUBLIC_URL, github, discord, timeoutMs }).get(name)!;
  }

  return {
    get server() {
      return server;
    },
    client,
    async begin() {
      const flow = newFlow();
      const callback = await server.authorize(client().authorizationUrl(flow));
      return { ...flow, callback, code: callback.searchParams.get('code') ?? '' };
    },
  };
}

/** The message with which a promise is refused: a ProviderError that, shown or logged in any way, holds no secret. */
export async function refusal(promise: Promise<unknown>, secrets: () => readonly string[]): Promise<string> {
  const error: unknown = await promise.then(
    () => expect.fail('Nothing was refused.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  expect((error as ProviderError).cause).toBeUndefined();
  let logged = '';
  createLogger({ level: 'trace', stream: { write: (line: string) => (logged += line) } }).error(
    { err: error },
    'refused',
  );
  expect(logged).toContain((error as ProviderError).message);
  const shown = `${inspect(error, { depth: null, showHidden: true })}\n${JSON.stringify(error)}\n${logged}`;
  expect(secrets().filter((secret) => shown.includes(secret))).toEqual([]);
  return (error as ProviderError).message;
}
