import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSession } from '../../../src/auth/sessions/lucia.js';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { SHELL } from '../../../src/modules/audit/audit.store.js';
import { suspend } from '../../../src/modules/moderation/suspension.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { forgetPresence, giveRole, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied, logged, makeBot, signUpCast, stateOf, SUSPEND, WHO, type Cast } from '../roles/support.js';

let service: TestService;
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
afterEach(() => void vi.useRealTimers());

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code message } } }`;
const HOUR = 3_600_000;
const later = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const suspendBy = (by: TestClient, { id }: { id: string }, input: object = {}) =>
  by.send(SUSPEND, { input: { user: id, reason: 'for a test', ...input } });

describe('suspendUser', () => {
  it('is for those who hold USER_SUSPEND: a denied call changes nothing', async () => {
    const target = await signUp(service);
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        releaseManager: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
      },
      (client) => suspendBy(client, target),
    );
    const program = await programOf(service, cast.moderator, []);
    expect(outcomeOf(await suspendBy(program, target))).toBe('FORBIDDEN');
    const ofUser = await makeBot(service, cast.user);
    expect(outcomeOf(await suspendBy(ofUser.program, target))).toBe('FORBIDDEN');
  });

  it('takes no presence: moderators, their programs and their bots suspend', async () => {
    await forgetPresence(service, cast.moderator);
    const bot = await makeBot(service, cast.moderator);
    for (const by of [cast.moderator, await programOf(service, cast.moderator), bot.program, cast.staleAdmin]) {
      const target = await signUp(service);
      const { data } = await suspendBy(by, target);
      expect(data.suspendUser).toEqual({
        user: { id: target.id, suspendedUntil: '9999-12-31T00:00:00.000Z' },
        userErrors: [],
      });
    }
    const events = await logged(service, 'user.suspend');
    expect(events.map(({ actorId, via }) => [actorId, via])).toEqual([
      [cast.moderator.userId, null],
      [cast.moderator.userId, 'API token test'],
      [bot.userId, 'API token test'],
      [cast.staleAdmin.userId, null],
    ]);
  });

  it('SE5 ends every session and token of the person and of their bots, at every process at once', async () => {
    const target = await signUp(service);
    const phone = await signInAgain(service, target);
    const program = await programOf(service, target);
    const bot = await makeBot(service, target);
    const elsewhere = Object.assign(replica.client(), { cookies: new Map(phone.cookies) });
    const programElsewhere = Object.assign(replica.client(), { token: program.token });
    const all = [target, phone, program, bot.program, elsewhere, programElsewhere];
    for (const client of all) expect((await client.query(WHO)).viewer).not.toBeNull();
    expect(outcomeOf(await suspendBy(cast.moderator, target, { until: later(HOUR) }))).toBe('OK');
    for (const client of all) expect((await client.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    const rows = await service.db.query(
      `SELECT (SELECT count(*)::int FROM sessions WHERE user_id = $1) AS sessions,
              (SELECT count(*)::int FROM api_tokens WHERE user_id IN ($1, $2)) AS tokens`,
      [target.userId, bot.userId],
    );
    expect(rows).toEqual([{ sessions: 0, tokens: 0 }]);
  });

  it('SE5 what was begun in a race is refused all the same, until the suspension is over', async () => {
    const target = await signUp(service);
    const bot = await makeBot(service, target);
    const until = later(HOUR);
    await suspendBy(cast.moderator, target, { until });
    const secret = await startSession(service.db, target.userId, null);
    service.secrets.add(secret);
    const browser = replica.client();
    browser.cookies.set('mcp_session', secret);
    const program = await programOf(service, target);
    const ofBot = await programOf(service, bot);
    for (const client of [program, ofBot]) {
      expect((await client.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    }
    // The refused cookie is taken back from the browser.
    expect((await browser.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    expect(browser.cookies.has('mcp_session')).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(new Date(until));
    browser.cookies.set('mcp_session', secret);
    expect((await browser.query(WHO)).viewer.user.handle).toBe(target.handle);
  });

  it('keeps the person out, and tells the reason to whoever has the right password alone', async () => {
    const target = await signUp(service);
    const until = later(HOUR);
    await suspendBy(cast.moderator, target, { until, reason: 'spams the comments' });
    const browser = service.client();
    const wrong = await browser.send(SIGN_IN, { input: { handle: target.handle, password: 'not my password at all' } });
    expect(outcomeOf(wrong)).toBe('INVALID_CREDENTIALS');
    expect(JSON.stringify(wrong)).not.toMatch(/suspend|spams/);
    const right = await browser.refused(SIGN_IN, { input: { handle: target.handle, password: target.password } });
    expect(right.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'SUSPENDED' });
    expect(right.message).toBe(`This account is suspended until ${until}: spams the comments.`);
    expect(browser.cookies.has('mcp_session')).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(new Date(until));
    const again = await signInAgain(service, target);
    const { viewer } = await again.query(
      `{ viewer { auditEvents(first: 10) { nodes { action detail actor { handle } } } } }`,
    );
    expect(viewer.auditEvents.nodes).toContainEqual({
      action: 'user.suspend',
      detail: `until ${until}: spams the comments`,
      actor: { handle: cast.moderator.handle },
    });
  });

  it('suspends a bot by itself; its owner goes on, and reads of it', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(service, owner);
    expect(outcomeOf(await suspendBy(cast.moderator, bot, { reason: 'runs wild' }))).toBe('OK');
    expect((await bot.program.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    const { viewer } = await owner.query(
      `{ viewer { bots { handle suspendedUntil } auditEvents(first: 1) { nodes { action detail subject { id } } } } }`,
    );
    expect(viewer.bots).toEqual([{ handle: bot.handle, suspendedUntil: '9999-12-31T00:00:00.000Z' }]);
    expect(viewer.auditEvents.nodes).toEqual([
      { action: 'user.suspend', detail: 'without end: runs wild', subject: { id: bot.id } },
    ]);
  });

  it('sets another end and reason for one who is suspended already', async () => {
    const target = await signUp(service);
    const until = later(HOUR);
    await suspendBy(cast.moderator, target);
    const { data } = await suspendBy(cast.moderator, target, { until, reason: 'it was not that bad' });
    expect(data.suspendUser.user.suspendedUntil).toBe(until);
    const rows = await service.db.query(`SELECT suspension_reason AS reason FROM users WHERE id = $1`, [target.userId]);
    expect(rows).toEqual([{ reason: 'it was not that bad' }]);
  });

  it('refuses what makes no sense, in words, and changes nothing', async () => {
    const target = await signUp(service);
    const before = await stateOf(service);
    const cases: [object, string, string][] = [
      [{ reason: '' }, 'INVALID_INPUT', 'reason'],
      [{ reason: '   ' }, 'INVALID_INPUT', 'reason'],
      [{ reason: 'x'.repeat(501) }, 'INVALID_INPUT', 'reason'],
      [{ until: later(-1_000) }, 'INVALID_INPUT', 'until'],
      [{ user: cast.moderator.id }, 'INVALID_INPUT', 'user'],
      [{ user: encodeId('User', 999_999) }, 'NOT_FOUND', 'user'],
    ];
    for (const [input, code, path] of cases) {
      const { data } = await suspendBy(cast.moderator, target, input);
      expect(data.suspendUser.user).toBeNull();
      expect(data.suspendUser.userErrors).toMatchObject([{ code, path: [path] }]);
    }
    expect(outcomeOf(await suspendBy(cast.moderator, target, { user: encodeId('RoleGrant', 1) }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await stateOf(service)).toEqual(before);
    const gone = await signUp(service);
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [gone.userId]);
    const merged = await signUp(service);
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [merged.userId, target.userId]);
    for (const user of [gone, merged]) {
      expect(outcomeOf(await suspendBy(cast.moderator, user))).toBe('NOT_FOUND');
    }
  });
});

describe('those who could suspend others', () => {
  let rival: Person;
  beforeAll(async () => {
    rival = await signUp(service, { roles: [RoleName.MODERATOR] });
  });

  it('are suspended by those who grant roles alone', async () => {
    const rivalsBot = await makeBot(service, rival);
    const adminsBot = await makeBot(service, cast.admin);
    const program = await programOf(service, cast.admin);
    const before = await stateOf(service);
    for (const { id } of [rival, cast.admin, cast.staleAdmin, rivalsBot, adminsBot]) {
      const error = await cast.moderator.refused(SUSPEND, { input: { user: id, reason: 'x' } });
      expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'ROLE_GRANT' });
    }
    // Nor by a token of an administrator, as none has ROLE_GRANT; and no bot suspends its owner or itself.
    expect(outcomeOf(await suspendBy(program, rival))).toBe('FORBIDDEN');
    expect(outcomeOf(await suspendBy(rivalsBot.program, rival))).toBe('FORBIDDEN');
    expect(outcomeOf(await suspendBy(rivalsBot.program, rivalsBot))).toBe('INVALID_INPUT');
    expect(await stateOf(service)).toEqual(before);
  });

  it('are protected by a role for later, or for one version, too', async () => {
    const future = await signUp(service);
    await service.db.query(
      `INSERT INTO role_grants (user_id, role, valid_from) VALUES ($1, 'MODERATOR', now() + interval '1 d')`,
      [future.userId],
    );
    const past = await signUp(service);
    await service.db.query(`INSERT INTO role_grants (user_id, role, valid_until) VALUES ($1, 'MODERATOR', now())`, [
      past.userId,
    ]);
    expect(outcomeOf(await suspendBy(cast.moderator, future))).toBe('FORBIDDEN');
    expect(outcomeOf(await suspendBy(cast.moderator, past))).toBe('OK');
  });

  it('are suspended by administrators', async () => {
    const other = await signUp(service, { roles: [RoleName.ADMIN] });
    expect(outcomeOf(await suspendBy(cast.admin, rival))).toBe('OK');
    expect(outcomeOf(await suspendBy(cast.admin, other))).toBe('OK');
    expect((await rival.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
  });

  it('RO1 but not the last administrator, not from the shell either', async () => {
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE role = 'ADMIN' AND user_id <> $1`, [
      cast.admin.userId,
    ]);
    const before = await stateOf(service);
    const input = { userId: cast.admin.userId, until: null, reason: 'x' };
    await expect(service.db.transaction((tx) => suspend(tx, SHELL, new Date(), input))).rejects.toMatchObject({
      problems: [{ code: 'LAST_ADMIN' }],
    });
    expect(await stateOf(service)).toEqual(before);
    await giveRole(service, cast.staleAdmin.userId, RoleName.ADMIN);
    await service.db.transaction((tx) => suspend(tx, SHELL, new Date(), input));
    expect((await logged(service, 'user.suspend')).at(-1)).toEqual({
      actorId: null,
      subjectId: cast.admin.userId,
      via: 'shell',
      detail: 'without end: x',
    });
  });
});
