import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  addPasskey,
  challengeFor,
  COMPLETE,
  CREATE_CODES,
  NEW_PASSWORD,
  newAuthenticator,
  nextStep,
  passkeySignIn,
  prepared,
  RECOVER,
  recover,
  SIGN_IN,
  START_PASSKEY_REAUTHENTICATION,
  START_REGISTRATION,
  stateOf,
  stopClock,
  VIEWER,
} from './support.js';

let service: TestService;
beforeAll(async () => {
  stopClock();
  service = await startTestService({ sample: false });
});
afterEach(() => void nextStep(2));
afterAll(async () => {
  vi.useRealTimers();
  await service.close();
});

const link = (userId: number, provider: string, subject: string, state = 'ACTIVE') =>
  service.db.query(
    `INSERT INTO identities (user_id, provider, subject, display_name, state)
     VALUES ($1, $2::identity_provider, $3, 'somebody', $4::identity_state)`,
    [userId, provider, subject, state],
  );

describe('recoverAccount', () => {
  it('sets a new password by a recovery code, and signs in', async () => {
    const { person, codes } = await prepared(service);
    const browser = service.client();
    const input = {
      handle: ` ${person.handle.toUpperCase()} `,
      recoveryCode: codes[0]!.toLowerCase(),
      newPassword: NEW_PASSWORD,
    };
    const { recoverAccount } = await browser.query(RECOVER, { input });
    expect(recoverAccount).toEqual({ viewer: { user: { handle: person.handle } }, secondFactor: null, userErrors: [] });
    expect((await browser.query(VIEWER)).viewer.recoveryCodesLeft).toBe(9);
    await signInAgain(service, { ...person, password: NEW_PASSWORD } as Person);
    await expect(signInAgain(service, person)).rejects.toThrow('INVALID_CREDENTIALS');
    expect(await actionsOf(browser)).toEqual(expect.arrayContaining(['password.recover', 'session.start']));
  });

  it('gives an account that never had a password its first one', async () => {
    const { person, codes } = await prepared(service);
    await service.db.query(`DELETE FROM identities WHERE user_id = $1`, [person.userId]);
    await link(person.userId, 'GITHUB', `only-${person.userId}`);
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    await signInAgain(service, { ...person, password: NEW_PASSWORD } as Person);
  });

  it('PH2 ends every session and token of the person and of their bots at once', async () => {
    const { person, codes } = await prepared(service);
    const other = await signInAgain(service, person);
    const bots = await service.db.query<{ id: number }>(
      `INSERT INTO users (handle, handle_key, handle_skeleton, is_bot, owner_id) VALUES ($1, $1, $1, true, $2) RETURNING id`,
      [`bot-${person.userId}`, person.userId],
    );
    const program = await programOf(service, person);
    const bot = await programOf(service, { userId: bots[0]!.id });
    const stranger = await signUp(service);
    for (const client of [person, other, program, bot]) expect((await client.send(VIEWER)).status).toBe(200);

    const browser = service.client();
    expect(await recover(browser, { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    for (const client of [person, other, program, bot]) expect((await client.send(VIEWER)).status).toBe(401);
    for (const client of [browser, stranger]) expect((await client.query(VIEWER)).viewer).not.toBeNull();
  });

  it('PH2 ends what the old password opens in the very moment', async () => {
    const { person, codes } = await prepared(service);
    const thieves = Array.from({ length: 6 }, () => service.client());
    const owner = service.client();
    const input = { handle: person.handle, password: person.password };
    const [recovered] = await Promise.all([
      recover(owner, { handle: person.handle, recoveryCode: codes[0]! }),
      ...thieves.map((thief) => thief.send(SIGN_IN, { input })),
    ]);
    expect(recovered).toBe('OK');
    for (const thief of thieves) {
      const { status, data } = await thief.send(VIEWER);
      expect(status === 401 || data.viewer === null).toBe(true);
    }
    const sessions = await service.db.query(`SELECT id FROM sessions WHERE user_id = $1`, [person.userId]);
    expect(sessions).toHaveLength(1);
    expect((await owner.query(VIEWER)).viewer.user.handle).toBe(person.handle);
  });

  it('PH3 lets no linked identity or passkey count until the owner has confirmed it, and says which there are', async () => {
    const { person, codes } = await prepared(service);
    const thief = newAuthenticator();
    await addPasskey(person, thief);
    await link(person.userId, 'DISCORD', `d-${person.userId}`);
    await link(person.userId, 'IRC', `i-${person.userId}`, 'PENDING');
    const [owner, friend] = [service.client(), await signUp(service)];
    await link(friend.userId, 'GITHUB', `g-${friend.userId}`);

    expect(await recover(owner, { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    const { viewer } = await owner.query(VIEWER);
    expect(viewer.passkeys).toEqual([]);
    expect(viewer.identities).toEqual([
      { provider: 'LOCAL', state: 'ACTIVE' },
      { provider: 'DISCORD', state: 'SUSPENDED' },
      { provider: 'IRC', state: 'SUSPENDED' },
    ]);
    expect(await passkeySignIn(service.client(), thief)).toBe('INVALID_CREDENTIALS');
    const [event] = await service.db.query<{ detail: string; actorId: number }>(
      `SELECT detail, actor_id AS "actorId" FROM audit_events WHERE subject_id = $1 AND action = 'password.recover'`,
      [person.userId],
    );
    expect(event).toEqual({
      actorId: person.userId,
      detail: 'ended 1 session(s) and 0 token(s), removed 1 passkey(s), suspended 2 identity(ies) (DISCORD, IRC)',
    });
    expect((await friend.query(VIEWER)).viewer.identities[1].state).toBe('ACTIVE');
  });

  it('PH4 takes back everything that was handed out and is not used yet', async () => {
    const { person, codes } = await prepared(service);
    const authenticator = newAuthenticator();
    await addPasskey(person, authenticator);
    const challenge = await challengeFor(service.client(), person);
    const registration = await person.query(START_REGISTRATION);
    await person.query(START_PASSKEY_REAUTHENTICATION);
    await service.db.query(
      `INSERT INTO one_time_secrets (hash, purpose, user_id, expires_at)
       SELECT decode(md5(p), 'hex'), p, $1, now() + interval '1 day' FROM unnest($2::text[]) p`,
      [person.userId, ['ACCOUNT_MERGE', 'IDENTITY_MOVE', 'OAUTH_FLOW', 'ACCOUNT_EXPORT']],
    );
    const pending = () => service.db.query(`SELECT hash FROM one_time_secrets WHERE user_id = $1`, [person.userId]);
    expect((await pending()).length).toBeGreaterThanOrEqual(7);

    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    expect(await pending()).toEqual([]);
    // A sign-in that had got past the password that was, with a code that is good.
    const late = await service.client().send(COMPLETE, { input: { challenge, code: codes[1]! } });
    expect(outcomeOf(late)).toBe('CODE_EXPIRED');
    expect(registration.startPasskeyRegistration.options.challenge).toBeDefined();
  });

  it('LG11 LG13 takes a recovery code once, also in parallel, and leaves the others', async () => {
    const { person, codes } = await prepared(service);
    const outcomes = await Promise.all(
      [1, 2, 3].map((i) =>
        recover(service.client(), {
          handle: person.handle,
          recoveryCode: codes[0]!,
          newPassword: `${NEW_PASSWORD} ${i}`,
        }),
      ),
    );
    expect(outcomes.sort()).toEqual(['CODE_INVALID recoveryCode', 'CODE_INVALID recoveryCode', 'OK']);
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe(
      'CODE_INVALID recoveryCode',
    );
    const again = service.client();
    expect(await recover(again, { handle: person.handle, recoveryCode: codes[1]! })).toBe('OK');
    expect((await again.query(VIEWER)).viewer.recoveryCodesLeft).toBe(8);
    // Codes that were replaced are gone for good.
    await again.query(CREATE_CODES);
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[2]! })).toBe(
      'CODE_INVALID recoveryCode',
    );
  });

  it('answers so too for bots, erased and merged accounts, and codes that can be none', async () => {
    const [{ person, codes }, { person: stays }] = [await prepared(service), await prepared(service)];
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [person.userId, stays.userId]);
    const { handle } = person;
    expect(await recover(service.client(), { handle, recoveryCode: codes[0]! })).toBe('CODE_INVALID recoveryCode');
    await service.db.query(`UPDATE users SET merged_into_id = NULL, erased_at = now() WHERE id = $1`, [person.userId]);
    expect(await recover(service.client(), { handle, recoveryCode: codes[0]! })).toBe('CODE_INVALID recoveryCode');
    await service.db.query(`UPDATE users SET erased_at = NULL, is_bot = true WHERE id = $1`, [person.userId]);
    expect(await recover(service.client(), { handle, recoveryCode: codes[0]! })).toBe('CODE_INVALID recoveryCode');
    for (const recoveryCode of ['', '\u0000', 'x'.repeat(100_000), codes[1]!.slice(1)]) {
      expect(await recover(service.client(), { handle: stays.handle, recoveryCode })).toBe('CODE_INVALID recoveryCode');
    }
    for (const odd of ['', 'x'.repeat(100_000)]) {
      expect(await recover(service.client(), { handle: odd, recoveryCode: codes[0]! })).toBe(
        'CODE_INVALID recoveryCode',
      );
    }
    // A code of somebody else's.
    const other = await prepared(service);
    expect(await recover(service.client(), { handle: stays.handle, recoveryCode: other.codes[0]! })).toBe(
      'CODE_INVALID recoveryCode',
    );
  });

  it('checks the new password first, and uses nothing up for it', async () => {
    const { person, codes } = await prepared(service);
    const before = await stateOf(service);
    for (const [newPassword, outcome] of [
      ['short', 'WEAK_PASSWORD newPassword'],
      ['password1234', 'BREACHED_PASSWORD newPassword'],
      ['x'.repeat(300), 'WEAK_PASSWORD newPassword'],
      [`${person.handle}${person.handle}`, 'WEAK_PASSWORD newPassword'],
    ] as const) {
      const client = service.client();
      expect(await recover(client, { handle: person.handle, recoveryCode: codes[0]!, newPassword })).toBe(outcome);
      expect(await recover(client, { handle: person.handle, recoveryCode: 'wrong', newPassword })).toBe(outcome);
    }
    expect(await stateOf(service)).toBe(before);
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
  });

  it('recovers a suspended account, and opens no session of it', async () => {
    const { person, codes } = await prepared(service);
    await service.db.query(`UPDATE users SET suspended_until = now() + interval '1 day' WHERE id = $1`, [
      person.userId,
    ]);
    const browser = service.client();
    const input = { handle: person.handle, recoveryCode: codes[0]!, newPassword: NEW_PASSWORD };
    const error = await browser.refused(RECOVER, { input });
    expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'SUSPENDED' } });
    expect(browser.cookies.size).toBe(0);
    const sessions = await service.db.query(`SELECT id FROM sessions WHERE user_id = $1`, [person.userId]);
    expect(sessions).toEqual([]);
    await service.db.query(`UPDATE users SET suspended_until = NULL WHERE id = $1`, [person.userId]);
    await signInAgain(service, { ...person, password: NEW_PASSWORD } as Person);
  });
});
