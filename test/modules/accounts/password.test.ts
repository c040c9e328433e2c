import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../../src/auth/secrets.js';
import { LIMITS } from '../../../src/auth/limits/catalogue.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { CHANGE_PASSWORD, lives, REAUTHENTICATE, sessionOf, SIGN_IN, tally, thief, WHO } from './support.js';

let service: TestService;
let replica: TestService;
beforeAll(async () => {
  // Of this run alone: a Redis keeps the counters of earlier ones.
  const secretKeys = [newSecret()];
  service = await startTestService({ sample: false, secretKeys });
  replica = await startTestService({ sample: false, secretKeys, db: service.db });
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const NEXT = 'nine otters juggle lamps';

const stateOf = async ({ userId }: Person) =>
  JSON.stringify([
    await service.db.query(
      `SELECT w.hash FROM passwords w JOIN identities i ON i.id = w.identity_id WHERE i.user_id = $1`,
      [userId],
    ),
    await service.db.query(`SELECT id, proven_at FROM sessions WHERE user_id = $1 ORDER BY id`, [userId]),
    await service.db.query(`SELECT id FROM api_tokens WHERE user_id = $1 ORDER BY id`, [userId]),
    await service.db.query(`SELECT id FROM audit_events WHERE subject_id = $1`, [userId]),
  ]);

const provenUntil = async (client: Person) =>
  (await client.query(`{ viewer { credential { provenUntil } } }`)).viewer.credential.provenUntil;

describe('changePassword', () => {
  it('SE8 is denied to nobody known, to tokens, and without the password so far', async () => {
    const person = await signUp(service);
    const program = await programOf(service, person);
    const other = await signUp(service);
    const before = await stateOf(person);
    const good = { current: person.password, new: NEXT };
    expect(outcomeOf(await service.client().send(CHANGE_PASSWORD, good))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await program.send(CHANGE_PASSWORD, good))).toBe('FORBIDDEN');
    expect(outcomeOf(await other.send(CHANGE_PASSWORD, good))).toBe('INVALID_CREDENTIALS');
    for (const current of [null, '', 'not the password', `${person.password} `]) {
      const { changePassword } = await person.query(CHANGE_PASSWORD, { current, new: NEXT });
      expect(changePassword).toEqual({
        viewer: null,
        userErrors: [{ code: 'INVALID_CREDENTIALS', path: ['current'] }],
      });
    }
    for (const [password, code] of [
      ['short', 'WEAK_PASSWORD'],
      ['1234567890', 'BREACHED_PASSWORD'],
      [`${person.handle}${person.handle}`, 'WEAK_PASSWORD'],
    ]) {
      const { changePassword } = await person.query(CHANGE_PASSWORD, { current: person.password, new: password });
      expect(changePassword.userErrors).toEqual([{ code, path: ['new'] }]);
    }
    expect(await stateOf(person)).toBe(before);
  });

  it('SE5 PH2 ends all other sessions and all tokens at once, on every replica; the session of the call goes on under a new secret', async () => {
    const person = await signUp(service);
    const elsewhere = await signInAgain(service, person);
    const program = await programOf(service, person);
    const { createBot } = await person.query(
      `mutation { createBot(input: { handle: "password-bot" }) { user { id } userErrors { code } } }`,
    );
    const botId = Number(
      Buffer.from(createBot.user.id as string, 'base64url')
        .toString()
        .split(':')[1],
    );
    const bot = await programOf(service, { userId: botId });
    const stolen = sessionOf(service, person)!;
    const there = {
      session: thief(replica, sessionOf(service, elsewhere)!),
      stolen: thief(replica, stolen),
      token: Object.assign(replica.client(), { token: program.token }),
      bot: Object.assign(replica.client(), { token: bot.token }),
    };
    const statuses = async () =>
      Promise.all(Object.values(there).map(async (client) => (await client.send(WHO)).status));
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const bystander = await signUp(service);

    const { changePassword } = await person.query(CHANGE_PASSWORD, { current: person.password, new: NEXT });
    expect(changePassword).toEqual({
      viewer: { user: { handle: person.handle }, credential: { provenUntil: expect.any(String) } },
      userErrors: [],
    });
    expect(await statuses()).toEqual([401, 401, 401, 401]);
    expect(sessionOf(service, person)).not.toBe(stolen);
    expect(await lives(service, stolen)).toBe(false);
    expect((await thief(replica, sessionOf(service, person)!).query(WHO)).viewer.user.handle).toBe(person.handle);
    expect((await bystander.query(WHO)).viewer.user.handle).toBe(bystander.handle);

    const signIn = async (password: string) =>
      outcomeOf(await replica.client().send(SIGN_IN, { handle: person.handle, password }));
    expect([await signIn(person.password), await signIn(NEXT)]).toEqual(['INVALID_CREDENTIALS', 'OK']);
    const { viewer } = await person.query(`{ viewer { apiTokens { id } auditEvents(first: 4) { nodes { action } } } }`);
    expect(viewer.apiTokens).toEqual([]);
    expect(viewer.auditEvents.nodes.map(({ action }: { action: string }) => action)).toContain('password.change');
  });

  it('gives an account without a password its first one, where presence was just proven by other means', async () => {
    const person = await signUp(service);
    await service.db.query(`UPDATE identities SET provider = 'GITHUB', subject = '4711' WHERE user_id = $1`, [
      person.userId,
    ]);
    await service.db.query(
      `DELETE FROM passwords WHERE identity_id IN (SELECT id FROM identities WHERE user_id = $1)`,
      [person.userId],
    );
    await forgetPresence(service, person);
    const before = await stateOf(person);
    expect((await person.refused(CHANGE_PASSWORD, { new: NEXT })).extensions).toMatchObject({
      code: 'FORBIDDEN',
      reason: 'REAUTHENTICATION_REQUIRED',
    });
    expect(await stateOf(person)).toBe(before);
    await service.db.query(`UPDATE sessions SET proven_at = now() WHERE user_id = $1`, [person.userId]);
    expect(outcomeOf(await person.send(CHANGE_PASSWORD, { new: NEXT }))).toBe('OK');
    expect(outcomeOf(await service.client().send(SIGN_IN, { handle: person.handle, password: NEXT }))).toBe('OK');
    const { viewer } = await person.query(`{ viewer { identities { provider } } }`);
    expect(viewer.identities.map(({ provider }: { provider: string }) => provider).sort()).toEqual(['GITHUB', 'LOCAL']);
  });
});

describe('reauthenticate', () => {
  it('SE8 is denied to nobody known and to tokens, and to a wrong password', async () => {
    const person = await signUp(service);
    await forgetPresence(service, person);
    const program = await programOf(service, person);
    const before = await stateOf(person);
    const { password } = person;
    expect(outcomeOf(await service.client().send(REAUTHENTICATE, { password }))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await program.send(REAUTHENTICATE, { password }))).toBe('FORBIDDEN');
    for (const wrong of ['', 'not the password', password.toUpperCase(), 'x'.repeat(1_000_000)]) {
      const { reauthenticate } = await person.query(REAUTHENTICATE, { password: wrong });
      expect(reauthenticate).toEqual({
        viewer: null,
        userErrors: [{ code: 'INVALID_CREDENTIALS', path: ['password'] }],
      });
    }
    expect(await stateOf(person)).toBe(before);
    expect(await provenUntil(person)).toBeNull();
  });

  it('LG12 opens the window of ten minutes, and gives the session a new secret: the old one is dead', async () => {
    const person = await signUp(service);
    await forgetPresence(service, person);
    const stolen = sessionOf(service, person)!;
    const { viewer } = await person.query(`{ viewer { sessions { id } } }`);
    const { reauthenticate } = await person.query(REAUTHENTICATE, { password: person.password });
    const left = Date.parse(reauthenticate.viewer.credential.provenUntil) - Date.now();
    expect(left).toBeGreaterThan(9 * 60_000);
    expect(left).toBeLessThanOrEqual(10 * 60_000);
    expect(sessionOf(service, person)).not.toBe(stolen);
    expect([await lives(service, stolen), await lives(replica, stolen)]).toEqual([false, false]);
    // It is the same session, for its owner.
    expect(await person.query(`{ viewer { sessions { id } } }`)).toEqual({ viewer });
    const { viewer: after } = await person.query(`{ viewer { auditEvents(first: 1) { nodes { action detail } } } }`);
    expect(after.auditEvents.nodes).toEqual([{ action: 'presence.prove', detail: 'by password' }]);
  });

  it('LG3 is tried ten times by whoever has the session, on all replicas together', async () => {
    const person = await signUp(service);
    const there = thief(replica, sessionOf(service, person)!);
    const outcomes = [];
    for (let i = 0; i < 14; i++) {
      outcomes.push(
        outcomeOf(await (i % 2 === 0 ? person : there).send(REAUTHENTICATE, { password: `guess ${i} of many` })),
      );
    }
    expect(tally(outcomes)).toEqual({ INVALID_CREDENTIALS: LIMITS.presenceUser.points, RATE_LIMITED: 4 });
    // The change of the password is the same door.
    expect(outcomeOf(await person.send(CHANGE_PASSWORD, { current: person.password, new: NEXT }))).toBe('RATE_LIMITED');
    expect((await person.query(WHO)).viewer.user.handle).toBe(person.handle);
  });
});
