import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { tokenParties } from '../../src/auth/access-tokens/claims.js';
import { Permission, RoleName, toScope } from '../../src/auth/permissions.js';
import { hashSecret, newSecret } from '../../src/auth/secrets.js';
import { openPostgresql } from '../../src/db/postgresql.js';
import { encodeId } from '../../src/graphql/ids.js';
import { addClient, type TestOAuthClient } from '../oidc/support.js';
import { forge, inSeconds, programWith } from '../oidc/tokens.js';
import { outcomeOf, type TestClient } from '../support/client.js';
import { giveRole, programOf, signInAgain, signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

export type Kind = 'session' | 'token' | 'access';
export const KINDS: readonly Kind[] = ['session', 'token', 'access'];

/** Somebody who calls with a credential of each kind, and knows a second browser. */
export interface Holder extends Record<Kind, TestClient> {
  person: Person;
  client: TestOAuthClient;
  /** The global ids of the client and of the grant of MAINTAINER. */
  clientId: string;
  roleId: string;
}

export const SCOPES = [Permission.MAPPING_VOTE, Permission.MAPPING_LOCK];

/** A call that shows who calls, and what for. */
export async function answerOf(client: TestClient): Promise<{ handle: string; permissions: string[] } | string> {
  const { data, errors } = await client.send('{ viewer { user { handle } permissions } }');
  if (errors !== undefined) return errors[0]!.extensions.code;
  return { handle: data.viewer.user.handle, permissions: data.viewer.permissions };
}

/** What a call costs that reads nothing: whatever statements it sends are those that find out who calls. */
export async function costOf({ db }: TestService, client: TestClient): Promise<number> {
  const before = db.statementCount;
  await client.query('{ __typename }');
  return db.statementCount - before;
}

/** Calls until it is known who calls: a process may not listen yet, or hear late of what went before. */
async function becomeKnown(service: TestService, ...clients: TestClient[]): Promise<void> {
  for (const client of clients) await expect.poll(() => costOf(service, client), { timeout: 10_000 }).toBe(0);
}

/** The same credential, sent to another process. */
export const sentTo = (service: TestService, { token, cookies }: TestClient): TestClient => {
  const client = Object.assign(service.client(), { token });
  for (const [name, value] of cookies) client.cookies.set(name, value);
  return client;
};

/** An access token as the provider would make it. */
export async function accessToken(service: TestService, claims: Record<string, unknown>): Promise<TestClient> {
  const { issuer: iss, audience: aud } = tokenParties(service.auth.publicUrl);
  const times = { iat: inSeconds(0), exp: inSeconds(290), jti: randomUUID() };
  const scope = SCOPES.map(toScope).join(' ');
  return programWith(service, await forge(service, { iss, aud, ...times, scope, epoch: 0, ...claims }));
}

/** A maintainer. */
export async function holder(service: TestService): Promise<Holder> {
  const { db } = service;
  const person = await signUp(service);
  const roleId = await giveRole(service, person.userId, RoleName.MAINTAINER);
  const client = await addClient(service, { owner: person.handle, permissions: SCOPES });
  const grant = newSecret();
  const [row] = await db.query<{ id: number }>(
    `WITH c AS (SELECT id FROM oauth_clients WHERE client_id = $3), made AS (
       INSERT INTO oidc_records (model, hash, payload, user_id, client_key, expires_at)
       SELECT 'Grant', $1, '', $2, c.id, now() + interval '1 day' FROM c)
     SELECT id FROM c`,
    [hashSecret(grant), person.userId, client.clientId],
  );
  return {
    person,
    client,
    roleId,
    clientId: encodeId('OAuthClient', row!.id),
    session: await signInAgain(service, person),
    token: await programOf(service, person, SCOPES),
    access: await accessToken(service, { sub: person.id, client_id: client.clientId, grant }),
  };
}

/** Two processes on one database; PGlite is of one process, which then is served by two. */
export interface Processes {
  service: TestService;
  replica: TestService;
  admin: Person;
  /** Those with their credentials known to both. @returns the same, calling the other */
  known: (clients: readonly TestClient[]) => Promise<TestClient[]>;
  close(): Promise<void>;
}

export async function startProcesses(): Promise<Processes> {
  const secretKeys = [randomBytes(32).toString('hex')];
  const service = await startTestService({ sample: false, secretKeys });
  const { url } = service.db;
  const second = url === null ? null : Object.assign(openPostgresql({ url, poolSize: 2 }), { url });
  const replica = await startTestService({ sample: false, secretKeys, db: second ?? service.db });
  return {
    service,
    replica,
    admin: await signUp(service, { roles: [RoleName.ADMIN] }),
    async known(clients) {
      const elsewhere = clients.map((client) => sentTo(replica, client));
      await becomeKnown(service, ...clients);
      await becomeKnown(replica, ...elsewhere);
      return elsewhere;
    },
    async close() {
      await replica.close();
      await second?.close();
      await service.close();
    },
  };
}

/** How soon another process knows. */
export const SOON = { timeout: 5_000, interval: 20 };

export async function done(call: ReturnType<TestClient['send']>): Promise<void> {
  expect(outcomeOf(await call)).toBe('OK');
}
