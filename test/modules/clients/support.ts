import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { ALL_PERMISSIONS, RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type Answer, type TestClient } from '../../support/client.js';
import { REGISTER } from '../../support/documents/clients.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';
import { makeBot } from '../roles/support.js';

/** An input of registerClient; what is given takes the place of what is usual. */
export const clientInput = (given: object = {}) => ({
  name: 'Mapping Viewer',
  kind: 'WEB',
  authentication: 'SECRET_BASIC',
  redirectUris: ['https://viewer.example.com/callback'],
  ...given,
});

export interface Registered {
  id: string;
  key: number;
  clientId: string;
  secret: string | null;
}

export const keyOf = (id: string): number => Number(Buffer.from(id, 'base64url').toString().split(':')[1]);

/** Registers a client through the interface. */
export async function register(person: TestClient, given: object = {}): Promise<Registered> {
  const { registerClient } = await person.query(REGISTER, { input: clientInput(given) });
  if (registerClient.client === null) throw new Error(JSON.stringify(registerClient.userErrors));
  const { id, clientId } = registerClient.client as { id: string; clientId: string };
  return { id, key: keyOf(id), clientId, secret: registerClient.secret as string | null };
}

/** What there is to be seen of a refusal: `INVALID_INPUT redirectUris.0`. */
export async function problemOf(call: Promise<Answer>): Promise<string> {
  const { data, errors } = await call;
  if (errors?.[0] !== undefined) return errors[0].extensions.code;
  const [field] = Object.values(data as Record<string, { userErrors: { code: string; path: string[] | null }[] }>);
  return field!.userErrors.map(({ code, path }) => `${code} ${path?.join('.') ?? '-'}`).join(', ');
}

/** Notes that somebody let a client in, as the provider does. */
export async function letIn(
  { db }: TestService,
  { userId }: Pick<Person, 'userId'>,
  { key }: Pick<Registered, 'key'>,
  { model = 'Grant', scope = null, at = new Date(), days = 14 }: LetIn = {},
): Promise<void> {
  await db.query(
    `INSERT INTO oidc_records (model, hash, payload, user_id, client_key, scope, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7::timestamptz + make_interval(days => $8))`,
    [model, randomBytes(32), Buffer.from('sealed'), userId, key, scope, at, days],
  );
}

interface LetIn {
  model?: string;
  scope?: string | null;
  at?: Date;
  days?: number;
}

/** The models of what is kept for a client. */
export async function recordsOf({ db }: TestService, { key }: Pick<Registered, 'key'>): Promise<string[]> {
  const rows = await db.query<{ model: string }>(
    `SELECT model FROM oidc_records WHERE client_key = $1 ORDER BY model, created_at`,
    [key],
  );
  return rows.map(({ model }) => model);
}

/** What is kept of a client's secrets. */
export async function secretsOf({ db }: TestService, { key }: Pick<Registered, 'key'>) {
  const rows = await db.query<{ secret: Uint8Array | null; previous: Uint8Array | null; until: Date | null }>(
    `SELECT secret_hash AS secret, previous_secret_hash AS previous, previous_secret_until AS until FROM oauth_clients WHERE id = $1`,
    [key],
  );
  const { secret, previous, until } = rows[0]!;
  const bytes = (hash: Uint8Array | null) => (hash === null ? null : Buffer.from(hash));
  return { secret: bytes(secret), previous: bytes(previous), until };
}

type CallerName =
  | 'nobody'
  | 'other'
  | 'moderator'
  | 'stale'
  | 'staleAdmin'
  | 'program'
  | 'adminProgram'
  | 'bot'
  | 'suspended'
  | 'foreignId'
  | 'unknownId';

/** One caller of each kind that may not change a client of `owner`: who calls, and with which id. */
async function callersOf(service: TestService): Promise<Record<CallerName, [TestClient, string]>> {
  const owner = await signUp(service);
  const { id } = await register(owner);
  const admin = await signUp(service, { roles: [RoleName.ADMIN] });
  const staleAdmin = await signUp(service, { roles: [RoleName.ADMIN] });
  await forgetPresence(service, staleAdmin);
  const stale = await signUp(service);
  const ofStale = await register(stale);
  await forgetPresence(service, stale);
  const suspended = await signUp(service);
  const ofSuspended = await register(suspended);
  await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [suspended.userId]);
  return {
    nobody: [service.client(), id],
    other: [await signUp(service), id],
    moderator: [await signUp(service, { roles: [RoleName.MODERATOR, RoleName.RELEASE_MANAGER] }), id],
    stale: [stale, ofStale.id],
    staleAdmin: [staleAdmin, id],
    program: [await programOf(service, owner), id],
    // With every permission there is, those included that no token is given.
    adminProgram: [await programOf(service, admin, ALL_PERMISSIONS), id],
    bot: [(await makeBot(service, owner)).program, id],
    suspended: [suspended, ofSuspended.id],
    foreignId: [owner, owner.id],
    unknownId: [owner, encodeId('OAuthClient', 999_999)],
  };
}

/** What the database holds on clients and in the log. */
const everything = async ({ db }: TestService): Promise<string> =>
  JSON.stringify([
    await db.query(`SELECT * FROM oauth_clients ORDER BY id`),
    await db.query(`SELECT * FROM identities ORDER BY id`),
    await db.query(`SELECT model, hash FROM oidc_records ORDER BY model, hash`),
    await db.query(`SELECT count(*)::int AS events FROM audit_events`),
  ]);

/** Calls as each of those named; checks what becomes of it, and that nothing changed. */
export async function expectDenied(
  service: TestService,
  expected: Partial<Record<CallerName, string>>,
  call: (client: TestClient, id: string) => Promise<Answer>,
): Promise<void> {
  const callers = await callersOf(service);
  const before = await everything(service);
  const outcomes: Record<string, string> = {};
  for (const name of Object.keys(expected) as CallerName[]) outcomes[name] = outcomeOf(await call(...callers[name]));
  expect(outcomes).toEqual(expected);
  expect(await everything(service)).toBe(before);
}
