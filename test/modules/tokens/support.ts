import type { TestClient } from '../../support/client.js';
import { signUp, type Person, type PersonOptions } from '../../support/people.js';
import type { TestService } from '../../support/service.js';

export const CREATE = `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  apiToken { id name prefix permissions createdAt expiresAt lastUsedAt forAllGameVersions gameVersions { name } owner { id handle } }
  secret userErrors { code message path } } }`;

export const ROTATE = `mutation ($id: ID!) { rotateApiToken(input: { id: $id }) {
  apiToken { id name permissions expiresAt gameVersions { name } owner { handle } } secret userErrors { code message path } } }`;

export const REVOKE = `mutation ($id: ID!) { revokeApiToken(input: { id: $id }) {
  viewer { apiTokens { name } } userErrors { code path } } }`;

export const REPORT = `mutation ($token: String!) { reportLeakedToken(input: { token: $token }) { ok userErrors { code } } }`;

export const CREATE_BOT = `mutation ($handle: String!) { createBot(input: { handle: $handle }) {
  user { id handle isBot } userErrors { code message path } } }`;

export const WHO = `{ viewer { user { handle } permissions credential { kind } } }`;

export const DAY = 86_400_000;

export const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

/** An input of createApiToken; what is given takes the place of what is usual. */
export const tokenInput = (given: Record<string, unknown> = {}) => ({
  name: 'ci',
  permissions: ['MAPPING_PROPOSE'],
  expiresAt: inDays(30),
  ...given,
});

export interface Minted {
  id: string;
  key: number;
  secret: string;
  expiresAt: string;
  /** Calls with it. */
  program: TestClient;
}

export const keyOf = (id: string): number => Number(Buffer.from(id, 'base64url').toString().split(':')[1]);

/** A program that calls with a secret. */
export const programWith = (service: TestService, secret: string): TestClient =>
  Object.assign(service.client(), { token: secret });

/** Makes a token through the interface. */
export async function mint(service: TestService, person: TestClient, given: object = {}): Promise<Minted> {
  const { createApiToken } = await person.query(CREATE, { input: tokenInput({ ...given }) });
  if (createApiToken.apiToken === null) throw new Error(JSON.stringify(createApiToken.userErrors));
  const { apiToken, secret } = createApiToken as { apiToken: { id: string; expiresAt: string }; secret: string };
  const { id, expiresAt } = apiToken;
  return { id, key: keyOf(id), secret, expiresAt, program: programWith(service, secret) };
}

let bots = 0;

/** Makes a bot through the interface. */
export async function makeBot(person: TestClient): Promise<{ id: string; userId: number; handle: string }> {
  bots += 1;
  const { createBot } = await person.query(CREATE_BOT, { handle: `helper-${bots}-x` });
  if (createBot.user === null) throw new Error(JSON.stringify(createBot.userErrors));
  const { id, handle } = createBot.user as { id: string; handle: string };
  return { id, userId: keyOf(id), handle };
}

/** A person with a token. */
export async function personWithToken(
  service: TestService,
  options: PersonOptions & { token?: object } = {},
): Promise<{ person: Person; token: Minted }> {
  const person = await signUp(service, options);
  return { person, token: await mint(service, person, options.token) };
}

/** What the database holds on tokens and bots, to be compared before and after a call that may change nothing. */
export const stateOf = async ({ db }: TestService): Promise<string> =>
  JSON.stringify([
    await db.query(`SELECT id, user_id, name, permissions, game_version_ids, expires_at FROM api_tokens ORDER BY id`),
    await db.query(`SELECT count(*)::int AS users FROM users`),
    await db.query(`SELECT count(*)::int AS sessions FROM sessions`),
    await db.query(`SELECT count(*)::int AS events FROM audit_events`),
  ]);

/** Adds game versions without entries. @returns their ids */
export async function addVersions({ db }: TestService, names: readonly string[]): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `INSERT INTO game_versions (name, sort_key) SELECT name, name FROM unnest($1::text[]) AS name RETURNING id`,
    [names],
  );
  return rows.map(({ id }) => id);
}

/** The last line of the audit log. */
export async function lastEvent({ db }: TestService) {
  const rows = await db.query<{
    action: string;
    actorId: number | null;
    subjectId: number | null;
    via: string | null;
    detail: string | null;
  }>(
    `SELECT action, actor_id AS "actorId", subject_id AS "subjectId", via, detail FROM audit_events ORDER BY id DESC LIMIT 1`,
  );
  return rows[0];
}
