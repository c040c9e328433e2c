import type { LightMyRequestResponse } from 'fastify';
import type { TestClient } from './client.js';
import { startProvider, type ProviderName, type TestProvider } from './providers.js';
import { TEST_PUBLIC_URL } from './auth.js';
import { startTestService, type TestService, type TestServiceOptions } from './service.js';

/** The service with both providers set up, each a server of its own. */
export interface DoorService extends TestService {
  readonly github: TestProvider;
  readonly discord: TestProvider;
  provider(name: ProviderName): TestProvider;
}

export async function startDoorService(options: TestServiceOptions = {}): Promise<DoorService> {
  const { publicUrl = TEST_PUBLIC_URL } = options;
  const redirectUri = (name: string) => `${publicUrl}/sign-in/${name}/callback`;
  const github = await startProvider('GITHUB', { redirectUri: redirectUri('github') });
  const discord = await startProvider('DISCORD', { redirectUri: redirectUri('discord') });
  const service = await startTestService({
    sample: false,
    github: github.settings,
    discord: discord.settings,
    ...options,
  });
  return Object.assign(service, {
    github,
    discord,
    provider: (name: ProviderName) => (name === 'GITHUB' ? github : discord),
    close: closing(service, [github, discord]),
  });
}

/** OA10: what the providers handed out is looked for too. */
function closing(service: TestService, providers: readonly TestProvider[]): () => Promise<void> {
  const close = service.close.bind(service);
  return async () => {
    for (const provider of providers) service.secrets.add(provider.secrets());
    try {
      await close();
    } finally {
      await Promise.all(providers.map((provider) => provider.close()));
    }
  };
}

let ids = 4_000_000;

/** Somebody else signs in at the provider from now on. @returns their number there */
export function newAccount(provider: TestProvider, login = `login-${ids + 1}`): string {
  ids += 1;
  const id = provider.name === 'GITHUB' ? ids : `80351110220${ids}`;
  provider.account = { ...provider.account, id, login };
  return String(id);
}

export const startPath = (provider: ProviderName, returnTo?: string): string =>
  `/sign-in/${provider.toLowerCase()}${returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`}`;

const wayBack = async (service: DoorService, provider: ProviderName, address: string): Promise<URL> => {
  const callback = await service.provider(provider).authorize(new URL(address));
  for (const name of ['state', 'code']) service.secrets.add(callback.searchParams.get(name));
  return callback;
};

/** Begins a sign-in and lets the person consent. @returns the address with which the provider sends the browser back */
export async function begin(
  service: DoorService,
  client: TestClient,
  provider: ProviderName,
  returnTo?: string,
): Promise<URL> {
  const started = await client.request('GET', startPath(provider, returnTo));
  if (started.statusCode !== 303) throw new Error(`Not begun: ${started.statusCode} ${started.body}`);
  return wayBack(service, provider, started.headers.location as string);
}

/** The browser comes back. */
export const finish = (client: TestClient, { pathname, search }: URL): Promise<LightMyRequestResponse> =>
  client.request('GET', pathname + search);

/** The whole way. */
export async function signInThrough(
  service: DoorService,
  client: TestClient,
  provider: ProviderName,
): Promise<LightMyRequestResponse> {
  return finish(client, await begin(service, client, provider));
}

const START = {
  LINK: `mutation ($input: StartIdentityLinkInput!) { startIdentityLink(input: $input) { authorizationUrl userErrors { code message path } } }`,
  REAUTHENTICATE: `mutation ($input: StartReauthenticationInput!) { startReauthentication(input: $input) { authorizationUrl userErrors { code message path } } }`,
} as const;

/** Asks for a link, or for a proof of presence. */
export const ask = (
  client: TestClient,
  intent: keyof typeof START,
  input: { provider: string; returnTo?: string | null },
) => client.send(START[intent], { input });

/** Begins what only somebody signed in can begin. @returns the address with which the provider sends the browser back */
export async function beginFor(
  service: DoorService,
  client: TestClient,
  intent: keyof typeof START,
  provider: ProviderName,
  returnTo?: string,
): Promise<URL> {
  const { data, errors } = await ask(client, intent, { provider, returnTo });
  const [started] = Object.values((data ?? {}) as Record<string, { authorizationUrl: string | null }>);
  if (started?.authorizationUrl == null) throw new Error(`Not begun: ${JSON.stringify({ data, errors })}`);
  return wayBack(service, provider, started.authorizationUrl);
}

/** Links the account that is signed in at the provider, the whole way. */
export async function linkThrough(
  service: DoorService,
  client: TestClient,
  provider: ProviderName,
): Promise<LightMyRequestResponse> {
  return finish(client, await beginFor(service, client, 'LINK', provider));
}

/** The code on the page that says that another account has an identity. */
export function moveCodeIn(service: DoorService, page: LightMyRequestResponse): string {
  const code = /<pre>([0-9A-Z-]{19})<\/pre>/.exec(page.body)?.[1];
  if (code === undefined) throw new Error(`No code: ${page.statusCode} ${page.body}`);
  service.secrets.add(code);
  return code;
}

/** What a page says, without markup. */
export const textOf = ({ body }: LightMyRequestResponse): string =>
  body
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ')
    .trim();

/** Who is signed in in a browser: handle and providers of the identities. */
export async function whoIs(client: TestClient): Promise<{ handle: string; identities: string[] } | null> {
  const { viewer } = await client.query(`{ viewer { user { handle } identities { provider } } }`);
  if (viewer === null) return null;
  return {
    handle: viewer.user.handle as string,
    identities: (viewer.identities as { provider: string }[]).map(({ provider }) => provider),
  };
}

/** What a sign-in can make, by how many there are. */
export async function rowCounts({ db }: TestService): Promise<{ users: number; identities: number; sessions: number }> {
  const rows = await db.query<{ users: number; identities: number; sessions: number }>(
    `SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM identities) AS identities,
            (SELECT count(*)::int FROM sessions) AS sessions`,
  );
  return rows[0]!;
}

/** How many flows were begun and not finished. */
export async function flowsUnderWay({ db }: TestService): Promise<number> {
  const rows = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM one_time_secrets WHERE purpose = 'OAUTH_FLOW'`,
  );
  return rows[0]!.count;
}
