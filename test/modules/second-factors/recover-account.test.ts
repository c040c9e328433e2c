import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  addPasskey,
  challengeFor,
  codeOf,
  COMPLETE,
  CREATE_CODES,
  enableTotp,
  newAuthenticator,
  nextStep,
  passkeySignIn,
  RECOVER,
  SIGN_IN,
  START_PASSKEY_REAUTHENTICATION,
  START_REGISTRATION,
  stateOf,
  stopClock,
  VIEWER,
  wrongCode,
} from './support.js';

const NEW_PASSWORD = 'what I will never forget';

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

/** Somebody with recovery codes. */
async function prepared(): Promise<{ person: Person; codes: string[] }> {
  const person = await signUp(service);
  return { person, codes: (await person.query(CREATE_CODES)).createRecoveryCodes.recoveryCodes };
}

interface Input {
  handle: string;
  recoveryCode: string;
  newPassword?: string;
  secondFactor?: string;
}

/** What became of it, with where in the input it was wrong. */
async function recover(client: TestClient, input: Input): Promise<string> {
  const answer = await client.send(RECOVER, { input: { newPassword: NEW_PASSWORD, ...input } });
  return `${outcomeOf(answer)} ${String(answer.data?.recoverAccount?.userErrors[0]?.path ?? '')}`.trim();
}

const link = (userId: number, provider: string, subject: string, state = 'ACTIVE') =>
  service.db.query(
    `INSERT INTO identities (user_id, provider, subject, display_name, state)
     VALUES ($1, $2::identity_provider, $3, 'somebody', $4::identity_state)`,
    [userId, provider, subject, state],
  );

const medianOf = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

describe('recoverAccount', () => {
  it('sets a new password by a recovery code, and signs in', async () => {
    const { person, codes } = await prepared();
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
    const { person, codes } = await prepared();
    await service.db.query(`DELETE FROM identities WHERE user_id = $1`, [person.userId]);
    await link(person.userId, 'GITHUB', `only-${person.userId}`);
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    await signInAgain(service, { ...person, password: NEW_PASSWORD } as Person);
  });

  it('PH2 ends every session and token of the person and of their bots at once', async () => {
    const { person, codes } = await prepared();
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

  it('PH3 lets no linked identity or passkey count until the owner has confirmed it, and says which there are', async () => {
    const { person, codes } = await prepared();
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
    const { person, codes } = await prepared();
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
    const { person, codes } = await prepared();
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

  it('LG9 LG10 takes a second factor too where there is an authenticator app, once, and ten tries', async () => {
    const person = await signUp(service);
    const { secret, recoveryCodes } = await enableTotp(person);
    const { handle } = person;
    nextStep();
    const [first, second, third, fourth] = recoveryCodes as [string, string, string, string];
    const before = await stateOf(service);
    expect(await recover(service.client(), { handle, recoveryCode: first })).toBe('CODE_INVALID secondFactor');
    for (const secondFactor of [wrongCode(secret), first, codeOf(secret, -1)]) {
      const outcome = await recover(service.client(), { handle, recoveryCode: first, secondFactor });
      expect(outcome).toBe('CODE_INVALID secondFactor');
    }
    // Nothing was used up.
    expect(await stateOf(service)).toBe(before);
    expect(await recover(service.client(), { handle, recoveryCode: first, secondFactor: codeOf(secret) })).toBe('OK');
    const replayed = await recover(service.client(), { handle, recoveryCode: second, secondFactor: codeOf(secret) });
    expect(replayed).toBe('CODE_INVALID secondFactor');
    const owner = service.client();
    expect(await recover(owner, { handle, recoveryCode: second, secondFactor: third })).toBe('OK');
    expect((await owner.query(VIEWER)).viewer).toMatchObject({ hasTotp: true, recoveryCodesLeft: 7 });

    nextStep(2 * 60 + 1);
    for (let i = 0; i < 10; i++) {
      const guess = await recover(service.client(), { handle, recoveryCode: fourth, secondFactor: wrongCode(secret) });
      expect(guess).toBe('CODE_INVALID secondFactor');
    }
    const locked = await recover(service.client(), { handle, recoveryCode: fourth, secondFactor: codeOf(secret) });
    expect(locked).toBe('RATE_LIMITED');
  });

  it('LG2 answers alike, and as late, whether there is such an account, it has codes, or the code is wrong', async () => {
    const accounts = await Promise.all([prepared(), prepared(), prepared()]);
    const without = await Promise.all([signUp(service), signUp(service), signUp(service)]);
    const before = await stateOf(service);
    const times = { unknown: [] as number[], withCodes: [] as number[], withoutCodes: [] as number[] };
    const answers = new Set<string>();
    const ask = async (of: keyof typeof times, handle: string) => {
      const input = { handle, recoveryCode: 'AAAA-BBBB-CCCC-DDDD', newPassword: NEW_PASSWORD };
      const client = service.client();
      const start = performance.now();
      const { recoverAccount } = await client.query(RECOVER, { input });
      times[of].push(performance.now() - start);
      answers.add(JSON.stringify(recoverAccount));
    };
    for (let i = 0; i < 27; i++) {
      await ask('unknown', `nobody-${i}`);
      await ask('withCodes', accounts[i % 3]!.person.handle);
      await ask('withoutCodes', without[i % 3]!.handle);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('CODE_INVALID');
    expect(await stateOf(service)).toBe(before);
    const medians = Object.values(times).map(medianOf);
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.5);
  });

  it('answers so too for bots, erased and merged accounts, and codes that can be none', async () => {
    const [{ person, codes }, { person: stays }] = [await prepared(), await prepared()];
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
    const other = await prepared();
    expect(await recover(service.client(), { handle: stays.handle, recoveryCode: other.codes[0]! })).toBe(
      'CODE_INVALID recoveryCode',
    );
  });

  it('checks the new password first, and uses nothing up for it', async () => {
    const { person, codes } = await prepared();
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
    const { person, codes } = await prepared();
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

  it('LG3 closes after ten failures to strangers, not to the owner: a known browser and every other way in stay open', async () => {
    const { person, codes } = await prepared();
    const { handle, password } = person;
    const authenticator = newAuthenticator();
    await addPasskey(person, authenticator);
    const fail = () => recover(service.client(), { handle, recoveryCode: 'AAAA-BBBB-CCCC-DDDD' });
    for (let i = 0; i < 10; i++) expect(await fail()).toBe('CODE_INVALID recoveryCode');
    expect(await fail()).toBe('RATE_LIMITED');
    expect(await recover(service.client(), { handle, recoveryCode: codes[0]! })).toBe('RATE_LIMITED');

    const stranger = service.client();
    const { signIn } = await stranger.query(SIGN_IN, { input: { handle, password } });
    expect(signIn.secondFactor.methods).toContain('PASSKEY');
    expect(await passkeySignIn(service.client(), authenticator)).toBe('OK');
    // The browser that the account was made in, after its session is gone.
    person.cookies.delete('mcp_session');
    expect(await recover(person, { handle, recoveryCode: codes[0]! })).toBe('OK');
  });

  it('LG3 opens the way by password again that guesses at the old one have closed', async () => {
    const { person, codes } = await prepared();
    const signIn = async (password: string) =>
      outcomeOf(await service.client().send(SIGN_IN, { input: { handle: person.handle, password } }));
    for (let i = 0; i < 10; i++) expect(await signIn('a wrong password')).toBe('INVALID_CREDENTIALS');
    expect(await signIn(person.password)).toBe('RATE_LIMITED');
    expect(await recover(service.client(), { handle: person.handle, recoveryCode: codes[0]! })).toBe('OK');
    expect(await signIn(NEW_PASSWORD)).toBe('OK');
  });

  it('is slowed for one address that tries many handles', async () => {
    const client = service.client();
    for (let i = 0; i < 30; i++) {
      expect(await recover(client, { handle: `nobody-at-all-${i}`, recoveryCode: 'x' })).toBe(
        'CODE_INVALID recoveryCode',
      );
    }
    expect(await recover(client, { handle: 'nobody-at-all', recoveryCode: 'x' })).toBe('RATE_LIMITED');
  });
});
