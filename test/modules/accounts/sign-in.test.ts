import * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashSecret } from '../../../src/auth/secrets.js';
import { outcomeOf, type Answer } from '../../support/client.js';
import { programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { lives, sessionOf, SIGN_IN, SIGN_UP, thief, WHO } from './support.js';

vi.mock('@node-rs/argon2', async (load) => {
  const actual = await load<typeof argon2>();
  return { ...actual, hash: vi.fn(actual.hash), verify: vi.fn(actual.verify) };
});

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
beforeEach(() => {
  vi.mocked(argon2.verify).mockClear();
  vi.mocked(argon2.hash).mockClear();
});
afterAll(() => service.close());

const signIn = async (handle: string, password: string, client = service.client()) =>
  client.send(SIGN_IN, { handle, password });

const WRONG = 'this is not the password';

describe('signIn', () => {
  it('signs in by handle and password, in any case of the handle, and writes it down', async () => {
    const person = await signUp(service, { handle: 'Alex-In' });
    const client = service.client();
    Object.assign(client.headers, {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    });
    const { data } = await signIn(' aLEX-iN ', person.password, client);
    expect(data.signIn).toEqual({ viewer: { user: { handle: 'Alex-In' } }, secondFactor: null, userErrors: [] });
    expect((await client.query(WHO)).viewer).toEqual({ user: { handle: 'Alex-In' } });
    const { viewer } = await client.query(
      `{ viewer { sessions { current device } auditEvents(first: 1) { nodes { action detail address } } } }`,
    );
    expect(viewer.sessions[0]).toEqual({ current: true, device: 'Firefox on Linux' });
    expect(viewer.auditEvents.nodes).toEqual([
      { action: 'session.start', detail: 'by password', address: `${client.address.replace(/\.\d+$/, '')}.0/24` },
    ]);
  });

  it('LG1 answers alike for a wrong password, an unknown handle, and accounts that have no password or are gone', async () => {
    const person = await signUp(service);
    const gone = await signUp(service);
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [gone.userId]);
    const { createBot } = await person.query(
      `mutation { createBot(input: { handle: "bot-in" }) { user { handle } userErrors { code } } }`,
    );
    const bare = await signUp(service);
    await service.db.query(`DELETE FROM identities WHERE user_id = $1`, [bare.userId]);
    const tries: [string, string][] = [
      [person.handle, WRONG],
      ['nobody-of-that-name', person.password],
      [createBot.user.handle as string, person.password],
      [gone.handle, gone.password],
      [bare.handle, bare.password],
      ['', ''],
      ['not a handle', WRONG],
      ['x'.repeat(100_000), WRONG],
      ['\ud800', WRONG],
    ];
    const answers: Answer[] = [];
    for (const [handle, password] of tries) answers.push(await signIn(handle, password));
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({
      status: 200,
      data: { signIn: { viewer: null, userErrors: [{ code: 'INVALID_CREDENTIALS', path: null }] } },
    });
    expect(outcomeOf(await signIn('nul\u0000', WRONG))).toBe('BAD_USER_INPUT');
    // Each cost as much: one password was compared, be there one or not.
    expect(argon2.verify).toHaveBeenCalledTimes(tries.length);
  });

  it('LG1 takes as long for an unknown handle as for a wrong password', { timeout: 300_000 }, async () => {
    const people: Person[] = [];
    for (let i = 0; i < 25; i++) people.push(await signUp(service));
    const timed = async (handle: string) => {
      const client = service.client();
      const start = performance.now();
      const { data } = await signIn(handle, WRONG, client);
      expect(data.signIn.userErrors[0].code).toBe('INVALID_CREDENTIALS');
      return performance.now() - start;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    // In turns, and each first in every second round: whatever else the machine does meets both.
    for (let i = 0; i < 200; i++) {
      const [person, nobody] = [people[i % people.length]!.handle, `nobody-${i % 25}`];
      if (i % 2 === 0) known.push(await timed(person));
      unknown.push(await timed(nobody));
      if (i % 2 === 1) known.push(await timed(person));
    }
    const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length / 2]!;
    const ratio = median(known) / median(unknown);
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.54);
  });

  it('LG5 refuses a password of a megabyte without computing anything', async () => {
    const person = await signUp(service);
    vi.mocked(argon2.hash).mockClear();
    const huge = person.password + 'x'.repeat(1_000_000);
    expect(outcomeOf(await signIn(person.handle, huge))).toBe('INVALID_CREDENTIALS');
    expect(outcomeOf(await signIn('nobody-at-all', huge))).toBe('INVALID_CREDENTIALS');
    // Bytes count, not characters.
    expect(outcomeOf(await signIn(person.handle, 'é'.repeat(129)))).toBe('INVALID_CREDENTIALS');
    const { data } = await service.client().send(SIGN_UP, { handle: 'huge-password', password: huge });
    expect(data.signUp.userErrors).toMatchObject([{ code: 'WEAK_PASSWORD' }]);
    expect(argon2.verify).not.toHaveBeenCalled();
    expect(argon2.hash).not.toHaveBeenCalled();
  });

  it('LG6 takes the same keys in any composition, and every character of a password counts', async () => {
    const secretOf = (end: string) => `Zürich-Café no\u0000where ${'lorem ipsum dolor '.repeat(4)}${end}`;
    const [long, other] = [secretOf('one'), secretOf('two')];
    // bcrypt would see no difference between the two.
    expect(Buffer.from(long).subarray(0, 72)).toEqual(Buffer.from(other).subarray(0, 72));
    const { data } = await service.client().send(SIGN_UP, { handle: 'composer', password: long.normalize('NFC') });
    expect(data.signUp.userErrors).toEqual([]);
    expect(long.normalize('NFD')).not.toBe(long.normalize('NFC'));
    expect(outcomeOf(await signIn('composer', long.normalize('NFD')))).toBe('OK');
    expect(outcomeOf(await signIn('composer', long.replace(/ /g, '\u3000')))).toBe('OK');
    for (const wrong of [
      other,
      long.split('\u0000')[0]!,
      long.replace('\u0000', ''),
      long.toLowerCase(),
      ` ${long}`,
      `${long} `,
    ]) {
      expect(outcomeOf(await signIn('composer', wrong))).toBe('INVALID_CREDENTIALS');
    }
  });

  it('LG8 takes a stored hash that can not be read for no password, and tells the operator', async () => {
    const person = await signUp(service);
    const set = (hash: string) =>
      service.db.query(
        `UPDATE passwords SET hash = $2 WHERE identity_id IN (SELECT id FROM identities WHERE user_id = $1)`,
        [person.userId, hash],
      );
    for (const hash of ['', 'plain', '$argon2id$v=19$m=19456,t=2,p=1$AAAA', '$2b$10$abcdefghijklmnopqrstuv']) {
      await set(hash);
      const { status, data } = await signIn(person.handle, person.password);
      expect([status, data.signIn.userErrors[0].code]).toEqual([200, 'INVALID_CREDENTIALS']);
    }
    const lines = service
      .log()
      .split('\n')
      .filter((line) => line.includes('a stored password hash can not be read'));
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: expect.toSatisfy((level) => level === 50 || level === 'error'),
      userId: person.userId,
    });
  });

  it('LG12 makes a session of its own, whatever cookie was there before', async () => {
    const person = await signUp(service);
    const preset = 'a-value-that-an-attacker-chose-beforehand';
    const victim = thief(service, preset);
    // What is no session is refused, and taken back.
    expect(outcomeOf(await signIn(person.handle, person.password, victim))).toBe('UNAUTHENTICATED');
    expect(sessionOf(service, victim)).toBeUndefined();
    expect(outcomeOf(await signIn(person.handle, person.password, victim))).toBe('OK');
    expect(sessionOf(service, victim)).not.toBe(preset);
    expect(await service.db.query(`SELECT id FROM sessions WHERE hash = $1`, [hashSecret(preset)])).toEqual([]);
    // Nor does the session of an attacker become that of the victim.
    const attacker = await signUp(service);
    const planted = sessionOf(service, attacker)!;
    const other = thief(service, planted);
    expect(outcomeOf(await signIn(person.handle, person.password, other))).toBe('OK');
    expect(sessionOf(service, other)).not.toBe(planted);
    expect((await other.query(WHO)).viewer.user.handle).toBe(person.handle);
    expect(await lives(service, planted)).toBe(false);
  });

  it('tells the person alone that the account is suspended', async () => {
    const person = await signUp(service);
    await service.db.query(
      `UPDATE users SET suspended_until = now() + interval '1 day', suspension_reason = 'spam' WHERE id = $1`,
      [person.userId],
    );
    expect(outcomeOf(await signIn(person.handle, WRONG))).toBe('INVALID_CREDENTIALS');
    const client = service.client();
    const { errors } = await signIn(person.handle, person.password, client);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('spam'), extensions: { code: 'FORBIDDEN', reason: 'SUSPENDED' } },
    ]);
    expect(sessionOf(service, client)).toBeUndefined();
  });

  it('SE10 refuses further fields of the input', async () => {
    const person = await signUp(service);
    for (const extra of [{ userId: 1 }, { role: 'ADMIN' }, { sessionId: 'x' }]) {
      const input = { handle: person.handle, password: person.password, ...extra };
      const answer = await service
        .client()
        .send(`mutation ($input: SignInInput!) { signIn(input: $input) { viewer { permissions } } }`, { input });
      expect(outcomeOf(answer)).toBe('BAD_USER_INPUT');
    }
  });
});

describe('signOut', () => {
  const SIGN_OUT = `mutation { signOut { ok userErrors { code } } }`;

  it('is denied to nobody known and to tokens', async () => {
    const person = await signUp(service);
    expect(outcomeOf(await service.client().send(SIGN_OUT))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await (await programOf(service, person)).send(SIGN_OUT))).toBe('FORBIDDEN');
    expect((await person.query(WHO)).viewer).not.toBeNull();
  });

  it('SE3 ends the session of the call alone, and takes its cookie back', async () => {
    const person = await signUp(service);
    const elsewhere = await signInAgain(service, person);
    const secret = sessionOf(service, person)!;
    const document = `mutation { signOut { ok userErrors { code } } after: revokeOtherSessions { userErrors { code } } }`;
    const { data, errors } = await person.send(document);
    expect(data).toEqual({ signOut: { ok: true, userErrors: [] }, after: null });
    expect(errors).toMatchObject([{ path: ['after'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(sessionOf(service, person)).toBeUndefined();
    expect(await lives(service, secret)).toBe(false);
    expect(await person.query(WHO)).toEqual({ viewer: null });
    expect((await elsewhere.query(WHO)).viewer).not.toBeNull();
  });
});
