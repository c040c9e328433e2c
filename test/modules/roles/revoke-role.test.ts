import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { SHELL } from '../../../src/modules/audit/audit.store.js';
import { grantsOfRole, removeGrant } from '../../../src/modules/roles/grants.js';
import { outcomeOf } from '../../support/client.js';
import { giveRole, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, expectDenied, logged, makeBot, REVOKE, signUpCast, stateOf, WHO, type Cast } from './support.js';

let service: TestService;
/** Another process on the same database. */
let replica: TestService;
let cast: Cast;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  replica = await startTestService({ sample: false, db: service.db });
  cast = await signUpCast(service);
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const revoke = (id: string, by: Person = cast.admin) => by.send(REVOKE, { input: { id } });

describe('revokeRole', () => {
  it('RO2 is for administrators with fresh presence alone', async () => {
    const holder = await signUp(service);
    const id = await giveRole(service, holder.userId, RoleName.MAINTAINER);
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        releaseManager: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        staleAdmin: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
        adminProgram: 'FORBIDDEN',
        adminBot: 'FORBIDDEN',
      },
      (client) => client.send(REVOKE, { input: { id } }),
    );
    // Those who lack ROLE_GRANT can not even give up what is theirs: that is for an administrator to do.
    expect(outcomeOf(await revoke(id, holder))).toBe('FORBIDDEN');
  });

  it('SE5 ends every session and token of the person and of their bots, at every process at once', async () => {
    const holder = await signUp(service);
    const id = await giveRole(service, holder.userId, RoleName.MAINTAINER);
    const kept = await giveRole(service, holder.userId, RoleName.CONTRIBUTOR);
    const phone = await signInAgain(service, holder);
    const program = await programOf(service, holder);
    const bot = await makeBot(service, holder);
    const elsewhere = Object.assign(replica.client(), { cookies: new Map(phone.cookies) });
    const programElsewhere = Object.assign(replica.client(), { token: program.token });
    const all = [phone, program, bot.program, elsewhere, programElsewhere, holder];
    for (const client of all) expect((await client.query(WHO)).viewer.permissions).toContain('MAPPING_LOCK');

    const { data } = await revoke(id);
    expect(data.revokeRole.userErrors).toEqual([]);
    expect(data.revokeRole.user).toMatchObject({ id: holder.id, roles: ['USER', 'CONTRIBUTOR'] });
    expect(data.revokeRole.user.grants).toMatchObject([{ id: kept }]);
    for (const client of all) expect((await client.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    // Whoever demotes stays signed in.
    expect((await cast.admin.query(WHO)).viewer.user.handle).toBe(cast.admin.handle);

    const again = await signInAgain(service, holder);
    expect((await again.query(WHO)).viewer.permissions).not.toContain('MAPPING_LOCK');
    const { viewer } = await again.query(
      `{ viewer { auditEvents(first: 5) { nodes { action detail actor { handle } } } } }`,
    );
    expect(viewer.auditEvents.nodes).toContainEqual({
      action: 'role.revoke',
      detail: 'MAINTAINER for all game versions',
      actor: { handle: cast.admin.handle },
    });
    const [row] = await service.db.query<{ by: number; at: Date }>(
      `SELECT revoked_by_id AS by, revoked_at AS at FROM role_grants WHERE user_id = $1 AND revoked_at IS NOT NULL`,
      [holder.userId],
    );
    expect(row?.by).toBe(cast.admin.userId);
    expect(Math.abs(Date.now() - row!.at.getTime())).toBeLessThan(60_000);
  });

  it('stepping down ends the own session too, and clears its cookie', async () => {
    const admin = await signUp(service);
    const id = await giveRole(service, admin.userId, RoleName.ADMIN);
    const moderates = await giveRole(service, admin.userId, RoleName.MODERATOR);
    const phone = await signInAgain(service, admin);
    const { data } = await revoke(id, admin);
    // From here on the call is anonymous, and what is private does not show.
    expect(data.revokeRole).toEqual({
      user: { id: admin.id, handle: admin.handle, roles: ['USER', 'MODERATOR'], grants: null },
      userErrors: [],
    });
    expect(admin.cookies.has('mcp_session')).toBe(false);
    expect((await admin.query(WHO)).viewer).toBeNull();
    expect((await phone.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    const again = Object.assign(await signInAgain(service, admin), { userId: admin.userId });
    expect((await again.query(WHO)).viewer.user.roles).toEqual(['USER', 'MODERATOR']);
    expect((await again.refused(REVOKE, { input: { id: moderates } })).extensions.code).toBe('FORBIDDEN');
    expect((await logged(service, 'role.revoke')).at(-1)).toMatchObject({
      actorId: admin.userId,
      subjectId: admin.userId,
    });
  });

  it('knows nothing of what there is not, or not any more', async () => {
    const holder = await signUp(service);
    const id = await giveRole(service, holder.userId, RoleName.MAINTAINER);
    const ended = await giveRole(service, holder.userId, RoleName.MODERATOR);
    await service.db.query(
      `UPDATE role_grants SET valid_until = now() - interval '1 s' WHERE user_id = $1 AND role = 'MODERATOR'`,
      [holder.userId],
    );
    expect(outcomeOf(await revoke(id))).toBe('OK');
    const before = await stateOf(service);
    for (const unknown of [id, ended, encodeId('RoleGrant', 999_999), encodeId('RoleGrant', 'x')]) {
      const { data } = await revoke(unknown);
      expect(data.revokeRole).toEqual({
        user: null,
        userErrors: [{ code: 'NOT_FOUND', message: expect.any(String), path: ['id'] }],
      });
    }
    expect(outcomeOf(await revoke(holder.id))).toBe('BAD_USER_INPUT');
    expect(outcomeOf(await revoke('nonsense'))).toBe('BAD_USER_INPUT');
    expect(await stateOf(service)).toEqual(before);
  });

  it('of twenty at once one takes the role back', async () => {
    const holder = await signUp(service);
    const id = await giveRole(service, holder.userId, RoleName.MAINTAINER);
    const outcomes = (await Promise.all(Array.from({ length: 20 }, () => revoke(id)))).map(outcomeOf);
    expect(outcomes.sort()).toEqual([...Array<string>(19).fill('NOT_FOUND'), 'OK']);
  });

  it('takes the role of a bot back: its tokens end, its owner goes on', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(service, owner);
    const id = await giveRole(service, bot.userId, RoleName.IRC_BOT);
    expect((await bot.program.query(WHO)).viewer.permissions).toContain('IRC_VERIFY');
    const { data } = await revoke(id);
    expect(data.revokeRole.user).toMatchObject({ id: bot.id, roles: ['USER'] });
    expect((await bot.program.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    expect((await owner.query(WHO)).viewer.user.handle).toBe(owner.handle);
  });

  it('from the shell is done by nobody', async () => {
    const holder = await signUp(service);
    const versionId = await addVersion(service, '1.14.4');
    await giveRole(service, holder.userId, RoleName.MAINTAINER);
    await giveRole(service, holder.userId, RoleName.MAINTAINER, versionId);
    const role = { userId: holder.userId, role: RoleName.MAINTAINER, version: { id: versionId, name: '1.14.4' } };
    await service.db.transaction(async (tx) => {
      const now = new Date();
      const grants = await grantsOfRole(tx, role, now);
      expect(grants).toHaveLength(1);
      await removeGrant(tx, SHELL, now, grants[0]!);
    });
    expect((await logged(service, 'role.revoke')).at(-1)).toEqual({
      actorId: null,
      subjectId: holder.userId,
      via: 'shell',
      detail: 'MAINTAINER for 1.14.4',
    });
    expect((await holder.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
  });
});
