import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/auth/limits/catalogue.js';
import { hashSecret } from '../../../src/auth/secrets.js';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { lives, sessionOf, SIGN_UP, tally, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const GOOD = 'seven lanterns drift north';

const countUsers = async () =>
  (await service.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM users`))[0]!.count;

/** What is wrong with a sign-up: codes and where; nothing may come of it. */
async function faults(handle: string, password: string) {
  const before = await countUsers();
  const client = service.client();
  const { signUp: answer } = await client.query(SIGN_UP, { handle, password });
  expect(answer.viewer).toBeNull();
  expect(sessionOf(service, client)).toBeUndefined();
  expect(await countUsers()).toBe(before);
  return (answer.userErrors as { code: string; path: string[] }[]).map(({ code, path }) => `${code} ${path.join('.')}`);
}

describe('signUp', () => {
  it('asks for handle and password alone, signs in, and writes it down', async () => {
    const client = service.client();
    const { signUp: answer } = await client.query(SIGN_UP, { handle: 'First-Comer', password: GOOD });
    expect(answer).toEqual({
      viewer: {
        user: { id: expect.any(String), handle: 'First-Comer' },
        credential: { kind: 'SESSION', provenUntil: expect.any(String) },
      },
      userErrors: [],
    });
    expect((await client.query(WHO)).viewer.user.handle).toBe('First-Comer');
    const { viewer } = await client.query(
      `{ viewer { permissions identities { provider displayName } sessions { current } auditEvents { nodes { action detail actor { handle } subject { ... on User { handle } } } } } }`,
    );
    const by = { actor: { handle: 'First-Comer' }, subject: { handle: 'First-Comer' } };
    expect(viewer).toEqual({
      permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
      identities: [{ provider: 'LOCAL', displayName: 'First-Comer' }],
      sessions: [{ current: true }],
      auditEvents: {
        nodes: [
          { action: 'session.start', detail: 'by password', ...by },
          { action: 'user.sign_up', detail: null, ...by },
        ],
      },
    });
    // SE1: at rest there are hashes alone.
    const [kept] = await service.db.query<{ hash: string; session: Uint8Array }>(
      `SELECT w.hash, s.hash AS session FROM users u JOIN identities i ON i.user_id = u.id JOIN passwords w ON w.identity_id = i.id
         JOIN sessions s ON s.user_id = u.id WHERE u.handle = 'First-Comer'`,
    );
    expect(kept!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(Buffer.from(kept!.session)).toEqual(hashSecret(sessionOf(service, client)!));
  });

  it('tells everything that is wrong at once', async () => {
    expect(await faults('no good', 'short')).toEqual(['INVALID_INPUT handle', 'WEAK_PASSWORD password']);
    expect(await faults('admin', '1234567890')).toEqual(['HANDLE_TAKEN handle', 'BREACHED_PASSWORD password']);
  });

  it.each([
    ['1234567890', 'BREACHED_PASSWORD'],
    ['qwertyuiop', 'BREACHED_PASSWORD'],
    ['QWERTYUIOP', 'BREACHED_PASSWORD'],
    ['password123', 'BREACHED_PASSWORD'],
    ['ninecharz', 'WEAK_PASSWORD'],
    ['😀😀😀😀😀😀😀😀😀', 'WEAK_PASSWORD'],
    ['aaaaaaaaaaaaaaaa', 'WEAK_PASSWORD'],
    ['abcdefghijkl', 'WEAK_PASSWORD'],
    ['minecraft1234', 'WEAK_PASSWORD'],
    ['weak-choice', 'WEAK_PASSWORD'],
    ['Weak-Choice1', 'WEAK_PASSWORD'],
  ])('LG7 refuses the password %j', async (password, code) => {
    expect(await faults('weak-choice', password)).toEqual([`${code} password`]);
  });

  it('LG5 takes a password of 256 bytes, and none that is longer', async () => {
    const long = `${GOOD} `.repeat(20).slice(0, 256);
    expect(await faults('long-winded', `${long}x`)).toEqual(['WEAK_PASSWORD password']);
    expect(await faults('long-winded', `é${long.slice(1)}`)).toEqual(['WEAK_PASSWORD password']);
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'long-winded', password: long }))).toBe('OK');
  });

  it('LG2 LG14 gives nobody a handle that somebody has, or that looks like it, and tells no more than that', async () => {
    const person = await signUp(service, { handle: 'Lone-Modder' });
    await person.query(`mutation { createBot(input: { handle: "lone-bot" }) { user { id } userErrors { code } } }`);
    for (const handle of [
      'Lone-Modder',
      'lonemodder',
      'L0NE_MODDER',
      '1one-modder',
      'lone-b0t',
      'nick_serv',
      'deleted-9',
    ]) {
      expect(await faults(handle, GOOD)).toEqual(['HANDLE_TAKEN handle']);
    }
    // Whose it is, or whether it is just kept free, is told by nothing: messages are alike.
    const message = async (handle: string) =>
      (await service.client().query(SIGN_UP, { handle, password: GOOD })).signUp.userErrors[0].message.replace(
        handle,
        '…',
      );
    expect(await message('lone-modder')).toBe(await message('admin'));
    expect(await message('lone-bot')).toBe(await message('admin'));
  });

  it('LG14 keeps the handle of an erased account free for its time', async () => {
    await service.db.query(
      `INSERT INTO reserved_handles (handle_skeleton, until) VALUES ('bygone', now() + interval '1 hour')`,
    );
    expect(await faults('By-Gone', GOOD)).toEqual(['HANDLE_TAKEN handle']);
    await service.db.query(
      `UPDATE reserved_handles SET until = now() - interval '1 second' WHERE handle_skeleton = 'bygone'`,
    );
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'By-Gone', password: GOOD }))).toBe('OK');
  });

  it('gives a handle to one of many who ask for it at once', async () => {
    const names = ['wanted', 'Wanted', 'WANTED', 'wan-ted', 'w-anted', 'wante-d'];
    const answers = await Promise.all(
      names.map((handle) => service.client().send(SIGN_UP, { handle, password: GOOD })),
    );
    expect(tally(answers.map(outcomeOf))).toEqual({ OK: 1, HANDLE_TAKEN: 5 });
  });

  it('PH1 leaves whoever has the handle untouched: another sign-up opens nothing of theirs', async () => {
    const owner = await signUp(service, { handle: 'settled' });
    const secret = sessionOf(service, owner)!;
    expect(await faults('settled', GOOD)).toEqual(['HANDLE_TAKEN handle']);
    expect(await lives(service, secret)).toBe(true);
    const attempt = await service
      .client()
      .query(`mutation ($p: String!) { signIn(input: { handle: "settled", password: $p }) { userErrors { code } } }`, {
        p: GOOD,
      });
    expect(attempt.signIn.userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  });

  it('SE10 takes neither role nor id', async () => {
    const before = await countUsers();
    for (const extra of [{ role: 'ADMIN' }, { id: 1 }, { isBot: true }, { ownerId: 1 }]) {
      const answer = await service
        .client()
        .send(`mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }`, {
          input: { handle: 'climber', password: GOOD, ...extra },
        });
      expect(outcomeOf(answer)).toBe('BAD_USER_INPUT');
    }
    expect(await countUsers()).toBe(before);
  });

  it('LG3 makes so many accounts an hour for an address; mistakes are free', async () => {
    const client = () => Object.assign(service.client(), { address: '2001:db8:9:9::1' });
    for (let i = 0; i < 2 * LIMITS.signUpAddress.points; i++)
      await client().send(SIGN_UP, { handle: '!', password: GOOD });
    const outcomes = [];
    for (let i = 0; i < LIMITS.signUpAddress.points + 2; i++) {
      outcomes.push(outcomeOf(await client().send(SIGN_UP, { handle: `crowd-${i}-member`, password: GOOD })));
    }
    expect(tally(outcomes)).toEqual({ OK: LIMITS.signUpAddress.points, RATE_LIMITED: 2 });
    // The whole of a household's IPv6 network is one caller.
    const neighbour = Object.assign(service.client(), { address: '2001:db8:9:9:ffff::7' });
    expect(outcomeOf(await neighbour.send(SIGN_UP, { handle: 'crowd-member', password: GOOD }))).toBe('RATE_LIMITED');
  });
});
