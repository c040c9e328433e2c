import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { DELETE, MINE } from '../../support/documents/clients.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged, makeBot } from '../roles/support.js';
import { expectDenied, letIn, recordsOf, register } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const exists = async (key: number) =>
  (await service.db.query(`SELECT FROM oauth_clients WHERE id = $1`, [key])).length > 0;

const deleteAccount = (person: Person) =>
  person.query(
    `mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { ok userErrors { message } } }`,
    {
      input: { confirmHandle: person.handle },
    },
  );

describe('deleteClient', () => {
  it("OP3 is denied to everyone but the client's owner and those who manage clients, with a session and fresh presence", async () => {
    await expectDenied(
      service,
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        moderator: 'NOT_FOUND',
        stale: 'FORBIDDEN',
        staleAdmin: 'FORBIDDEN',
        program: 'FORBIDDEN',
        adminProgram: 'FORBIDDEN',
        bot: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
        unknownId: 'NOT_FOUND',
      },
      (client, id) => client.send(DELETE, { id }),
    );
  });

  it('ends it and whatever people allowed it', async () => {
    const owner = await signUp(service);
    const kept = await register(owner, { name: 'Kept' });
    const client = await register(owner);
    await letIn(service, await signUp(service), client);
    await letIn(service, owner, kept);
    const { deleteClient } = await owner.query(DELETE, { id: client.id });
    expect(deleteClient).toEqual({ ok: true, userErrors: [] });
    expect(await recordsOf(service, client)).toEqual([]);
    expect(await recordsOf(service, kept)).toEqual(['Grant']);
    expect((await owner.query(MINE)).viewer.clients).toEqual([{ id: kept.id, name: 'Kept' }]);
    expect(outcomeOf(await owner.send(DELETE, { id: client.id }))).toBe('NOT_FOUND');
    expect((await logged(service, 'client.delete')).at(-1)).toMatchObject({
      actorId: owner.userId,
      subjectId: owner.userId,
      detail: `client ${client.key}`,
    });
  });

  it('is for those who manage clients too', async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const owner = await signUp(service);
    const client = await register(owner);
    expect(outcomeOf(await admin.send(DELETE, { id: client.id }))).toBe('OK');
    expect(await exists(client.key)).toBe(false);
    expect((await logged(service, 'client.delete')).at(-1)).toMatchObject({
      actorId: admin.userId,
      subjectId: owner.userId,
    });
  });
});

describe('a client', () => {
  it('goes with its bot', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(service, owner);
    const ofBot = await register(owner, { kind: 'BOT', redirectUris: [], bot: bot.id });
    const other = await register(owner);
    await owner.query(
      `mutation ($id: ID!) { deleteBot(input: { id: $id }) { viewer { user { id } } userErrors { code } } }`,
      {
        id: bot.id,
      },
    );
    expect([await exists(ofBot.key), await exists(other.key)]).toEqual([false, true]);
  });

  it('goes with the account of its owner, and whatever people allowed it; what the owner allowed goes too', async () => {
    const [owner, other] = [await signUp(service), await signUp(service)];
    const [own, foreign] = [await register(owner), await register(other)];
    await letIn(service, other, own);
    await letIn(service, owner, foreign);
    await letIn(service, other, foreign);
    await deleteAccount(owner);
    expect([await exists(own.key), await exists(foreign.key)]).toEqual([false, true]);
    expect(await recordsOf(service, own)).toEqual([]);
    expect(await service.db.query(`SELECT FROM oidc_records WHERE user_id = $1`, [owner.userId])).toEqual([]);
    expect(await recordsOf(service, foreign)).toEqual(['Grant']);
  });

  it('goes over to the account that its owner merges into; what the owner allowed does not', async () => {
    const [kept, gone] = [await signUp(service), await signUp(service)];
    const [own, foreign] = [await register(gone), await register(kept)];
    await letIn(service, gone, foreign);
    const { startAccountMerge } = await kept.query(`mutation { startAccountMerge { code userErrors { code } } }`);
    await gone.query(
      `mutation ($code: String!) { redeemAccountMerge(input: { code: $code }) { viewer { user { handle } } userErrors { message } } }`,
      { code: startAccountMerge.code },
    );
    const { clients } = (await kept.query(MINE)).viewer;
    expect(clients.map(({ id }: { id: string }) => id)).toEqual([foreign.id, own.id]);
    expect(await recordsOf(service, foreign)).toEqual([]);
  });

  it('is in the export of its owner, and what was let in in that of who did; no secret is', async () => {
    const [owner, other] = [await signUp(service), await signUp(service)];
    const client = await register(owner, { permissions: ['MAPPING_VOTE'] });
    await letIn(service, other, client, { scope: 'openid mapping:vote' });
    await letIn(service, other, client, { model: 'RefreshToken' });
    const dataOf = async (person: Person) => {
      const { exportAccount } = await person.query(`mutation { exportAccount { url userErrors { code } } }`);
      service.secrets.add(new URL(exportAccount.url as string).searchParams.get('code'));
      const response = await person.request('GET', (exportAccount.url as string).replace('http://localhost:4000', ''));
      service.secrets.expectNoneIn(response.body, 'the export');
      expect(response.body).not.toMatch(/secretHash|subjectSalt|\\\\x|"type":"Buffer"/);
      return response.json<{ oauthClients: unknown[]; authorizedClients: unknown[]; identities: unknown[] }>();
    };
    const { oauthClients, authorizedClients, identities } = await dataOf(owner);
    expect(oauthClients).toEqual([
      {
        name: 'Mapping Viewer',
        clientId: client.clientId,
        kind: 'WEB',
        authentication: 'SECRET_BASIC',
        bot: null,
        trusted: false,
        homepage: null,
        redirectUris: ['https://viewer.example.com/callback'],
        postLogoutRedirectUris: [],
        backchannelLogoutUri: null,
        permissions: ['MAPPING_VOTE'],
        publicKeys: null,
        dpopBound: false,
        createdAt: expect.any(String),
      },
    ]);
    expect(authorizedClients).toEqual([]);
    expect(identities).toMatchObject([{ actingPermissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'] }]);
    const theirs = await dataOf(other);
    expect(theirs.oauthClients).toEqual([]);
    expect(theirs.authorizedClients).toEqual([
      {
        name: 'Mapping Viewer',
        clientId: client.clientId,
        scope: 'openid mapping:vote',
        authorizedAt: expect.any(String),
        expiresAt: expect.any(String),
      },
    ]);
  });
});
