import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { hashSecret } from '../../../src/auth/secrets.js';
import type { TestClient } from '../../support/client.js';
import { ROTATE } from '../../support/documents/clients.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged } from '../roles/support.js';
import { expectDenied, problemOf, register, secretsOf } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const MINUTES = 60_000;

const rotate = async (by: TestClient, id: string): Promise<string> => {
  const { rotateClientSecret } = await by.query(ROTATE, { id });
  expect(rotateClientSecret).toEqual({ client: { id }, secret: expect.any(String), userErrors: [] });
  return rotateClientSecret.secret as string;
};

describe('rotateClientSecret', () => {
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
      (client, id) => client.send(ROTATE, { id }),
    );
  });

  it('gives another secret; the one before goes on for ten minutes, and the one before that no more', async () => {
    const owner = await signUp(service);
    const client = await register(owner);
    const second = await rotate(owner, client.id);
    expect(second).toMatch(/^mcp_client_[A-Za-z0-9_-]{43}$/);
    expect(second).not.toBe(client.secret);
    const kept = await secretsOf(service, client);
    expect([kept.secret, kept.previous]).toEqual([hashSecret(second), hashSecret(client.secret!)]);
    const left = kept.until!.getTime() - Date.now();
    expect(left).toBeGreaterThan(9 * MINUTES);
    expect(left).toBeLessThanOrEqual(10 * MINUTES);
    const third = await rotate(owner, client.id);
    const then = await secretsOf(service, client);
    expect([then.secret, then.previous]).toEqual([hashSecret(third), hashSecret(second)]);
    expect((await logged(service, 'client.rotate')).at(-1)).toMatchObject({
      actorId: owner.userId,
      subjectId: owner.userId,
      detail: `client ${client.key}`,
    });
  });

  it('is for those who manage clients too', async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const owner = await signUp(service);
    const client = await register(owner);
    expect((await secretsOf(service, client)).secret).not.toEqual(hashSecret(await rotate(admin, client.id)));
    expect((await logged(service, 'client.rotate')).at(-1)).toMatchObject({
      actorId: admin.userId,
      subjectId: owner.userId,
    });
  });

  it('gives one where there was none any more, and none to what has no secret', async () => {
    const owner = await signUp(service);
    const client = await register(owner);
    await service.db.query(`UPDATE oauth_clients SET secret_hash = NULL WHERE id = $1`, [client.key]);
    const secret = await rotate(owner, client.id);
    expect(await secretsOf(service, client)).toEqual({ secret: hashSecret(secret), previous: null, until: null });
    const page = await register(owner, { authentication: 'NONE' });
    expect(await problemOf(owner.send(ROTATE, { id: page.id }))).toBe('INVALID_INPUT id');
    expect((await secretsOf(service, page)).secret).toBeNull();
  });
});
