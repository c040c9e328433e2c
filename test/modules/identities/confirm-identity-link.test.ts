import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { DENIED, denials, eventsOf, giveIdentity, identitiesIn } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const CONFIRM = `mutation ($id: ID!) {
  confirmIdentityLink(input: { id: $id }) { viewer { identities { provider state } } userErrors { code path } } }`;

describe('confirmIdentityLink', () => {
  it('is denied without a session and fresh presence, and to all but the owner', async () => {
    const person = await signUp(service);
    const other = await signUp(service);
    const id = await giveIdentity(service, person, 'GITHUB', { state: 'SUSPENDED' });
    expect(await denials(service, person, CONFIRM, { id })).toEqual(DENIED);
    for (const asked of [id, encodeId('Identity', 2_000_000_000)]) {
      expect(await other.query(CONFIRM, { id: asked })).toEqual({
        confirmIdentityLink: { viewer: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] },
      });
    }
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB SUSPENDED']);
  });

  it('lets what was reported or set aside count, and is recorded once', async () => {
    const person = await signUp(service);
    const github = await giveIdentity(service, person, 'GITHUB', { state: 'SUSPENDED' });
    const irc = await giveIdentity(service, person, 'IRC', { state: 'PENDING', network: 'libera' });
    for (const id of [github, irc, github]) expect(outcomeOf(await person.send(CONFIRM, { id }))).toBe('OK');
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE', 'IRC ACTIVE']);
    expect(await eventsOf(service, person, 'identity.%')).toEqual([
      { action: 'identity.confirm', detail: 'IRC', actorId: person.userId },
      { action: 'identity.confirm', detail: 'GITHUB', actorId: person.userId },
    ]);
  });
});

describe('identities by id', () => {
  const NODE = `query ($id: ID!) { node(id: $id) { __typename id ... on Identity { provider network } } }`;

  it('RB4, RB5: are found by their owner and by readers of private data; for all others they are not there', async () => {
    const person = await signUp(service);
    const id = await giveIdentity(service, person, 'IRC', { network: 'libera' });
    const found = { node: { __typename: 'Identity', id, provider: 'IRC', network: 'libera' } };
    const readers = [
      person,
      await programOf(service, person, []),
      await signUp(service, { roles: [RoleName.ADMIN] }),
      await programOf(service, await signUp(service, { roles: [RoleName.ADMIN] }), [Permission.USER_READ_PRIVATE]),
    ];
    for (const reader of readers) expect(await reader.query(NODE, { id })).toEqual(found);
    const others = [
      service.client(),
      await signUp(service),
      await signUp(service, { roles: [RoleName.MODERATOR, RoleName.RELEASE_MANAGER] }),
      await programOf(service, await signUp(service, { roles: [RoleName.ADMIN] }), [Permission.AUDIT_READ]),
    ];
    for (const other of others) {
      for (const asked of [id, encodeId('Identity', 2_000_000_000), encodeId('Identity', 'x')]) {
        expect(await other.query(NODE, { id: asked })).toEqual({ node: null });
      }
    }
  });

  it('RB4: a reader for one game version is none', async () => {
    const [version] = await service.db.query<{ id: number }>(
      `INSERT INTO game_versions (name, sort_key) VALUES ('1.0-identities', '1') RETURNING id`,
    );
    const person = await signUp(service);
    const id = await giveIdentity(service, person, 'GITHUB');
    const scoped = await signUp(service, { roles: [RoleName.ADMIN], gameVersionId: version!.id });
    expect(await scoped.query(NODE, { id })).toEqual({ node: null });
  });

  it('GQ17: many of them cost one statement', async () => {
    const person = await signUp(service);
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push(await giveIdentity(service, person, 'GITHUB'));
    const cost = async (asked: string[]) => {
      const before = service.db.statementCount;
      const { nodes } = await person.query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids: asked });
      expect(nodes).toHaveLength(asked.length);
      return service.db.statementCount - before;
    };
    // Who calls is asked the first time.
    await cost(ids);
    expect(await cost(ids)).toBe(await cost(ids.slice(0, 1)));
  });
});
