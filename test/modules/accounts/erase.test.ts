import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { removeExpired } from '../../../src/modules/accounts/housekeeping.store.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { dumpAccounts } from '../../support/secrets.js';
import { startTestService, type TestService } from '../../support/service.js';
import { brokenSeals, COMMENT, stage, VOTE, wrongTallies } from '../discussion/support.js';
import { makeBot } from '../roles/support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const DELETE = `mutation ($handle: String!) { deleteAccount(input: { confirmHandle: $handle }) { ok userErrors { code path } } }`;
const SIGN_UP = `mutation ($handle: String!) { signUp(input: { handle: $handle, password: "four words of somebody" }) { viewer { user { handle } } userErrors { code } } }`;

const handleOf = async ({ userId }: Pick<Person, 'userId'>) =>
  (await service.db.query<{ handle: string }>(`SELECT handle FROM users WHERE id = $1`, [userId]))[0]!.handle;

describe('deleteAccount', () => {
  it('is denied without a session and fresh presence, and asks for the handle', async () => {
    const person = await signUp(service);
    const { handle } = person;
    expect(outcomeOf(await service.client().send(DELETE, { handle }))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await (await programOf(service, person)).send(DELETE, { handle }))).toBe('FORBIDDEN');
    expect(outcomeOf(await person.send(DELETE, { handle: 'somebody' }))).toBe('INVALID_INPUT');
    await forgetPresence(service, person);
    expect(outcomeOf(await person.send(DELETE, { handle }))).toBe('FORBIDDEN');
    expect(await handleOf(person)).toBe(handle);
  });

  it('HI4 removes everything personal, with the bots, and leaves a pseudonym', async () => {
    const person = await signUp(service, { handle: 'Melchior-77' });
    const other = await signInAgain(service, person);
    await service.db.query(
      `INSERT INTO identities (user_id, provider, subject, display_name) VALUES ($1, 'GITHUB', '424242', 'melchior-on-github')`,
      [person.userId],
    );
    await person.query(`mutation { createBot(input: { handle: "melchior-bot" }) { user { id } userErrors { code } } }`);
    const program = await programOf(service, person);
    expect((await person.query(DELETE, { handle: 'melchior-77' })).deleteAccount).toEqual({ ok: true, userErrors: [] });

    expect((await person.query(`{ viewer { permissions } }`)).viewer).toBeNull();
    for (const client of [other, program]) {
      expect(outcomeOf(await client.send(`{ viewer { permissions } }`))).toBe('UNAUTHENTICATED');
    }
    const dump = await dumpAccounts(service.db);
    for (const trace of ['Melchior', 'melchior', '424242']) {
      // The reserved handle is all that is left, and says nothing of whose it was.
      expect(dump.split('\n').filter((line) => line.includes(trace) && !line.includes('until'))).toEqual([]);
    }
    const pseudonym = await handleOf(person);
    expect(pseudonym).toMatch(/^deleted-[0-9a-z]{8}$/);
    const anonymous = service.client();
    expect(
      await anonymous.query(`query ($h: String!) { user(handle: $h) { handle isBot roles } }`, { h: pseudonym }),
    ).toEqual({
      user: { handle: pseudonym, isBot: false, roles: ['USER'] },
    });
    expect(await anonymous.query(`{ user(handle: "melchior-77") { handle } }`)).toEqual({ user: null });
    const addresses = await service.db.query(
      `SELECT FROM audit_events WHERE (actor_id = $1 OR subject_id = $1) AND address IS NOT NULL`,
      [person.userId],
    );
    expect(addresses).toEqual([]);
  });

  it('HI4 leaves history, votes and comments as they were, under the pseudonym', async () => {
    const [person, other] = [await signUp(service, { handle: 'kaspar-88' }), await signUp(service)];
    const bot = await makeBot(service, person);
    const [own] = await stage(person, { func_2006_f: 'isWilted' });
    const [ofBot] = await stage(bot.program, { func_2007_f: 'wilt' });
    const [ofOther] = await stage(other, { func_2009_h_: 'spread' });
    await person.query(VOTE, { change: ofOther!.id, for: true });
    await person.query(COMMENT, { change: ofOther!.id, body: 'well done' });
    const sealed = () =>
      service.db.query(
        `SELECT sequence, state, author_id, votes_for, encode(hash, 'hex') AS hash FROM changes ORDER BY 1`,
      );
    const before = await sealed();
    expect(before).toHaveLength(3);

    await person.query(DELETE, { handle: 'kaspar-88' });
    expect(await sealed()).toEqual(before);
    expect(await brokenSeals(service)).toEqual([]);
    expect(await wrongTallies(service)).toEqual([]);
    const pseudonyms = [await handleOf(person), await handleOf(bot)];
    expect(pseudonyms.every((pseudonym) => /^deleted-[0-9a-z]{8}$/.test(pseudonym))).toBe(true);
    const list = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Change {
      author { handle } votes { for } comments { nodes { body author { handle } } } } } }`;
    const ids = [own!, ofBot!, ofOther!].map(({ id }) => id);
    expect((await service.client().query(list, { ids })).nodes).toEqual([
      { author: { handle: pseudonyms[0] }, votes: { for: 0 }, comments: { nodes: [] } },
      { author: { handle: pseudonyms[1] }, votes: { for: 0 }, comments: { nodes: [] } },
      {
        author: { handle: other.handle },
        votes: { for: 1 },
        comments: { nodes: [{ body: 'well done', author: { handle: pseudonyms[0] } }] },
      },
    ]);
    expect(await dumpAccounts(service.db)).not.toMatch(/"handle(_key)?":"kaspar/);
  });

  it('the handle, and one that looks like it, comes free after a year', async () => {
    const person = await signUp(service, { handle: 'balthasar' });
    await person.query(DELETE, { handle: 'balthasar' });
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'balthasar' }))).toBe('HANDLE_TAKEN');
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'ba1tha-sar' }))).toBe('HANDLE_TAKEN');
    await service.db.query(`UPDATE reserved_handles SET until = now() - interval '1 second'`);
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'balthasar' }))).toBe('OK');
  });

  it('nobody signs up as somebody deleted', async () => {
    expect(outcomeOf(await service.client().send(SIGN_UP, { handle: 'deleted-0abc1234' }))).toBe('HANDLE_TAKEN');
  });

  it('RO1 the last administrator stays', async () => {
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE role = 'ADMIN'`);
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    expect(outcomeOf(await admin.send(DELETE, { handle: admin.handle }))).toBe('LAST_ADMIN');
    expect(await handleOf(admin)).toBe(admin.handle);
    const second = await signUp(service, { roles: [RoleName.ADMIN] });
    const outcomes = await Promise.all([admin, second].map((each) => each.send(DELETE, { handle: each.handle })));
    expect(outcomes.map(outcomeOf).sort()).toEqual(['LAST_ADMIN', 'OK']);
  });
});

describe('deleteBot', () => {
  const DELETE_BOT = `mutation ($id: ID!) { deleteBot(input: { id: $id }) { viewer { bots { handle } } userErrors { code } } }`;

  it('is for its owner alone, in person', async () => {
    const [owner, stranger] = [await signUp(service), await signUp(service)];
    const { createBot } = await owner.query(
      `mutation { createBot(input: { handle: "short-lived" }) { user { id } userErrors { code } } }`,
    );
    const { id } = createBot.user;
    const botId = Number(
      Buffer.from(id as string, 'base64url')
        .toString()
        .split(':')[1],
    );
    const bot = await programOf(service, { userId: botId });
    expect(outcomeOf(await service.client().send(DELETE_BOT, { id }))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await bot.send(DELETE_BOT, { id }))).toBe('FORBIDDEN');
    expect(outcomeOf(await stranger.send(DELETE_BOT, { id }))).toBe('NOT_FOUND');
    expect(outcomeOf(await stranger.send(DELETE_BOT, { id: owner.id }))).toBe('NOT_FOUND');
    expect(outcomeOf(await owner.send(DELETE_BOT, { id: owner.id }))).toBe('NOT_FOUND');
    expect(await handleOf({ userId: botId })).toBe('short-lived');
    expect((await owner.query(DELETE_BOT, { id })).deleteBot).toEqual({ viewer: { bots: [] }, userErrors: [] });
    expect(outcomeOf(await bot.send(`{ viewer { permissions } }`))).toBe('UNAUTHENTICATED');
    expect(await handleOf({ userId: botId })).toMatch(/^deleted-/);
  });
});

describe('housekeeping', () => {
  it('forgets addresses after 30 days, and what has expired', async () => {
    const person = await signUp(service);
    const program = await programOf(service, person);
    const count = async (sql: string) =>
      (await service.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`))[0]!.count;
    const mine = `WHERE user_id = ${person.userId}`;
    await removeExpired(service.db, new Date(Date.now() + 29 * 86_400_000));
    expect(await count(`audit_events WHERE actor_id = ${person.userId} AND address IS NOT NULL`)).toBe(2);
    expect(await count(`api_tokens ${mine}`)).toBe(1);
    // Two weeks without use have ended the session.
    expect(await count(`sessions ${mine}`)).toBe(0);
    await removeExpired(service.db, new Date(Date.now() + 31 * 86_400_000));
    expect(await count(`audit_events WHERE actor_id = ${person.userId} AND address IS NOT NULL`)).toBe(0);
    expect(await count(`audit_events WHERE actor_id = ${person.userId}`)).toBe(2);
    expect(await count(`api_tokens ${mine}`)).toBe(0);
    expect(outcomeOf(await program.send(`{ viewer { permissions } }`))).toBe('UNAUTHENTICATED');
  });
});
