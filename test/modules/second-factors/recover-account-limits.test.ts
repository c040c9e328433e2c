import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  addPasskey,
  codeOf,
  enableTotp,
  newAuthenticator,
  NEW_PASSWORD,
  nextStep,
  passkeySignIn,
  prepared,
  RECOVER,
  recover,
  SIGN_IN,
  stateOf,
  stopClock,
  VIEWER,
  wrongCode,
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

const medianOf = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

describe('recoverAccount, tried often', () => {
  it('LG9 takes a second factor too where there is an authenticator app, once', async () => {
    const person = await signUp(service);
    const { secret, recoveryCodes } = await enableTotp(person);
    const { handle } = person;
    nextStep();
    const [first, second, third] = recoveryCodes as [string, string, string];
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
  });

  it('LG10 takes ten wrong second factors, and then no right one', async () => {
    const person = await signUp(service);
    const { secret, recoveryCodes } = await enableTotp(person);
    nextStep();
    const attempt = { handle: person.handle, recoveryCode: recoveryCodes[0]! };
    for (let i = 0; i < 10; i++) {
      const guess = await recover(service.client(), { ...attempt, secondFactor: wrongCode(secret) });
      expect(guess).toBe('CODE_INVALID secondFactor');
    }
    const locked = await recover(service.client(), { ...attempt, secondFactor: codeOf(secret) });
    expect(locked).toBe('RATE_LIMITED');
  });

  it('LG2 answers alike, and as late, whether there is such an account, it has codes, or the code is wrong', async () => {
    const accounts = await Promise.all([prepared(service), prepared(service), prepared(service)]);
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

  it('LG3 closes after ten failures to strangers, not to the owner: a known browser and every other way in stay open', async () => {
    const { person, codes } = await prepared(service);
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
    const { person, codes } = await prepared(service);
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
