import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission, RoleName, toScope } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../support/client.js';
import { giveRole, programOf, signInAgain, signUp, type Person } from '../support/people.js';
import { GRANT, REVOKE, SUSPEND } from '../modules/roles/support.js';
import { prepared, RECOVER, NEW_PASSWORD } from '../modules/second-factors/support.js';
import { CREATE, tokenInput } from '../modules/tokens/support.js';
import { DELETE, UPDATE } from '../support/documents/clients.js';
import { addClient, authorize, relyingParty, startOidcService, type OidcService } from './support.js';
import { answerTo, claimsOf, expectRefused, forge, permissionsOf, programWith } from './tokens.js';

const SCOPE = 'openid mapping:vote mapping:lock';
const PERMISSIONS = [Permission.MAPPING_VOTE, Permission.MAPPING_LOCK];

let service: OidcService;
let admin: Person;
beforeAll(async () => {
  service = await startOidcService();
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
});
afterAll(() => service.close());

interface LetIn {
  person: Person;
  /** The global id of the client. */
  client: string;
  /** The id of the role MAINTAINER. */
  grant: string;
  program: TestClient;
}

/** A maintainer who let a client of her own in, which calls. */
async function letIn(given?: Person, permissions = PERMISSIONS, scope = SCOPE): Promise<LetIn> {
  const person = given ?? (await signUp(service));
  const grant = await giveRole(service, person.userId, RoleName.MAINTAINER);
  const client = await addClient(service, { owner: person.handle, permissions });
  const tokens = await authorize(service, person, await relyingParty(service, client), scope);
  const program = programWith(service, tokens.access_token);
  const [row] = await service.db.query<{ id: number }>(`SELECT id FROM oauth_clients WHERE client_id = $1`, [
    client.clientId,
  ]);
  return { person, client: encodeId('OAuthClient', row!.id), grant, program };
}

async function done(call: ReturnType<TestClient['send']>): Promise<void> {
  expect(outcomeOf(await call)).toBe('OK');
}

const ENDS: Record<string, (it: LetIn) => Promise<unknown>> = {
  'the person is suspended': ({ person }) =>
    done(admin.send(SUSPEND, { input: { user: person.id, reason: 'a test' } })),
  'the person loses a role': ({ grant }) => done(admin.send(REVOKE, { input: { id: grant } })),
  'the person signs out': ({ person }) => done(person.send('mutation { signOut { ok } }')),
  'the person ends all other sessions': async ({ person }) => {
    const other = await signInAgain(service, person);
    await done(other.send('mutation { revokeOtherSessions { viewer { permissions } userErrors { code } } }'));
  },
  'the password is changed': ({ person }) =>
    done(
      person.send(
        `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { viewer { permissions } userErrors { code } } }`,
        { input: { current: person.password, new: 'four green bicycles in rain' } },
      ),
    ),
  'the grant is withdrawn': ({ person }) =>
    service.db.query(`DELETE FROM oidc_records WHERE model = 'Grant' AND user_id = $1`, [person.userId]),
  'the grant has expired': ({ person }) =>
    service.db.query(`UPDATE oidc_records SET expires_at = now() WHERE model = 'Grant' AND user_id = $1`, [
      person.userId,
    ]),
  'the client is deleted': ({ person, client }) => done(person.send(DELETE, { id: client })),
  'the account is erased': ({ person }) =>
    service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [person.userId]),
};

describe('JW2 an access token ends at once', () => {
  test.each(Object.keys(ENDS))('when %s', async (name) => {
    const it = await letIn();
    const bystander = await letIn();
    expect(await permissionsOf(it.program)).toEqual(['MAPPING_VOTE', 'MAPPING_LOCK']);
    await ENDS[name]!(it);
    await expectRefused(it.program);
    expect(await permissionsOf(bystander.program)).toHaveLength(2);
  });

  test('when the account is recovered', async () => {
    const { person, codes } = await prepared(service);
    const { program } = await letIn(person);
    expect(await permissionsOf(program)).toHaveLength(2);
    const input = { handle: person.handle, recoveryCode: codes[0]!, newPassword: NEW_PASSWORD };
    await done(service.client().send(RECOVER, { input }));
    await expectRefused(program);
  });
});

describe('JW2 an access token does what its person may do now', () => {
  test('cut by a role that ends, and by the client', async () => {
    const it = await letIn();
    await service.db.query(`UPDATE role_grants SET valid_until = now() WHERE user_id = $1`, [it.person.userId]);
    expect(await permissionsOf(it.program)).toEqual(['MAPPING_VOTE']);
    await service.db.query(`UPDATE role_grants SET valid_until = NULL WHERE user_id = $1`, [it.person.userId]);
    await done(it.person.send(UPDATE, { input: { client: it.client, permissions: ['MAPPING_LOCK'] } }));
    expect(await permissionsOf(it.program)).toEqual(['MAPPING_LOCK']);
  });

  test('not what nobody consented to, though the client and the person could', async () => {
    const it = await letIn(undefined, [...PERMISSIONS, Permission.MAPPING_COMMIT]);
    expect(await permissionsOf(it.program)).toEqual(['MAPPING_VOTE', 'MAPPING_LOCK']);
    await giveRole(service, it.person.userId, RoleName.ADMIN);
    expect(await permissionsOf(it.program)).toEqual(['MAPPING_VOTE', 'MAPPING_LOCK']);
  });

  test('never the powers of a session, for an administrator and a client that was given them by hand', async () => {
    const powers = [Permission.ROLE_GRANT, Permission.IDENTITY_MANAGE, Permission.CLIENT_MANAGE];
    const scope = ['openid', ...powers.map(toScope), 'mapping:vote'].join(' ');
    const person = await signUp(service, { roles: [RoleName.ADMIN] });
    const { program } = await letIn(person, [...powers, ...PERMISSIONS], scope);
    expect(claimsOf(program.token!)['scope']).toBe('mapping:vote');
    // Not even where the provider had signed them.
    const signed = programWith(service, await forge(service, claimsOf(program.token!, { scope })));
    for (const each of [program, signed]) {
      expect(await permissionsOf(each)).toEqual(['MAPPING_VOTE']);
      expect(outcomeOf(await each.send(GRANT, { input: { user: person.id, role: 'MODERATOR' } }))).toBe('FORBIDDEN');
    }
  });

  test('SE7 what takes a session is refused, whatever it may do', async () => {
    const { person, program } = await letIn(await signUp(service, { roles: [RoleName.ADMIN] }));
    const calls: [string, object][] = [
      [CREATE, { input: tokenInput() }],
      ['mutation { signOut { ok } }', {}],
      ['mutation { revokeOtherSessions { userErrors { code } } }', {}],
      [
        'mutation ($handle: String!) { createBot(input: { handle: $handle }) { userErrors { code } } }',
        { handle: 'own' },
      ],
    ];
    for (const [document, variables] of calls) {
      const { errors } = await program.send(document, variables as Record<string, unknown>);
      expect(errors?.[0]?.extensions, document).toMatchObject({ code: 'FORBIDDEN', reason: 'SESSION_REQUIRED' });
    }
    expect(await service.db.query(`SELECT FROM api_tokens WHERE user_id = $1`, [person.userId])).toEqual([]);
  });

  test('it costs as many statements as an API token', async () => {
    const { person, program } = await letIn();
    const byToken = await programOf(service, person);
    const cost = async (client: TestClient) => {
      await client.query('{ viewer { user { handle } } }');
      const before = service.db.statementCount;
      await client.query('{ viewer { user { handle } } }');
      return service.db.statementCount - before;
    };
    const byApiToken = await cost(byToken);
    expect(byApiToken).toBeGreaterThan(0);
    expect(await cost(program)).toBe(byApiToken);
  });

  test('a cookie beside it does not count', async () => {
    const { program } = await letIn();
    for (const [name, value] of (await signUp(service)).cookies) program.cookies.set(name, value);
    expect(await answerTo(program)).toMatchObject({ viewer: { credential: { kind: 'ACCESS_TOKEN' } } });
  });
});
