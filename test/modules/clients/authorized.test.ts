import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { AUTHORIZED, REVOKE_ACCESS, UPDATE } from '../../support/documents/clients.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged, makeBot } from '../roles/support.js';
import { expectDenied, letIn, recordsOf, register } from './support.js';

let service: TestService;
let owner: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  owner = await signUp(service);
});
afterAll(() => service.close());

const authorized = async (person: Person) =>
  (await person.query(AUTHORIZED)).viewer.authorizedClients as Record<string, unknown>[];

describe('viewer.authorizedClients', () => {
  it('shows each client that was let in once, the last first, with all that it was allowed', async () => {
    const person = await signUp(service);
    const old = await register(owner, { name: 'Old', permissions: ['MAPPING_VOTE', 'MAPPING_PROPOSE'] });
    const last = await register(owner, { name: 'New', homepage: 'https://new.example.com/' });
    const now = Date.now();
    const at = (day: number) => new Date(now - day * 86_400_000);
    await letIn(service, person, old, { scope: 'openid mapping:propose', at: at(3) });
    await letIn(service, person, old, { scope: 'openid mapping:vote offline_access', at: at(2) });
    await letIn(service, person, last, { scope: 'openid profile', at: at(1) });
    await letIn(service, person, last, { model: 'AccessToken', scope: 'mapping:vote' });
    expect(await authorized(person)).toEqual([
      {
        id: last.id,
        clientId: last.clientId,
        name: 'New',
        homepage: 'https://new.example.com/',
        ownerHandle: owner.handle,
        permissions: [],
        offline: false,
        authorizedAt: at(1).toISOString(),
      },
      expect.objectContaining({
        id: old.id,
        permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
        offline: true,
        authorizedAt: at(3).toISOString(),
      }),
    ]);
    expect(await authorized(owner)).toEqual([]);
  });

  it('leaves out what has expired, and what the client may not ask for any more', async () => {
    const person = await signUp(service);
    const over = await register(owner);
    const cut = await register(owner, { permissions: ['MAPPING_VOTE', 'MAPPING_PROPOSE'] });
    await letIn(service, person, over, { scope: 'openid', at: new Date(Date.now() - 15 * 86_400_000) });
    await letIn(service, person, cut, { scope: 'mapping:vote mapping:propose user:read-private nonsense' });
    await owner.query(UPDATE, { input: { client: cut.id, permissions: ['MAPPING_PROPOSE'] } });
    expect(await authorized(person)).toMatchObject([{ id: cut.id, permissions: ['MAPPING_PROPOSE'] }]);
  });
});

describe('revokeClientAccess', () => {
  it('SE8 is denied to everyone without a session, and for what was not let in', async () => {
    await expectDenied(
      service,
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        staleAdmin: 'NOT_FOUND',
        program: 'FORBIDDEN',
        adminProgram: 'FORBIDDEN',
        bot: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
        unknownId: 'NOT_FOUND',
      },
      (client, id) => client.send(REVOKE_ACCESS, { client: id }),
    );
  });

  it("SE5 takes back one's own alone, without fresh presence", async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const [client, kept] = [await register(owner), await register(owner)];
    for (const model of ['Grant', 'RefreshToken', 'AuthorizationCode']) await letIn(service, person, client, { model });
    await letIn(service, other, client);
    await letIn(service, person, kept);
    await forgetPresence(service, person);
    const { revokeClientAccess } = await person.query(REVOKE_ACCESS, { client: client.id });
    expect(revokeClientAccess).toEqual({ viewer: { authorizedClients: [{ id: kept.id }] }, userErrors: [] });
    expect(await recordsOf(service, client)).toEqual(['Grant']);
    expect(await authorized(other)).toMatchObject([{ id: client.id }]);
    expect((await logged(service, 'client_access.revoke')).at(-1)).toEqual({
      actorId: person.userId,
      subjectId: person.userId,
      via: null,
      detail: `client ${client.key}`,
    });
    expect(outcomeOf(await person.send(REVOKE_ACCESS, { client: client.id }))).toBe('NOT_FOUND');
  });

  it("takes back nobody else's for those who manage clients", async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const client = await register(owner);
    await letIn(service, owner, client);
    expect(outcomeOf(await admin.send(REVOKE_ACCESS, { client: client.id }))).toBe('NOT_FOUND');
    expect(await recordsOf(service, client)).toEqual(['Grant']);
  });

  it('is shown to programs too, of the account alone', async () => {
    const client = await register(owner);
    const person = await signUp(service);
    await letIn(service, person, client);
    const bot = await makeBot(service, person);
    const shown = async (by: Pick<Person, 'query'>) =>
      (await by.query(AUTHORIZED)).viewer.authorizedClients.map(({ id }: { id: string }) => id);
    expect(await shown(await programOf(service, person))).toEqual([encodeId('OAuthClient', client.key)]);
    expect(await shown(bot.program)).toEqual([]);
  });
});
