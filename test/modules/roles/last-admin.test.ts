import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { hasAdmin } from '../../../src/modules/roles/roles.store.js';
import { outcomeOf, type Answer, type TestClient } from '../../support/client.js';
import { giveRole, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { GRANT, grantIds, makeBot, stateOf, SUSPEND } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());
beforeEach(() => service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE revoked_at IS NULL`));

// Without private fields: whoever steps down reads the answer as nobody.
const REVOKE = `mutation ($input: NodeInput!) { revokeRole(input: $input) { user { id } userErrors { code message path } } }`;
const DELETE = `mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { ok userErrors { code } } }`;
const MERGE = `mutation ($input: AdminMergeAccountsInput!) { adminMergeAccounts(input: $input) { user { id } userErrors { code } } }`;

const newAdmin = () => signUp(service, { roles: [RoleName.ADMIN] });
const adminGrant = async ({ userId }: Pick<Person, 'userId'>) => (await grantIds(service, userId)).ADMIN!;
const demote = async (by: TestClient, whom: Pick<Person, 'userId'>) =>
  by.send(REVOKE, { input: { id: await adminGrant(whom) } });
const suspend = (by: TestClient, { id }: Person) => by.send(SUSPEND, { input: { user: id, reason: 'a test' } });
const erase = (who: Person) => who.send(DELETE, { input: { confirmHandle: who.handle } });

/** Ids of those who hold the role for all versions. */
const admins = async () =>
  (
    await service.db.query<{ id: number }>(
      `SELECT user_id AS id FROM role_grants WHERE role = 'ADMIN' AND game_version_id IS NULL AND revoked_at IS NULL ORDER BY id`,
    )
  ).map(({ id }) => id);

const canComeIn = () => service.db.transaction((tx) => hasAdmin(tx, new Date()));

describe('RO1 the last administrator', () => {
  it('neither steps down, nor deletes the account, nor gets an end', async () => {
    const admin = await newAdmin();
    const before = await stateOf(service);
    expect(outcomeOf(await demote(admin, admin))).toBe('LAST_ADMIN');
    expect(outcomeOf(await erase(admin))).toBe('LAST_ADMIN');
    expect(await stateOf(service)).toEqual(before);
    // With another one beside it, all of that is allowed.
    await newAdmin();
    expect(outcomeOf(await demote(admin, admin))).toBe('OK');
    expect(await canComeIn()).toBe(true);
  });

  it('is told so in words', async () => {
    const admin = await newAdmin();
    const { data } = await demote(admin, admin);
    expect(data.revokeRole).toEqual({
      user: null,
      userErrors: [
        { code: 'LAST_ADMIN', message: expect.stringMatching(/^Without it nobody could come in/), path: null },
      ],
    });
  });

  it('is not made one for a time by another, who counts for less', async () => {
    const admin = await newAdmin();
    const temporary = await signUp(service);
    await service.db.query(
      `INSERT INTO role_grants (user_id, role, valid_until) VALUES ($1, 'ADMIN', now() + interval '1 day')`,
      [temporary.userId],
    );
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const before = await stateOf(service);
    expect(outcomeOf(await temporary.send(GRANT, { input: { user: admin.id, role: 'ADMIN', until } }))).toBe(
      'LAST_ADMIN',
    );
    expect(outcomeOf(await demote(temporary, admin))).toBe('LAST_ADMIN');
    expect(outcomeOf(await suspend(temporary, admin))).toBe('LAST_ADMIN');
    const input = { from: admin.id, into: (await signUp(service)).id, reason: 'a test' };
    // A merge takes the role along.
    expect(outcomeOf(await temporary.send(MERGE, { input }))).toBe('OK');
    expect(await canComeIn()).toBe(true);
    expect(await stateOf(service)).not.toEqual(before);
  });

  const others: [string, (userId: number) => Promise<unknown>][] = [
    [
      'is suspended',
      (id) => service.db.query(`UPDATE users SET suspended_until = now() + interval '1 h' WHERE id = $1`, [id]),
    ],
    ['is erased', (id) => service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [id])],
    ['was merged', (id) => service.db.query(`UPDATE users SET merged_into_id = id WHERE id = $1`, [id])],
    ['has no way in', (id) => service.db.query(`DELETE FROM identities WHERE user_id = $1`, [id])],
    [
      'has an identity that does not count',
      (id) => service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE user_id = $1`, [id]),
    ],
    [
      'comes in by IRC alone',
      (id) => service.db.query(`UPDATE identities SET provider = 'IRC', network = 'n' WHERE user_id = $1`, [id]),
    ],
    [
      'holds the role for a time',
      (id) => service.db.query(`UPDATE role_grants SET valid_until = '9999-01-01' WHERE user_id = $1`, [id]),
    ],
    [
      'holds it later',
      (id) => service.db.query(`UPDATE role_grants SET valid_from = now() + interval '1 h' WHERE user_id = $1`, [id]),
    ],
    [
      'holds another role',
      (id) => service.db.query(`UPDATE role_grants SET role = 'MODERATOR' WHERE user_id = $1`, [id]),
    ],
    ['is a bot', (id) => service.db.query(`UPDATE users SET is_bot = true WHERE id = $1`, [id])],
  ];
  it.each(others)('is not saved by another who %s', async (_, change) => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    await change(other.userId);
    expect(outcomeOf(await demote(admin, admin))).toBe('LAST_ADMIN');
  });

  it('is saved by another who comes in by a passkey alone, or whose suspension is over', async () => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    await service.db.query(`DELETE FROM identities WHERE user_id = $1`, [other.userId]);
    await service.db.query(`UPDATE users SET suspended_until = now() - interval '1 s' WHERE id = $1`, [other.userId]);
    await service.db.query(
      `INSERT INTO passkeys (user_id, credential_id, public_key, counter, name) VALUES ($1, 'c', '\\x00', 0, 'key')`,
      [other.userId],
    );
    expect(outcomeOf(await demote(admin, admin))).toBe('OK');
  });

  it('holds nobody up where there was none before', async () => {
    const temporary = await signUp(service);
    await service.db.query(
      `INSERT INTO role_grants (user_id, role, valid_until) VALUES ($1, 'ADMIN', now() + interval '1 day')`,
      [temporary.userId],
    );
    const other = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const id = (await grantIds(service, other.userId)).MAINTAINER!;
    expect(outcomeOf(await temporary.send(REVOKE, { input: { id } }))).toBe('OK');
  });

  it('is not replaced by a bot of theirs', async () => {
    const admin = await newAdmin();
    await makeBot(service, admin);
    expect(outcomeOf(await erase(admin))).toBe('LAST_ADMIN');
  });
});

/** One of two calls came too late: its rights were gone, or it would have taken the last. */
const TOO_LATE = ['LAST_ADMIN', 'FORBIDDEN', 'UNAUTHENTICATED'];

function expectOneWins(answers: Answer[], round: number): void {
  const outcomes = answers.map(outcomeOf);
  const lost = outcomes.filter((outcome) => outcome !== 'OK');
  expect([round, outcomes, lost.length]).toEqual([round, outcomes, 1]);
  expect(TOO_LATE).toContain(lost[0]);
}

describe('RO1 in parallel', () => {
  it('of two who demote each other one is refused, fifty times', async () => {
    const [first, second] = [await newAdmin(), await newAdmin()];
    let [a, b]: TestClient[] = [first, second];
    for (let round = 1; round <= 50; round++) {
      const [grantA, grantB] = [await adminGrant(first), await adminGrant(second)];
      expectOneWins(
        await Promise.all([a!.send(REVOKE, { input: { id: grantB } }), b!.send(REVOKE, { input: { id: grantA } })]),
        round,
      );
      const left = await admins();
      expect(left).toHaveLength(1);
      // Who was demoted is made administrator again, and signs in.
      if (left[0] === first.userId) {
        await giveRole(service, second.userId, RoleName.ADMIN);
        b = await signInAgain(service, second);
      } else {
        await giveRole(service, first.userId, RoleName.ADMIN);
        a = await signInAgain(service, first);
      }
    }
  });

  it('of three who demote each other in a circle one at least stays', async () => {
    for (let round = 1; round <= 5; round++) {
      await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE revoked_at IS NULL`);
      const people = [await newAdmin(), await newAdmin(), await newAdmin()];
      const grants = await Promise.all(people.map(adminGrant));
      const answers = await Promise.all(
        people.map((person, i) => person.send(REVOKE, { input: { id: grants[(i + 1) % 3]! } })),
      );
      for (const outcome of answers.map(outcomeOf)) expect(['OK', ...TOO_LATE]).toContain(outcome);
      expect((await admins()).length).toBeGreaterThan(0);
      // Who is demoted first demotes nobody any more.
      expect(answers.map(outcomeOf).filter((outcome) => outcome === 'OK').length).toBeLessThan(3);
    }
  });

  const duels: [string, (a: Person, b: Person) => Promise<Answer[]>][] = [
    ['who both step down', (a, b) => Promise.all([demote(a, a), demote(b, b)])],
    ['who suspend each other', (a, b) => Promise.all([suspend(a, b), suspend(b, a)])],
    ['of whom one demotes and one suspends the other', (a, b) => Promise.all([demote(a, b), suspend(b, a)])],
    ['who both delete their accounts', (a, b) => Promise.all([erase(a), erase(b)])],
    ['of whom one deletes the account and one steps down', (a, b) => Promise.all([erase(a), demote(b, b)])],
  ];
  it.each(duels)('of two %s one is refused, ten times', async (_, duel) => {
    for (let round = 1; round <= 10; round++) {
      await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE revoked_at IS NULL`);
      expectOneWins(await duel(await newAdmin(), await newAdmin()), round);
      expect(await canComeIn()).toBe(true);
    }
  });
});
