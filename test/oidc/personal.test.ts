import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import type { TestClient } from '../support/client.js';
import { signUp, type Person } from '../support/people.js';
import { addClient, authorize, relyingParty, startOidcService, type ClientInput, type OidcService } from './support.js';

/** What concerns nobody but the person. */
const PERSONAL = [
  'identities { id }',
  'sessions { id }',
  'apiTokens { id }',
  'passkeys { id }',
  'bots { id }',
  'clients { id }',
  'authorizedClients { id }',
  'webhooks { id }',
  'hasTotp',
  'recoveryCodesLeft',
  'auditEvents { totalCount }',
];

describe('What an application sees of the person who let it in', () => {
  let service: OidcService;
  let alice: Person;
  beforeAll(async () => {
    service = await startOidcService();
    alice = await signUp(service);
  });
  afterAll(() => service.close());

  async function program(input: Partial<ClientInput> = {}): Promise<TestClient> {
    const permissions = [Permission.MAPPING_VOTE];
    const client = await addClient(service, { owner: alice.handle, permissions, ...input });
    const tokens = await authorize(service, alice, await relyingParty(service, client), 'openid mapping:vote');
    const program = service.client();
    program.token = tokens.access_token;
    return program;
  }

  test('an application of others sees account, permissions and credential, and nothing else', async () => {
    const theirs = await program();
    const { viewer } = await theirs.query('{ viewer { user { handle roles } permissions credential { kind } } }');
    expect(viewer).toEqual({
      user: { handle: alice.handle, roles: ['USER'] },
      permissions: ['MAPPING_VOTE'],
      credential: { kind: 'ACCESS_TOKEN' },
    });
    for (const field of PERSONAL) {
      const { errors, data } = await theirs.send(`{ viewer { ${field} } }`);
      expect(errors?.[0]?.extensions, field).toMatchObject({ code: 'FORBIDDEN', reason: 'PERSONAL' });
      expect(data, field).toEqual({ viewer: null });
    }
    for (const field of ['identities { id }', 'grants { id }', 'bots { id }', 'suspendedUntil']) {
      const { errors } = await theirs.send(`{ viewer { user { ${field} } } }`);
      expect(errors?.[0]?.extensions.code, field).toBe('FORBIDDEN');
    }
  });

  test('not by the ids of its things either', async () => {
    const theirs = await program();
    const own = await alice.query('{ viewer { identities { id } sessions { id } auditEvents { nodes { id } } } }');
    const [{ id: grant }] = (await service.db.query<{ id: number }>(
      `INSERT INTO role_grants (user_id, role) VALUES ($1, 'CONTRIBUTOR') RETURNING id`,
      [alice.userId],
    )) as [{ id: number }];
    const ids = [own.viewer.identities[0].id, own.viewer.auditEvents.nodes[0].id, encodeId('RoleGrant', grant)];
    for (const id of ids) {
      expect(await alice.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: { id } });
      expect(await theirs.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
    }
  });

  test('an application of those who run the service sees what the person sees', async () => {
    const ours = await program({ trusted: true });
    const { viewer } = await ours.query(`{ viewer { ${PERSONAL.join(' ')} } }`);
    expect(viewer.identities).toHaveLength(1);
  });
});
