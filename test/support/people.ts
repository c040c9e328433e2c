import { randomBytes } from 'node:crypto';
import { ALL_PERMISSIONS, isForTokens, type Permission, type RoleName } from '../../src/auth/permissions.js';
import { hashSecret } from '../../src/auth/secrets.js';
import { newToken } from '../../src/auth/tokens/token-format.js';
import { insertToken } from '../../src/auth/tokens/tokens.store.js';
import { encodeId } from '../../src/graphql/ids.js';
import type { TestClient } from './client.js';
import type { TestService } from './service.js';

/** Somebody with an account, signed in in a browser. */
export interface Person extends TestClient {
  readonly userId: number;
  /** The global id. */
  readonly id: string;
  readonly handle: string;
  readonly password: string;
}

export interface PersonOptions {
  handle?: string;
  roles?: readonly RoleName[];
  /** The version for which the roles are held; all where none is given. */
  gameVersionId?: number | null;
}

let made = 0;

/** Signs somebody up through the interface. Roles are given by SQL, as nobody is there to grant them. */
export async function signUp(service: TestService, options: PersonOptions = {}): Promise<Person> {
  made += 1;
  const { handle = `person${made}`, roles = [], gameVersionId = null } = options;
  const password = `${randomBytes(6).toString('hex')} is my password`;
  const client = service.client();
  const { signUp: outcome } = await client.query(
    `mutation ($input: SignUpInput!) { signUp(input: $input) { viewer { user { id } } userErrors { code message } } }`,
    { input: { handle, password } },
  );
  if (outcome.viewer === null) throw new Error(JSON.stringify(outcome.userErrors));
  const id = outcome.viewer.user.id as string;
  const userId = Number(Buffer.from(id, 'base64url').toString().split(':')[1]);
  for (const role of roles) await giveRole(service, userId, role, gameVersionId);
  return Object.assign(client, { userId, id, handle, password });
}

export async function giveRole(
  { db }: TestService,
  userId: number,
  role: RoleName,
  gameVersionId: number | null = null,
): Promise<string> {
  const rows = await db.query<{ id: number }>(
    `INSERT INTO role_grants (user_id, role, game_version_id) VALUES ($1, $2, $3) RETURNING id`,
    [userId, role, gameVersionId],
  );
  return encodeId('RoleGrant', rows[0]!.id);
}

/** A second browser of the same person, signed in. */
export async function signInAgain(service: TestService, { handle, password }: Person): Promise<TestClient> {
  const client = service.client();
  const { signIn } = await client.query(
    `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code } } }`,
    { input: { handle, password } },
  );
  if (signIn.viewer === null) throw new Error(JSON.stringify(signIn));
  return client;
}

/** A program of somebody, with an API token made by SQL: with every permission that a token can have, or those given. */
export async function programOf(
  service: TestService,
  person: Pick<Person, 'userId'>,
  permissions: readonly Permission[] = ALL_PERMISSIONS.filter((each) => isForTokens(each, true)),
): Promise<TestClient> {
  const token = newToken('mcp_pat_');
  service.secrets.add(token);
  await insertToken(service.db, {
    hash: hashSecret(token),
    userId: person.userId,
    name: 'test',
    prefix: token.slice(0, 12),
    permissions: [...permissions],
    gameVersionIds: [],
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  return Object.assign(service.client(), { token });
}

/** Lets the presence that a person proved be long ago. */
export async function forgetPresence({ db }: TestService, { userId }: Pick<Person, 'userId'>): Promise<void> {
  await db.query(`UPDATE sessions SET proven_at = now() - interval '1 hour' WHERE user_id = $1`, [userId]);
}
