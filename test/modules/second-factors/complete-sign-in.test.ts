import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashSecret } from '../../../src/auth/secrets.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { forgetPresence, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  addPasskey,
  challengeFor,
  codeOf,
  COMPLETE,
  enableTotp,
  newAuthenticator,
  nextStep,
  passkeySignIn,
  REAUTHENTICATE,
  SIGN_IN,
  stateOf,
  stopClock,
  VIEWER,
  wrongCode,
} from './support.js';

const PASSWORD_CHANGE = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) { viewer { credential { provenUntil } } userErrors { code path } }
}`;

let service: TestService;
beforeAll(async () => {
  stopClock();
  service = await startTestService({ sample: false });
});
// Each test at another time, so that no code was used by one before.
afterEach(() => void nextStep(2));
afterAll(async () => {
  vi.useRealTimers();
  await service.close();
});

/** Somebody with an authenticator app, whose code of now is not used yet. */
async function guarded(): Promise<{ person: Person; secret: string; recoveryCodes: string[] }> {
  const person = await signUp(service);
  const made = await enableTotp(person);
  nextStep();
  return { person, ...made };
}

const complete = async (client: TestClient, challenge: string, code: string): Promise<string> =>
  outcomeOf(await client.send(COMPLETE, { input: { challenge, code } }));

describe('completeSignIn', () => {
  it('follows the right password, by the code of the authenticator app', async () => {
    const { person, secret } = await guarded();
    const browser = service.client();
    const { handle, password } = person;
    const { signIn } = await browser.query(SIGN_IN, { input: { handle, password } });
    expect(signIn).toMatchObject({
      viewer: null,
      secondFactor: { methods: ['TOTP', 'RECOVERY_CODE'] },
      userErrors: [],
    });
    expect((await browser.query(VIEWER)).viewer).toBeNull();
    expect(browser.cookies.size).toBe(0);

    const { challenge } = signIn.secondFactor;
    const { completeSignIn } = await browser.query(COMPLETE, { input: { challenge, code: codeOf(secret) } });
    expect(completeSignIn).toEqual({ viewer: { user: { handle } }, secondFactor: null, userErrors: [] });
    expect((await browser.query(VIEWER)).viewer.user.handle).toBe(handle);
    const [event] = await service.db.query<{ detail: string }>(
      `SELECT detail FROM audit_events WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`,
      [person.userId],
    );
    expect(event!.detail).toBe('by password and authenticator app');
    // The challenge is used up by it.
    nextStep();
    expect(await complete(service.client(), challenge, codeOf(secret))).toBe('CODE_EXPIRED');
  });

  it('takes a recovery code in whatever way it was typed', async () => {
    const { person, recoveryCodes } = await guarded();
    const browser = service.client();
    const typed = ` ${recoveryCodes[0]!.toLowerCase().replace(/-/g, ' ')} `;
    expect(await complete(browser, await challengeFor(browser, person), typed)).toBe('OK');
    expect((await browser.query(VIEWER)).viewer.recoveryCodesLeft).toBe(9);
  });

  it('LG9 takes a code of the authenticator app once, also by two challenges in parallel', async () => {
    const { person, secret } = await guarded();
    const browsers = [service.client(), service.client(), service.client()];
    const challenges = await Promise.all(browsers.map((browser) => challengeFor(browser, person)));
    const code = codeOf(secret);
    const outcomes = await Promise.all(browsers.map((browser, i) => complete(browser, challenges[i]!, code)));
    expect(outcomes.sort()).toEqual(['CODE_INVALID', 'CODE_INVALID', 'OK']);
    // The code of the step before counts neither.
    const browser = service.client();
    const challenge = await challengeFor(browser, person);
    expect(await complete(browser, challenge, codeOf(secret, -1))).toBe('CODE_INVALID');
    expect(await complete(browser, challenge, code)).toBe('CODE_INVALID');
    expect(await complete(browser, challenge, codeOf(secret, 1))).toBe('OK');
  });

  it('LG11 takes a recovery code once, also in parallel', async () => {
    const { person, recoveryCodes } = await guarded();
    const browsers = Array.from({ length: 4 }, () => service.client());
    const challenges = await Promise.all(browsers.map((browser) => challengeFor(browser, person)));
    const outcomes = await Promise.all(
      browsers.map((browser, i) => complete(browser, challenges[i]!, recoveryCodes[0]!)),
    );
    expect(outcomes.sort()).toEqual(['CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'OK']);
  });

  it('lets one of many at one challenge in, and uses up no code of the others', async () => {
    const { person, recoveryCodes } = await guarded();
    const challenge = await challengeFor(service.client(), person);
    const outcomes = await Promise.all(
      recoveryCodes.slice(0, 4).map((code) => complete(service.client(), challenge, code)),
    );
    expect(outcomes.sort()).toEqual(['CODE_EXPIRED', 'CODE_EXPIRED', 'CODE_EXPIRED', 'OK']);
    expect((await person.query(VIEWER)).viewer.recoveryCodesLeft).toBe(9);
  });

  it('LG10 is over after five wrong codes, and for the account after twenty; a passkey still opens it', async () => {
    const { person, secret } = await guarded();
    const authenticator = newAuthenticator();
    await addPasskey(person, authenticator);
    for (let round = 0; round < 4; round++) {
      const browser = service.client();
      const challenge = await challengeFor(browser, person);
      for (let i = 0; i < 5; i++) expect(await complete(browser, challenge, wrongCode(secret))).toBe('CODE_INVALID');
      expect(await complete(browser, challenge, codeOf(secret))).toBe('CODE_EXPIRED');
    }
    const browser = service.client();
    expect(await complete(browser, await challengeFor(browser, person), codeOf(secret))).toBe('RATE_LIMITED');
    expect((await person.query(VIEWER)).viewer.user.handle).toBe(person.handle);
    expect(await passkeySignIn(service.client(), authenticator)).toBe('OK');
  });

  it('does not count the tries that were right', async () => {
    const { person, secret } = await guarded();
    for (let i = 0; i < 22; i++) {
      const browser = service.client();
      expect(await complete(browser, await challengeFor(browser, person), codeOf(secret))).toBe('OK');
      nextStep();
    }
  });

  it('answers alike whatever the account has: an app, a passkey alone, recovery codes or none', async () => {
    const { person: withTotp } = await guarded();
    const withPasskey = await signUp(service);
    await addPasskey(withPasskey, newAuthenticator());
    const withoutCodes = await signUp(service);
    await addPasskey(withoutCodes, newAuthenticator());
    await service.db.query(`DELETE FROM recovery_codes WHERE user_id = $1`, [withoutCodes.userId]);
    const answers = [];
    for (const person of [withTotp, withPasskey, withoutCodes]) {
      const challenge = await challengeFor(service.client(), person);
      for (const code of ['000000', 'AAAA-BBBB-CCCC-DDDD', '', 'x'.repeat(100_000)]) {
        const { completeSignIn } = await service.client().query(COMPLETE, { input: { challenge, code } });
        answers.push(JSON.stringify(completeSignIn));
      }
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('CODE_INVALID');
  });

  it('is refused without a challenge, with one that is too old, of another purpose, or of a password that was', async () => {
    const { person, secret } = await guarded();
    const before = await stateOf(service);
    for (const challenge of ['', 'nothing', 'x'.repeat(100_000), person.cookies.get('mcp_session')!]) {
      expect(await complete(service.client(), challenge, codeOf(secret))).toBe('CODE_EXPIRED');
    }
    expect(await stateOf(service)).toBe(before);

    const old = await challengeFor(service.client(), person);
    nextStep(21);
    expect(await complete(service.client(), old, codeOf(secret))).toBe('CODE_EXPIRED');

    const other = await challengeFor(service.client(), person);
    await service.db.query(`UPDATE one_time_secrets SET purpose = 'PASSKEY_SIGN_IN' WHERE hash = $1`, [
      hashSecret(other),
    ]);
    expect(await complete(service.client(), other, codeOf(secret))).toBe('CODE_EXPIRED');

    // The password was changed after it was proven, or may no more open the account.
    const early = await challengeFor(service.client(), person);
    const changed = { current: person.password, new: 'another password of mine' };
    await forgetPresence(service, person);
    expect(outcomeOf(await person.send(PASSWORD_CHANGE, { input: changed }))).toBe('FORBIDDEN');
    const proof = { password: person.password, code: codeOf(secret) };
    expect(outcomeOf(await person.send(REAUTHENTICATE, { input: proof }))).toBe('OK');
    expect(outcomeOf(await person.send(PASSWORD_CHANGE, { input: changed }))).toBe('OK');
    expect(await complete(service.client(), early, codeOf(secret, 1))).toBe('CODE_EXPIRED');

    const unlinked = await challengeFor(service.client(), { ...person, password: changed.new } as Person);
    await service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE user_id = $1`, [person.userId]);
    expect(await complete(service.client(), unlinked, codeOf(secret, 1))).toBe('CODE_EXPIRED');
  });

  it('opens no suspended account, and says why to its owner alone', async () => {
    const { person, secret } = await guarded();
    const challenge = await challengeFor(service.client(), person);
    await service.db.query(
      `UPDATE users SET suspended_until = now() + interval '1 day', suspension_reason = 'spam' WHERE id = $1`,
      [person.userId],
    );
    expect(await complete(service.client(), challenge, wrongCode(secret))).toBe('CODE_INVALID');
    const browser = service.client();
    const error = await browser.refused(COMPLETE, { input: { challenge, code: codeOf(secret) } });
    expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'SUSPENDED' } });
    expect(error.message).toContain('spam');
    expect(browser.cookies.size).toBe(0);
  });

  it('takes recovery codes where SECRET_KEYS does not open the key of the app any more', async () => {
    const { person, secret, recoveryCodes } = await guarded();
    await service.db.query(`UPDATE totp SET key = $2 WHERE user_id = $1`, [person.userId, Buffer.alloc(48)]);
    const browser = service.client();
    const challenge = await challengeFor(browser, person);
    expect(await complete(browser, challenge, codeOf(secret))).toBe('CODE_INVALID');
    expect(service.log()).toContain('the key of an authenticator app can not be read');
    expect(await complete(browser, challenge, recoveryCodes[0]!)).toBe('OK');
  });

  it('LG4 runs once in a document, under however many names', async () => {
    const { person, secret } = await guarded();
    const browser = service.client();
    const challenge = await challengeFor(browser, person);
    const before = await stateOf(service);
    const input = (name: string) =>
      ({
        completeSignIn: `challenge: "${challenge}", code: "${wrongCode(secret)}"`,
        recoverAccount: `handle: "${person.handle}", recoveryCode: "no", newPassword: "correct horse battery"`,
        signInWithPasskey: 'response: {}',
        startPasskeySignIn: '',
      })[name]!;
    for (const name of ['completeSignIn', 'recoverAccount', 'signInWithPasskey', 'startPasskeySignIn']) {
      const args = input(name) === '' ? '' : `(input: { ${input(name)} })`;
      for (const count of [500, 2]) {
        const calls = Array.from({ length: count }, (_, i) => `a${i}: ${name}${args} { userErrors { code } }`);
        const answer = await browser.send(`mutation { ${calls.join(' ')} }`);
        // So many may have too many words to be parsed at all.
        expect(count === 2 ? ['TOO_EXPENSIVE'] : ['TOO_EXPENSIVE', 'BAD_USER_INPUT']).toContain(outcomeOf(answer));
      }
      const inFragment = `mutation { ...F x: ${name}${args} { userErrors { code } } }
        fragment F on Mutation { y: ${name}${args} { userErrors { code } } }`;
      expect(outcomeOf(await browser.send(inFragment))).toBe('TOO_EXPENSIVE');
    }
    expect(await stateOf(service)).toBe(before);
  });
});

describe('reauthenticate with an authenticator app', () => {
  const prove = async (client: TestClient, password: string, code?: string) => {
    const answer = await client.send(REAUTHENTICATE, { input: { password, code } });
    return `${outcomeOf(answer)} ${String(answer.data?.reauthenticate?.userErrors[0]?.path ?? '')}`.trim();
  };

  it('SE8 takes password and code, and no token', async () => {
    const { person, secret, recoveryCodes } = await guarded();
    await forgetPresence(service, person);
    expect(await prove(person, person.password)).toBe('CODE_INVALID code');
    expect(await prove(person, person.password, wrongCode(secret))).toBe('CODE_INVALID code');
    // The code is not even looked at where the password is wrong.
    expect(await prove(person, 'not the password', codeOf(secret))).toBe('INVALID_CREDENTIALS password');
    expect(await prove(person, person.password, codeOf(secret))).toBe('OK');
    expect(await prove(person, person.password, codeOf(secret))).toBe('CODE_INVALID code');
    expect(await prove(person, person.password, recoveryCodes[0])).toBe('OK');
    expect(await prove(person, person.password, recoveryCodes[0])).toBe('CODE_INVALID code');
    expect((await actionsOf(person)).filter((action) => action === 'presence.prove')).toHaveLength(2);
    const program = await programOf(service, person);
    nextStep();
    expect(await prove(program, person.password, codeOf(secret))).toBe('FORBIDDEN');
  });

  it('LG10 counts wrong codes, not right ones', async () => {
    const { person, secret } = await guarded();
    for (let i = 0; i < 10; i++)
      expect(await prove(person, person.password, wrongCode(secret))).toBe('CODE_INVALID code');
    expect(await prove(person, person.password, codeOf(secret))).toBe('RATE_LIMITED');
  });

  it('asks an account with a passkey alone for no code', async () => {
    const person = await signUp(service);
    await addPasskey(person, newAuthenticator());
    expect(await prove(person, person.password)).toBe('OK');
    await expect(signInAgain(service, person)).rejects.toThrow('"viewer":null');
  });
});
