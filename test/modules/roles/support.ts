import { ALL_PERMISSIONS, RoleName } from '../../../src/auth/permissions.js';
import { expect } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';

const ANSWER = `{
  user { id handle roles grants { id role from until reason gameVersion { name } grantedBy { handle } } }
  userErrors { code message path }
}`;

export const GRANT = `mutation ($input: GrantRoleInput!) { grantRole(input: $input) ${ANSWER} }`;
export const REVOKE = `mutation ($input: NodeInput!) { revokeRole(input: $input) ${ANSWER} }`;
export const SUSPEND = `mutation ($input: SuspendUserInput!) {
  suspendUser(input: $input) { user { id suspendedUntil } userErrors { code message path } } }`;
export const REINSTATE = `mutation ($input: NodeInput!) {
  reinstateUser(input: $input) { user { id suspendedUntil } userErrors { code message path } } }`;
export const WHO = `{ viewer { user { handle roles } permissions } }`;

/** Somebody's bot, made by SQL, and a program of it. */
export interface Bot {
  userId: number;
  id: string;
  handle: string;
  program: TestClient;
}

let bots = 0;

export async function makeBot(service: TestService, owner: Person, permissions = ALL_PERMISSIONS): Promise<Bot> {
  bots += 1;
  const handle = `helper${bots}`;
  const [made] = await service.db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton, is_bot, owner_id) VALUES ($1, $1, $2, true, $3) RETURNING id`,
    [handle, `skeleton of ${handle}`, owner.userId],
  );
  const userId = made!.id;
  return { userId, id: encodeId('User', userId), handle, program: await programOf(service, { userId }, permissions) };
}

/** Who may call what: one caller of each kind. */
export interface Cast {
  anonymous: TestClient;
  user: Person;
  contributor: Person;
  maintainer: Person;
  releaseManager: Person;
  moderator: Person;
  admin: Person;
  /** An administrator who proved presence long ago. */
  staleAdmin: Person;
  suspendedAdmin: Person;
  /** A token of `admin` with every permission there is, those included that no token is given. */
  adminProgram: TestClient;
  /** A bot of `admin`, with such a token. */
  adminBot: Bot;
}

export async function signUpCast(service: TestService): Promise<Cast> {
  const as = (...roles: RoleName[]) => signUp(service, { roles });
  const admin = await as(RoleName.ADMIN);
  const staleAdmin = await as(RoleName.ADMIN);
  await forgetPresence(service, staleAdmin);
  const suspendedAdmin = await as(RoleName.ADMIN);
  await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [suspendedAdmin.userId]);
  return {
    anonymous: service.client(),
    user: await as(),
    contributor: await as(RoleName.CONTRIBUTOR),
    maintainer: await as(RoleName.MAINTAINER),
    releaseManager: await as(RoleName.RELEASE_MANAGER),
    moderator: await as(RoleName.MODERATOR),
    admin,
    staleAdmin,
    suspendedAdmin,
    adminProgram: await programOf(service, admin, ALL_PERMISSIONS),
    adminBot: await makeBot(service, admin),
  };
}

/** What a refused call must leave as it is: accounts, roles, identities, sessions, tokens and the log. */
export async function stateOf({ db }: TestService): Promise<unknown> {
  return db.query(
    `SELECT (SELECT json_agg(u ORDER BY id) FROM users u) AS users, (SELECT json_agg(g ORDER BY id) FROM role_grants g) AS grants,
            (SELECT json_agg(i ORDER BY id) FROM identities i) AS identities, (SELECT json_agg(s.id ORDER BY id) FROM sessions s) AS sessions,
            (SELECT json_agg(t.id ORDER BY id) FROM api_tokens t) AS tokens, (SELECT count(*)::int FROM audit_events) AS events`,
  );
}

/** Calls as each of the cast; checks what becomes of it and that nothing changed. */
export async function expectDenied(
  service: TestService,
  cast: Cast,
  expected: Partial<Record<keyof Cast, string>>,
  call: (client: TestClient) => ReturnType<TestClient['send']>,
): Promise<void> {
  const before = await stateOf(service);
  const outcomes: Partial<Record<string, string>> = {};
  for (const name of Object.keys(expected) as (keyof Cast)[]) {
    const caller = cast[name];
    const client = 'program' in caller ? caller.program : caller;
    const cookies = new Map(client.cookies);
    outcomes[name] = outcomeOf(await call(client));
    for (const [cookie, value] of cookies) client.cookies.set(cookie, value);
  }
  expect(outcomes).toEqual(expected);
  expect(await stateOf(service)).toEqual(before);
}

/** The lines of the log for an action, oldest first. */
export const logged = ({ db }: TestService, action: string) =>
  db.query<{ actorId: number | null; subjectId: number | null; via: string | null; detail: string | null }>(
    `SELECT actor_id AS "actorId", subject_id AS "subjectId", via, detail FROM audit_events WHERE action = $1 ORDER BY id`,
    [action],
  );

/** Ids of the grants that a user holds, by SQL: `{ MODERATOR: 'id' }`. */
export async function grantIds({ db }: TestService, userId: number): Promise<Partial<Record<RoleName, string>>> {
  const rows = await db.query<{ id: number; role: RoleName }>(
    `SELECT id, role FROM role_grants WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id`,
    [userId],
  );
  return Object.fromEntries(rows.map(({ id, role }) => [role, encodeId('RoleGrant', id)]));
}

/** Adds a game version without entries. @returns its id */
export async function addVersion({ db }: TestService, name: string): Promise<number> {
  const rows = await db.query<{ id: number }>(
    `INSERT INTO game_versions (name, sort_key) VALUES ($1, $1) RETURNING id`,
    [name],
  );
  return rows[0]!.id;
}
