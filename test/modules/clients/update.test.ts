import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { hashSecret } from '../../../src/auth/secrets.js';
import { lockRights } from '../../../src/modules/roles/roles.store.js';
import { outcomeOf } from '../../support/client.js';
import { UPDATE } from '../../support/documents/clients.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged, makeBot } from '../roles/support.js';
import { expectDenied, letIn, problemOf, recordsOf, register, secretsOf, type Registered } from './support.js';

let service: TestService;
let admin: Person;
let owner: Person;
let known: Registered;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
});
beforeEach(async () => {
  owner = await signUp(service);
  known = await register(owner, { permissions: ['MAPPING_VOTE'], homepage: 'https://viewer.example.com/' });
});
afterAll(() => service.close());

const update = async (by: Person, given: object) => {
  const { updateClient } = await by.query(UPDATE, { input: { client: known.id, ...given } });
  expect(updateClient.userErrors).toEqual([]);
  return updateClient as { client: Record<string, unknown>; secret: string | null };
};
const problem = (given: object, by: Person = owner) =>
  problemOf(by.send(UPDATE, { input: { client: known.id, ...given } }));
const lastDetail = async () => (await logged(service, 'client.update')).at(-1);

describe('updateClient', () => {
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
      (client, id) => client.send(UPDATE, { input: { client: id, redirectUris: ['https://evil.example/'] } }),
    );
  });

  it('changes what is given and leaves the rest', async () => {
    const { client, secret } = await update(owner, {
      name: 'Better Viewer',
      redirectUris: ['https://better.example.com/cb'],
      permissions: null,
    });
    expect(secret).toBeNull();
    expect(client).toMatchObject({
      id: known.id,
      clientId: known.clientId,
      name: 'Better Viewer',
      authentication: 'SECRET_BASIC',
      redirectUris: ['https://better.example.com/cb'],
      permissions: ['MAPPING_VOTE'],
      homepage: 'https://viewer.example.com/',
    });
    expect(await lastDetail()).toEqual({
      actorId: owner.userId,
      subjectId: owner.userId,
      via: null,
      detail: `client ${known.key}: name, redirectUris`,
    });
    expect((await update(owner, { homepage: null, permissions: [] })).client).toMatchObject({
      homepage: null,
      permissions: [],
    });
    expect((await secretsOf(service, known)).secret).toEqual(hashSecret(known.secret!));
  });

  it('writes nothing down where nothing changes', async () => {
    const before = (await logged(service, 'client.update')).length;
    await update(owner, { name: 'Mapping Viewer', trusted: false });
    expect((await logged(service, 'client.update')).length).toBe(before);
  });

  it('checks the whole as for a new one', async () => {
    expect(await problem({ redirectUris: ['http://evil.example/'] })).toBe('INVALID_INPUT redirectUris.0');
    expect(await problem({ redirectUris: [] })).toBe('INVALID_INPUT redirectUris');
    expect(await problem({ authentication: 'PRIVATE_KEY' })).toBe('INVALID_INPUT publicKeys');
    expect(await problem({ permissions: ['CLIENT_MANAGE'] })).toBe('INVALID_INPUT permissions');
    expect(await problem({ permissions: ['ACT_FOR_USERS'] }, admin)).toBe('INVALID_INPUT permissions');
    expect(await problem({ backchannelLogoutUri: 'https://10.0.0.1/' })).toBe('INVALID_INPUT backchannelLogoutUri');
    expect(await problem({ name: 'MCP WebService' })).toBe('INVALID_INPUT name');
    expect(outcomeOf(await owner.send(UPDATE, { input: { client: known.id, kind: 'BOT' } }))).toBe('BAD_USER_INPUT');
  });

  it("is for those who manage clients too, who may give the service's name; the owner goes on with it", async () => {
    const { client } = await update(admin, { name: 'MCP WebService Docs' });
    expect(client).toMatchObject({ name: 'MCP WebService Docs', owner: { id: owner.id } });
    expect(await lastDetail()).toMatchObject({ actorId: admin.userId, subjectId: owner.userId });
    expect((await update(owner, { dpopBound: true })).client).toMatchObject({ dpopBound: true });
  });

  it('gives a secret to one that proves itself with one from now on, and takes it from one that does not', async () => {
    const publicKeys = [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })];
    expect((await update(owner, { authentication: 'SECRET_POST' })).secret).toBeNull();
    expect((await secretsOf(service, known)).secret).toEqual(hashSecret(known.secret!));
    expect((await update(owner, { authentication: 'PRIVATE_KEY', publicKeys })).secret).toBeNull();
    expect(await secretsOf(service, known)).toEqual({ secret: null, previous: null, until: null });
    const { secret, client } = await update(owner, { authentication: 'SECRET_BASIC', publicKeys: [] });
    expect(client['publicKeys']).toEqual([]);
    expect((await secretsOf(service, known)).secret).toEqual(hashSecret(secret!));
  });

  it('OP3 a client is trusted, and a trusted one changed, by those who manage clients alone', async () => {
    expect(await problem({ trusted: true })).toBe('FORBIDDEN');
    expect((await update(admin, { trusted: true })).client).toMatchObject({ trusted: true });
    expect((await lastDetail())?.detail).toBe(`client ${known.key}: trusted`);
    // People are not asked before it is let in: its owner can not send them elsewhere.
    expect(await problem({ redirectUris: ['https://evil.example/'] })).toBe('FORBIDDEN');
    expect(await problem({ trusted: false })).toBe('FORBIDDEN');
    await letIn(service, owner, known, { scope: 'openid' });
    await update(admin, { name: 'Trusted Viewer' });
    expect(await recordsOf(service, known)).toEqual(['Grant']);
    // Nobody was asked for what it has.
    await update(admin, { trusted: false });
    expect(await recordsOf(service, known)).toEqual([]);
    expect((await update(owner, { name: 'Viewer' })).client).toMatchObject({ trusted: false });
  });

  it('RB1 counts the rights of those who manage clients as they are then', async () => {
    const former = await signUp(service, { roles: [RoleName.ADMIN] });
    let call: Promise<string> | undefined;
    await service.db.transaction(async (tx) => {
      await lockRights(tx);
      call = problem({ name: 'Taken' }, former);
      // It waits: on PostgreSQL for the lock, on the embedded database for the one connection.
      for (let waiting = false, tries = 0; !waiting && tries < 100; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        const rows = await tx.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        waiting = rows.length > 0 || (service.db.kind === 'embedded' && tries > 5);
      }
      await tx.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [former.userId]);
    });
    expect(await call).toBe('NOT_FOUND client');
  });

  it('keeps what a BOT client calls as', async () => {
    const bot = await makeBot(service, owner);
    known = await register(owner, { kind: 'BOT', redirectUris: [], bot: bot.id });
    expect((await update(owner, { permissions: ['ACT_FOR_USERS'] })).client).toMatchObject({
      kind: 'BOT',
      bot: { id: bot.id },
      permissions: ['ACT_FOR_USERS'],
    });
    expect(await problem({ authentication: 'NONE' })).toBe('INVALID_INPUT authentication');
  });
});
