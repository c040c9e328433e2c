import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS, RoleName } from '../../../src/auth/permissions.js';
import { SHELL } from '../../../src/modules/audit/audit.store.js';
import { addGrant, grantVersion } from '../../../src/modules/roles/grants.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { giveRole, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  addVersion,
  expectDenied,
  GRANT,
  logged,
  makeBot,
  signUpCast,
  stateOf,
  SUSPEND,
  WHO,
  type Cast,
} from './support.js';

let service: TestService;
let cast: Cast;
let target: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  target = await signUp(service);
  await addVersion(service, '1.12.2');
});
afterAll(() => service.close());

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const grant = (input: object, by: Person = cast.admin) => by.send(GRANT, { input });
const newcomer = () => signUp(service);

/** An input that is refused: with which code and where in the input; nothing has changed. */
async function expectRefused(input: object, code: string, path: string | null): Promise<void> {
  const before = await stateOf(service);
  const { data } = await grant(input);
  const [error] = data.grantRole.userErrors;
  expect([error?.code, error?.path?.join('.') ?? null]).toEqual([code, path]);
  expect(data.grantRole.user).toBeNull();
  expect(await stateOf(service)).toEqual(before);
}

describe('grantRole', () => {
  it('RO2 is for administrators with fresh presence alone: not for lesser roles, tokens or bots', async () => {
    const input = { user: target.id, role: 'CONTRIBUTOR' };
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
      (client) => client.send(GRANT, { input }),
    );
    expect((await cast.staleAdmin.refused(GRANT, { input })).extensions.reason).toBe('REAUTHENTICATION_REQUIRED');
    // Even a token that was given every permission by hand: what it takes is a session.
    expect((await cast.adminProgram.refused(GRANT, { input })).extensions.reason).toBe('SESSION_REQUIRED');
    expect((await cast.moderator.refused(GRANT, { input })).extensions.permission).toBe('ROLE_GRANT');
  });

  it('gives a role that counts at once, and tells the person', async () => {
    const person = await newcomer();
    expect((await person.query(WHO)).viewer.permissions).not.toContain('MAPPING_LOCK');
    const until = inAnHour();
    const { grantRole } = await cast.admin.query(GRANT, {
      input: { user: person.id, role: 'MAINTAINER', gameVersion: '1.12.2', until, reason: '  knows it best ' },
    });
    expect(grantRole.userErrors).toEqual([]);
    expect(grantRole.user).toMatchObject({ id: person.id, roles: ['USER', 'MAINTAINER'] });
    expect(grantRole.user.grants).toEqual([
      {
        id: expect.any(String),
        role: 'MAINTAINER',
        from: expect.any(String),
        until,
        reason: 'knows it best',
        gameVersion: { name: '1.12.2' },
        grantedBy: { handle: cast.admin.handle },
      },
    ]);
    expect((await person.query(WHO)).viewer.permissions).toContain('MAPPING_LOCK');
    const { viewer } = await person.query(
      `{ viewer { auditEvents(first: 1) { nodes { action detail actor { handle } subject { id } } } } }`,
    );
    expect(viewer.auditEvents.nodes).toEqual([
      {
        action: 'role.grant',
        detail: `MAINTAINER for 1.12.2 until ${until}: knows it best`,
        actor: { handle: cast.admin.handle },
        subject: { id: person.id },
      },
    ]);
  });

  it.each(Object.values(RoleName).filter((role) => role !== RoleName.USER && role !== RoleName.IRC_BOT))(
    'an administrator grants %s, for all versions',
    async (role) => {
      const person = await newcomer();
      const answer = await grant({ user: person.id, role });
      expect(answer.data.grantRole.user.grants).toMatchObject([{ role, until: null, reason: null, gameVersion: null }]);
      expect((await logged(service, 'role.grant')).at(-1)).toMatchObject({
        actorId: cast.admin.userId,
        subjectId: person.userId,
        detail: `${role} for all game versions`,
      });
    },
  );

  it('RO2 nobody grants to themselves, whatever the role and the spelling of the call', async () => {
    const before = await stateOf(service);
    for (const role of ['CONTRIBUTOR', 'ADMIN', 'IRC_BOT']) {
      const error = await cast.admin.refused(GRANT, { input: { user: cast.admin.id, role } });
      expect(error.extensions.code).toBe('FORBIDDEN');
      expect(error.message).toBe('Nobody grants a role to themselves.');
    }
    expect(await stateOf(service)).toEqual(before);
  });

  it('refuses what can not be granted, in words, and changes nothing', async () => {
    const bot = await makeBot(service, cast.admin);
    const past = new Date(Date.now() - 1_000).toISOString();
    const user = target.id;
    await expectRefused({ user, role: 'USER' }, 'INVALID_INPUT', 'role');
    await expectRefused({ user, role: 'IRC_BOT' }, 'INVALID_INPUT', 'role');
    await expectRefused({ user: bot.id, role: 'MAINTAINER' }, 'INVALID_INPUT', 'role');
    await expectRefused({ user, role: 'MAINTAINER', until: past }, 'INVALID_INPUT', 'until');
    await expectRefused({ user, role: 'MAINTAINER', reason: 'x'.repeat(501) }, 'INVALID_INPUT', 'reason');
    await expectRefused({ user, role: 'MAINTAINER', gameVersion: '1.99' }, 'NOT_FOUND', 'gameVersion');
    await expectRefused({ user: encodeId('User', 999_999), role: 'MAINTAINER' }, 'NOT_FOUND', 'user');
    await expectRefused({ user: encodeId('User', 'x'), role: 'MAINTAINER' }, 'NOT_FOUND', 'user');
    const gone = await newcomer();
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [gone.userId]);
    await expectRefused({ user: gone.id, role: 'MAINTAINER' }, 'NOT_FOUND', 'user');
    const merged = await newcomer();
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [merged.userId, target.userId]);
    await expectRefused({ user: merged.id, role: 'MAINTAINER' }, 'NOT_FOUND', 'user');
    expect(outcomeOf(await grant({ user: encodeId('RoleGrant', 1), role: 'MAINTAINER' }))).toBe('BAD_USER_INPUT');
    expect(outcomeOf(await grant({ user, role: 'EMPEROR' }))).toBe('BAD_USER_INPUT');
    expect(outcomeOf(await grant({ user, role: 'MAINTAINER', reason: 'a\0b' }))).toBe('BAD_USER_INPUT');
  });

  it('SE10 takes nothing else from its input', async () => {
    const answer = await grant({ user: target.id, role: 'CONTRIBUTOR', grantedBy: target.id, from: inAnHour() });
    expect(outcomeOf(answer)).toBe('BAD_USER_INPUT');
  });

  it('knows a role that is held already, and gives it another end', async () => {
    const person = await newcomer();
    const input = { user: person.id, role: 'MAINTAINER' };
    const until = inAnHour();
    expect(outcomeOf(await grant(input))).toBe('OK');
    await expectRefused(input, 'ALREADY_EXISTS', 'role');
    // For one version it is another grant.
    expect(outcomeOf(await grant({ ...input, gameVersion: '1.12.2' }))).toBe('OK');
    const answer = await grant({ ...input, until });
    expect(answer.data.grantRole.user.grants).toMatchObject([
      { gameVersion: { name: '1.12.2' }, until: null },
      { gameVersion: null, until },
    ]);
    await expectRefused({ ...input, until }, 'ALREADY_EXISTS', 'role');
    const rows = await service.db.query(
      `SELECT revoked_by_id AS by FROM role_grants WHERE user_id = $1 AND revoked_at IS NOT NULL`,
      [person.userId],
    );
    expect(rows).toEqual([{ by: cast.admin.userId }]);
    // One that has ended is no obstacle.
    await service.db.query(
      `UPDATE role_grants SET valid_until = now() - interval '1 s' WHERE user_id = $1 AND valid_until IS NOT NULL`,
      [person.userId],
    );
    expect(outcomeOf(await grant({ ...input, until }))).toBe('OK');
  });

  it('twenty at once grant a role once', async () => {
    const person = await newcomer();
    const input = { user: person.id, role: 'MAINTAINER', reason: 'all at once' };
    const outcomes = (await Promise.all(Array.from({ length: 20 }, () => grant(input)))).map(outcomeOf);
    expect(outcomes.sort()).toEqual([...Array<string>(19).fill('ALREADY_EXISTS'), 'OK']);
    const mine = (await logged(service, 'role.grant')).filter(({ subjectId }) => subjectId === person.userId);
    expect(mine).toHaveLength(1);
  });
});

describe('roles of bots', () => {
  it('are granted to bots, by whoever grants for all versions, the owner included', async () => {
    const bot = await makeBot(service, cast.admin);
    const answer = await grant({ user: bot.id, role: 'IRC_BOT' });
    expect(answer.data.grantRole.user).toMatchObject({ roles: ['USER', 'IRC_BOT'] });
    expect((await bot.program.query(WHO)).viewer.permissions).toContain('IRC_VERIFY');
    // Its owner gains nothing by it.
    expect((await cast.admin.query(WHO)).viewer.permissions).not.toContain('IRC_VERIFY');
  });

  it('RO2 neither a bot nor its program grants with what it holds', async () => {
    const bot = await makeBot(service, cast.admin, ALL_PERMISSIONS);
    for (const input of [
      { user: bot.id, role: 'IRC_BOT' },
      { user: target.id, role: 'ADMIN' },
      { user: cast.admin.id, role: 'ADMIN' },
    ]) {
      expect(outcomeOf(await bot.program.send(GRANT, { input }))).toBe('FORBIDDEN');
    }
  });
});

describe('from the shell', () => {
  const granted = (input: Parameters<typeof addGrant>[3]) =>
    service.db.transaction((tx) => addGrant(tx, SHELL, new Date(), input));

  it('a role is granted by nobody', async () => {
    const person = await newcomer();
    const version = await grantVersion(service.db, '1.12.2');
    const input = { userId: person.userId, role: RoleName.ADMIN, version, until: null, reason: 'first one' };
    expect(await granted(input)).toMatchObject({ grantedById: null, gameVersionId: version!.id });
    expect((await logged(service, 'role.grant')).at(-1)).toEqual({
      actorId: null,
      subjectId: person.userId,
      via: 'shell',
      detail: 'ADMIN for 1.12.2: first one',
    });
    const { viewer } = await person.query(`{ viewer { user { grants { grantedBy { handle } } } } }`);
    expect(viewer.user.grants).toEqual([{ grantedBy: null }]);
    await expect(granted(input)).rejects.toMatchObject({ problems: [{ code: 'ALREADY_EXISTS' }] });
  });
});

it('a refused mutation leaves nothing in the log, and what it began is undone', async () => {
  const person = await newcomer();
  await giveRole(service, person.userId, RoleName.MAINTAINER);
  const before = await stateOf(service);
  // The first of two mutations in a document stands, the second does not: each has a transaction of its own.
  const { data, errors } = await cast.admin.send(
    `mutation ($a: GrantRoleInput!, $b: GrantRoleInput!) {
      a: grantRole(input: $a) { userErrors { code } } b: grantRole(input: $b) { userErrors { code } } }`,
    { a: { user: person.id, role: 'MAINTAINER' }, b: { user: cast.admin.id, role: 'ADMIN' } },
  );
  expect([data?.a.userErrors, data?.b, errors?.[0]?.extensions.code]).toEqual([
    [{ code: 'ALREADY_EXISTS' }],
    null,
    'FORBIDDEN',
  ]);
  expect(outcomeOf(await cast.admin.send(SUSPEND, { input: { user: person.id, reason: ' ' } }))).toBe('INVALID_INPUT');
  expect(await stateOf(service)).toEqual(before);
});
