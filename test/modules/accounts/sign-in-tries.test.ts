import * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSecret } from '../../../src/auth/secrets.js';
import { LIMITS } from '../../../src/auth/limits/catalogue.js';
import { outcomeOf } from '../../support/client.js';
import { programOf, signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { manyTimes, sessionOf, SIGN_IN, tally, WHO } from './support.js';

vi.mock('@node-rs/argon2', async (load) => {
  const actual = await load<typeof argon2>();
  return { ...actual, verify: vi.fn(actual.verify) };
});

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
beforeEach(() => {
  vi.mocked(argon2.verify).mockClear();
});
afterAll(() => service.close());

const signIn = async (handle: string, password: string, client = service.client()) =>
  client.send(SIGN_IN, { handle, password });

const WRONG = 'this is not the password';

describe('many tries', () => {
  it('LG3 of a thousand accounts from one address are thirty', async () => {
    const person = await signUp(service);
    const attacker = service.client();
    const outcomes = await manyTimes(1_000, async (i) => outcomeOf(await signIn(`victim-${i}`, WRONG, attacker)));
    expect(tally(outcomes)).toEqual({
      INVALID_CREDENTIALS: LIMITS.signInAddress.points,
      RATE_LIMITED: 1_000 - LIMITS.signInAddress.points,
    });
    expect(vi.mocked(argon2.verify).mock.calls.length).toBeLessThanOrEqual(LIMITS.signInAddress.points);
    const { errors } = await signIn(person.handle, person.password, attacker);
    expect(errors![0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
    // From elsewhere the accounts are as they were: an address that is shut out has used up nothing of theirs.
    for (let i = 0; i <= LIMITS.signInAccount.points; i++) await signIn(person.handle, WRONG, attacker);
    expect(outcomeOf(await signIn(person.handle, person.password))).toBe('OK');
  });

  it('LG3 of one account from a thousand addresses are ten, and its owner goes in and out all the while', async () => {
    const owner = await signUp(service);
    const program = await programOf(service, owner);
    const known = await signInAgain(service, owner);
    await known.query(`mutation { signOut { ok } }`);
    expect(sessionOf(service, known)).toBeUndefined();
    const outcomes = await manyTimes(1_000, async () => outcomeOf(await signIn(owner.handle, WRONG)));
    expect(tally(outcomes)).toEqual({
      INVALID_CREDENTIALS: LIMITS.signInAccount.points,
      RATE_LIMITED: 1_000 - LIMITS.signInAccount.points,
    });
    // A right guess is not told from a wrong one while the account is shut to strangers.
    expect(outcomeOf(await signIn(owner.handle, owner.password))).toBe('RATE_LIMITED');
    // An open session, a token, and a browser that was signed in before are none of the strangers.
    expect((await owner.query(WHO)).viewer.user.handle).toBe(owner.handle);
    expect((await program.query(WHO)).viewer.user.handle).toBe(owner.handle);
    expect(outcomeOf(await signIn(owner.handle, owner.password, known))).toBe('OK');
    expect((await known.query(WHO)).viewer.user.handle).toBe(owner.handle);
  });

  it('LG3 from a browser that is known are counted as well, and its mark is worth nothing for others', async () => {
    const [owner, attacker] = [await signUp(service), await signUp(service)];
    const device = service.auth.cookies.name('device');
    const marks = [
      attacker.cookies.get(device)!,
      attacker.cookies.get(device)!.replace(/^\d+/, String(owner.userId)),
      `${owner.userId}.nonce.signature`,
      `${owner.userId}`,
    ];
    const marked = (mark: string) => {
      const client = service.client();
      client.cookies.set(device, mark);
      return client;
    };
    const outcomes = await manyTimes(40, async (i) =>
      outcomeOf(await signIn(owner.handle, WRONG, marked(marks[i % 4]!))),
    );
    expect(tally(outcomes)).toEqual({ INVALID_CREDENTIALS: 10, RATE_LIMITED: 30 });
    const own = await manyTimes(12, async () => {
      const client = service.client();
      client.cookies.set(device, owner.cookies.get(device)!);
      return outcomeOf(await signIn(owner.handle, WRONG, client));
    });
    expect(tally(own)).toEqual({ INVALID_CREDENTIALS: LIMITS.signInDevice.points, RATE_LIMITED: 2 });
  });

  it('LG3 that succeed are not counted', async () => {
    const person = await signUp(service);
    const stranger = () => Object.assign(service.client(), { address: '198.51.100.7' });
    const outcomes = await manyTimes(
      40,
      async () => outcomeOf(await signIn(person.handle, person.password, stranger())),
      1,
    );
    expect(tally(outcomes)).toEqual({ OK: 40 });
  });

  it('LG3 count over all replicas', async () => {
    const person = await signUp(service);
    const keys = { secretKeys: [newSecret()], db: service.db, sample: false };
    const replicas = [await startTestService(keys), await startTestService(keys)];
    const outcomes = await manyTimes(30, async (i) =>
      outcomeOf(await signIn(person.handle, WRONG, replicas[i % 2]!.client())),
    );
    expect(tally(outcomes)).toEqual({ INVALID_CREDENTIALS: 10, RATE_LIMITED: 20 });
    for (const replica of replicas) await replica.close();
  });

  it('LG4 in one document are none or one', async () => {
    const person = await signUp(service);
    const take = vi.spyOn(service.auth.limits, 'take');
    const aliased = (count: number) =>
      `mutation { ${Array.from({ length: count }, (_, i) => `t${i}: signIn(input: { handle: "${person.handle}", password: "guess ${i}" }) { viewer { permissions } }`).join(' ')} }`;
    const spread = `mutation { ...a ...b } fragment a on Mutation { x: signIn(input: { handle: "${person.handle}", password: "guess a" }) { viewer { permissions } } }
      fragment b on Mutation { y: signIn(input: { handle: "${person.handle}", password: "guess b" }) { viewer { permissions } } }`;
    const refusals = [];
    for (const document of [aliased(500), aliased(100), aliased(10), aliased(2), spread]) {
      refusals.push(outcomeOf(await service.client().send(document)));
    }
    // Five hundred are too long to be read at all.
    expect(refusals).toEqual(['TOO_EXPENSIVE', 'TOO_EXPENSIVE', 'TOO_EXPENSIVE', 'TOO_EXPENSIVE', 'TOO_EXPENSIVE']);
    expect(take).not.toHaveBeenCalled();
    expect(argon2.verify).not.toHaveBeenCalled();
    expect(outcomeOf(await service.client().send(aliased(1)))).not.toBe('TOO_EXPENSIVE');
    expect(argon2.verify).toHaveBeenCalledTimes(1);
    take.mockRestore();
    // Nor many operations in one request.
    const batch = Array.from({ length: 500 }, () => ({ query: aliased(1) }));
    expect((await service.client().request('POST', '/graphql', batch)).statusCode).toBe(400);
    expect(argon2.verify).toHaveBeenCalledTimes(1);
  });
});
