import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SignedInActor } from '../../../src/auth/actor.js';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { grantRole } from '../../../src/modules/roles/roles.service.js';
import { lockRights } from '../../../src/modules/roles/roles.store.js';
import { actorWith } from '../../support/actors.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { giveRole, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, GRANT, makeBot, REVOKE, stateOf, SUSPEND, WHO } from './support.js';

let service: TestService;
let admin: Person;
let older: number;
let newer: number;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  older = await addVersion(service, '1.12.2');
  newer = await addVersion(service, '1.16.5');
});
afterAll(() => service.close());
afterEach(() => void vi.useRealTimers());

const grant = async (by: Person, input: object) => outcomeOf(await by.send(GRANT, { input }));

describe('an administrator for one game version', () => {
  let local: Person;
  let target: Person;
  // Whose grants they are is private, and not theirs to read: the answer is asked for without them.
  const plain = (mutation: 'grantRole' | 'revokeRole', type: 'GrantRoleInput' | 'NodeInput') =>
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { user { roles } userErrors { code } } }`;
  const grant = async (by: Person, input: object) =>
    outcomeOf(await by.send(plain('grantRole', 'GrantRoleInput'), { input }));
  const revoke = async (by: Person, id: string) =>
    outcomeOf(await by.send(plain('revokeRole', 'NodeInput'), { input: { id } }));
  beforeAll(async () => {
    local = await signUp(service, { roles: [RoleName.ADMIN], gameVersionId: older });
    target = await signUp(service);
  });

  it('RO2 grants for that version alone', async () => {
    const user = target.id;
    const before = await stateOf(service);
    expect(await grant(local, { user, role: 'MAINTAINER' })).toBe('FORBIDDEN');
    expect(await grant(local, { user, role: 'MAINTAINER', gameVersion: '1.16.5' })).toBe('FORBIDDEN');
    expect(await grant(local, { user, role: 'ADMIN' })).toBe('FORBIDDEN');
    expect(await grant(local, { user: local.id, role: 'ADMIN', gameVersion: '1.12.2' })).toBe('FORBIDDEN');
    const bot = await makeBot(service, local);
    expect(await grant(local, { user: bot.id, role: 'IRC_BOT' })).toBe('FORBIDDEN');
    expect(await grant(local, { user: bot.id, role: 'IRC_BOT', gameVersion: '1.12.2' })).toBe('FORBIDDEN');
    await service.db.query(`DELETE FROM api_tokens WHERE user_id = $1`, [bot.userId]);
    await service.db.query(`DELETE FROM users WHERE id = $1`, [bot.userId]);
    expect(await stateOf(service)).toEqual(before);
    expect(await grant(local, { user, role: 'MAINTAINER', gameVersion: '1.12.2' })).toBe('OK');
    expect(await grant(local, { user, role: 'ADMIN', gameVersion: '1.12.2' })).toBe('OK');
  });

  it('RO2 takes back for that version alone', async () => {
    const other = await signUp(service);
    const everywhere = await giveRole(service, other.userId, RoleName.MAINTAINER);
    const elsewhere = await giveRole(service, other.userId, RoleName.MAINTAINER, newer);
    const here = await giveRole(service, other.userId, RoleName.MAINTAINER, older);
    const before = await stateOf(service);
    expect(await revoke(local, everywhere)).toBe('FORBIDDEN');
    expect(await revoke(local, elsewhere)).toBe('FORBIDDEN');
    expect(await stateOf(service)).toEqual(before);
    expect(await revoke(local, here)).toBe('OK');
  });

  it('has no say over accounts, which are of no version', async () => {
    const before = await stateOf(service);
    expect(outcomeOf(await local.send(SUSPEND, { input: { user: target.id, reason: 'x' } }))).toBe('FORBIDDEN');
    const link = `mutation ($input: AdminLinkIdentityInput!) { adminLinkIdentity(input: $input) { userErrors { code } } }`;
    const input = { user: target.id, provider: 'GITHUB', subject: '7', displayName: 'x', reason: 'x' };
    expect(outcomeOf(await local.send(link, { input }))).toBe('FORBIDDEN');
    expect(outcomeOf(await local.send(`{ users { nodes { handle } } }`))).toBe('FORBIDDEN');
    expect(await stateOf(service)).toEqual(before);
  });

  it('steps down, and from what they could not take from others', async () => {
    const leaving = await signUp(service);
    const here = await giveRole(service, leaving.userId, RoleName.ADMIN, older);
    const everywhere = await giveRole(service, leaving.userId, RoleName.CONTRIBUTOR);
    const revoked = async (by: TestClient, id: string) =>
      (await by.send(REVOKE, { input: { id } })).data.revokeRole.userErrors;
    expect(await revoked(leaving, everywhere)).toEqual([]);
    expect(await revoked(await signInAgain(service, leaving), here)).toEqual([]);
    expect((await admin.query(`{ user(handle: "${leaving.handle}") { roles } }`)).user.roles).toEqual(['USER']);
  });
});

describe('a maintainer for one game version', () => {
  it('holds the role there, and says so', async () => {
    const person = await signUp(service);
    const { grantRole: answer } = await admin.query(GRANT, {
      input: { user: person.id, role: 'MAINTAINER', gameVersion: '1.16.5' },
    });
    expect(answer.user.grants).toMatchObject([{ role: 'MAINTAINER', gameVersion: { name: '1.16.5' } }]);
    const { viewer } = await person.query(WHO);
    expect(viewer.user.roles).toEqual(['USER', 'MAINTAINER']);
    expect(viewer.permissions).toContain('MAPPING_COMMIT');
    // A right for one version is none to grant with.
    expect(await grant(person, { user: admin.id, role: 'CONTRIBUTOR', gameVersion: '1.16.5' })).toBe('FORBIDDEN');
  });
});

describe("RO2 what is above one's own roles", () => {
  /** The administrator's session, cut to what a lesser grantor would hold. */
  async function lesser(cut: Partial<SignedInActor>): Promise<SignedInActor> {
    const [session] = await service.db.query<{ id: number }>(`SELECT id FROM sessions WHERE user_id = $1`, [
      admin.userId,
    ]);
    const credential = { id: String(session!.id), provenAt: new Date() };
    return { ...actorWith([RoleName.ADMIN], { id: String(admin.userId), credential }), ...cut };
  }
  const few = new Set([Permission.ROLE_GRANT, Permission.MAPPING_PROPOSE, Permission.MAPPING_VOTE]);
  const caller = (actor: SignedInActor) => ({ actor, now: new Date(), address: null, device: null, cookies: null });

  it('is neither given by a credential that holds less, nor through a client that may do less', async () => {
    const person = await signUp(service);
    const full = await lesser({});
    const actors = [
      { ...full, credential: { ...full.credential, permissions: few } },
      await lesser({ client: { id: 'c', name: 'a client', permissions: few, seesPersonal: true } }),
    ];
    for (const actor of actors) {
      for (const [role, permission] of [
        [RoleName.MODERATOR, 'MAPPING_REVERT'],
        [RoleName.MAINTAINER, 'MAPPING_FORCE'],
        [RoleName.ADMIN, 'MAPPING_FORCE'],
      ] as const) {
        await expect(grantRole(service.auth, caller(actor), { userId: person.userId, role })).rejects.toMatchObject({
          code: 'FORBIDDEN',
          details: { permission },
        });
      }
    }
    const input = { userId: person.userId, role: RoleName.CONTRIBUTOR };
    expect(await grantRole(service.auth, caller(actors[0]!), input)).toBe(person.userId);
  });

  it('is not given by a session that has ended, or that is not of this account', async () => {
    const person = await signUp(service);
    const actor = await lesser({});
    const input = { userId: person.userId, role: RoleName.CONTRIBUTOR };
    for (const other of [
      { ...actor, credential: { ...actor.credential, id: '999999' } },
      { ...actor, user: { ...actor.user, id: String((await signUp(service)).userId) } },
    ]) {
      await expect(grantRole(service.auth, caller(other), input)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

describe('RO3 a grant with an end', () => {
  it('counts until then, and not a moment longer', async () => {
    const person = await signUp(service);
    const until = new Date(Date.now() + 3_600_000);
    expect(await grant(admin, { user: person.id, role: 'MODERATOR', until: until.toISOString() })).toBe('OK');
    const suspend = { input: { user: (await signUp(service)).id, reason: 'a test' } };
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(until.getTime() - 1);
    expect((await person.query(WHO)).viewer.user.roles).toEqual(['USER', 'MODERATOR']);
    vi.setSystemTime(until);
    const { viewer } = await person.query(WHO);
    expect([viewer.user.roles, viewer.permissions]).toEqual([['USER'], ['MAPPING_PROPOSE', 'MAPPING_VOTE']]);
    expect(outcomeOf(await person.send(SUSPEND, suspend))).toBe('FORBIDDEN');
    const { viewer: own } = await person.query(`{ viewer { user { grants { id } } } }`);
    expect(own.user.grants).toEqual([]);
  });

  it('is gone when it ends while the call waits for its turn', async () => {
    const grantor = await signUp(service);
    const until = new Date(Date.now() + 3_600_000);
    await service.db.query(`INSERT INTO role_grants (user_id, role, valid_until) VALUES ($1, 'ADMIN', $2)`, [
      grantor.userId,
      until,
    ]);
    const input = { user: (await signUp(service)).id, role: 'CONTRIBUTOR' };
    const before = await stateOf(service);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now());
    let call: Promise<string> | undefined;
    await service.db.transaction(async (tx) => {
      await lockRights(tx);
      call = grant(grantor, input);
      // It waits: on PostgreSQL for the lock, on the embedded database for the one connection.
      for (let waiting = false, tries = 0; !waiting && tries < 100; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        const rows = await tx.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        waiting = rows.length > 0 || (service.db.kind === 'embedded' && tries > 5);
      }
      vi.setSystemTime(until);
    });
    expect(await call).toBe('FORBIDDEN');
    expect(await stateOf(service)).toEqual(before);
  });
});
