import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, giveRole, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { brokenSeals, COMMENT, stage, VOTE, wrongTallies } from '../discussion/support.js';
import { makeBot } from '../roles/support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const START = `mutation { startAccountMerge { code expiresAt instructions userErrors { code } } }`;
const REDEEM = `mutation ($code: String!) { redeemAccountMerge(input: { code: $code }) { viewer { user { handle } } userErrors { code message } } }`;
const ADMIN_MERGE = `mutation ($from: ID!, $into: ID!, $reason: String!) {
  adminMergeAccounts(input: { from: $from, into: $into, reason: $reason }) { user { handle } userErrors { code path } } }`;

const codeOf = async (person: Person): Promise<string> => (await person.query(START)).startAccountMerge.code;

/** A further way into an account, as linking makes it. */
async function link({ userId }: Person, provider: string, subject: string): Promise<void> {
  await service.db.query(
    `INSERT INTO identities (user_id, provider, subject, display_name) VALUES ($1, $2::identity_provider, $3, 'x')`,
    [userId, provider, subject],
  );
}

const stateOf = (people: Person[]) =>
  service.db.query(`SELECT id, handle, merged_into_id FROM users WHERE id = ANY($1::int[]) ORDER BY id`, [
    people.map(({ userId }) => userId),
  ]);

describe('a merge by the person themselves', () => {
  it('is denied to everyone without a session and fresh presence', async () => {
    const [stays, goes] = [await signUp(service), await signUp(service)];
    const code = await codeOf(stays);
    const before = await stateOf([stays, goes]);
    const program = await programOf(service, goes);
    for (const [name, client] of [['token', program] as const, ['nobody', service.client()] as const]) {
      expect([name, outcomeOf(await client.send(REDEEM, { code }))]).toEqual([
        name,
        name === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN',
      ]);
      expect(outcomeOf(await client.send(START))).toBe(name === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN');
    }
    await forgetPresence(service, goes);
    expect((await goes.refused(REDEEM, { code })).extensions).toMatchObject({
      code: 'FORBIDDEN',
      reason: 'REAUTHENTICATION_REQUIRED',
    });
    expect(await stateOf([stays, goes])).toEqual(before);
  });

  it('brings identities, bots and roles over, ends what opened the other, and signs in to the one that stays', async () => {
    const [stays, goes] = [await signUp(service), await signUp(service)];
    await link(goes, 'GITHUB', '70001');
    await giveRole(service, goes.userId, RoleName.MAINTAINER);
    const bot = (
      await goes.query(`mutation { createBot(input: { handle: "merge-bot" }) { user { id } userErrors { code } } }`)
    ).createBot.user;
    const otherBrowser = await signInAgain(service, goes);
    const program = await programOf(service, goes);

    const typed = (await codeOf(stays)).toLowerCase().replace(/-/g, ' ');
    expect((await goes.query(REDEEM, { code: typed })).redeemAccountMerge).toEqual({
      viewer: { user: { handle: stays.handle } },
      userErrors: [],
    });
    const { viewer } = await goes.query(`{ viewer { user { handle roles } identities { provider } bots { id } } }`);
    expect(viewer).toEqual({
      user: { handle: stays.handle, roles: ['USER', 'MAINTAINER'] },
      identities: [{ provider: 'LOCAL' }, { provider: 'GITHUB' }],
      bots: [{ id: bot.id }],
    });
    expect(outcomeOf(await otherBrowser.send(`{ viewer { permissions } }`))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await program.send(`{ viewer { permissions } }`))).toBe('UNAUTHENTICATED');
    const signIn = `mutation ($h: String!, $p: String!) { signIn(input: { handle: $h, password: $p }) { viewer { permissions } userErrors { code } } }`;
    expect(outcomeOf(await service.client().send(signIn, { h: goes.handle, p: goes.password }))).toBe(
      'INVALID_CREDENTIALS',
    );
    expect(outcomeOf(await service.client().send(signIn, { h: stays.handle, p: stays.password }))).toBe('OK');
  });

  it('HI5 leads whoever asks for the handle or id that went to the one that stayed', async () => {
    const [stays, goes] = [await signUp(service), await signUp(service)];
    await goes.query(REDEEM, { code: await codeOf(stays) });
    const anonymous = service.client();
    expect(
      await anonymous.query(
        `query ($h: String!, $id: ID!) { user(handle: $h) { handle } node(id: $id) { ... on User { handle } } }`,
        {
          h: goes.handle,
          id: goes.id,
        },
      ),
    ).toEqual({ user: { handle: stays.handle }, node: { handle: stays.handle } });
    // What it did before still shows, under the name that stayed.
    const { viewer } = await stays.query(
      `{ viewer { auditEvents { nodes { action actor { handle } subject { ... on User { handle } } } } } }`,
    );
    const merge = viewer.auditEvents.nodes.find(({ action }: { action: string }) => action === 'user.merge');
    expect(merge).toMatchObject({ actor: { handle: stays.handle }, subject: { handle: stays.handle } });
    const taken = service.client();
    expect(
      outcomeOf(
        await taken.send(
          `mutation ($h: String!) { signUp(input: { handle: $h, password: "some long words here" }) { userErrors { code } } }`,
          {
            h: goes.handle,
          },
        ),
      ),
    ).toBe('HANDLE_TAKEN');
  });

  it('HI5 shows changes, votes and comments under the account that stayed, and leaves history as it was sealed', async () => {
    const [stays, goes, third] = [await signUp(service), await signUp(service), await signUp(service)];
    const bot = await makeBot(service, goes);
    const [ofGoes] = await stage(goes, { func_2006_f: 'isWilted' });
    const [ofBot] = await stage(bot.program, { func_2007_f: 'wilt' });
    const [ofStays] = await stage(stays, { func_2009_h_: 'spread' });
    const [both, alone] = await stage(third, { func_2010_h__: 'prune', func_2013_b: 'bend' });
    const vote = (person: Person, change: { id: string }, isFor: boolean) =>
      person.query(VOTE, { change: change.id, for: isFor });
    for (const change of [ofGoes!, ofBot!]) {
      await vote(stays, change, true);
      await vote(third, change, false);
    }
    await vote(goes, ofStays!, true);
    await vote(stays, both!, true);
    await vote(goes, both!, false);
    await vote(goes, alone!, false);
    await goes.query(COMMENT, { change: alone!.id, body: 'said by the one that goes' });
    const sealed = () =>
      service.db.query(`SELECT sequence, author_id, encode(hash, 'hex') AS hash FROM changes ORDER BY 1`);
    const before = await sealed();

    await goes.query(REDEEM, { code: await codeOf(stays) });
    const list = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Change {
      author { handle } votes { for against viewerVote } comments { nodes { author { handle } } } } } }`;
    const ids = [ofGoes!, ofBot!, ofStays!, both!, alone!].map(({ id }) => id);
    const { nodes } = await stays.query(list, { ids });
    expect(nodes.map(({ author, votes }: { author: object; votes: object }) => ({ ...author, ...votes }))).toEqual([
      // Nobody votes for what is their own by now, or for what their bots propose.
      { handle: stays.handle, for: 0, against: 1, viewerVote: null },
      { handle: bot.handle, for: 0, against: 1, viewerVote: null },
      { handle: stays.handle, for: 0, against: 0, viewerVote: null },
      // One person, one vote: that of the account that stays.
      { handle: third.handle, for: 1, against: 0, viewerVote: true },
      { handle: third.handle, for: 0, against: 1, viewerVote: false },
    ]);
    expect(nodes[4].comments.nodes).toEqual([{ author: { handle: stays.handle } }]);
    expect(await wrongTallies(service)).toEqual([]);
    expect(await service.db.query(`SELECT FROM change_votes WHERE user_id = $1`, [goes.userId])).toEqual([]);
    // History names the account that acted, for ever.
    expect(await sealed()).toEqual(before);
    expect(before[0]).toMatchObject({ author_id: goes.userId });
    expect(await brokenSeals(service)).toEqual([]);
    const own = `query ($h: String!) { user(handle: $h) { changes { totalCount } } }`;
    expect((await third.query(own, { h: goes.handle })).user.changes.totalCount).toBe(2);
    const edit = `mutation ($id: ID!) { editComment(input: { comment: $id, body: "again" }) { userErrors { code } } }`;
    const [comment] = await service.db.query<{ id: number }>(`SELECT id FROM change_comments`);
    expect(outcomeOf(await stays.send(edit, { id: encodeId('Comment', comment!.id) }))).toBe('OK');
  });

  it('leaves no vote behind that is given while accounts merge', async () => {
    const proposer = await signUp(service);
    const changes = await stage(proposer, { func_2016_c: 'shed', func_2023_e: 'clearAll', func_2034_b: 'emptyOut' });
    const [stays, goes] = [await signUp(service), await signUp(service)];
    await stays.query(VOTE, { change: changes[0]!.id, for: true });
    const code = await codeOf(stays);
    const outcomes = await Promise.all([
      ...changes.map(({ id }) => goes.send(VOTE, { change: id, for: false })),
      goes.send(REDEEM, { code }),
      ...changes.map(({ id }) => stays.send(VOTE, { change: id, for: true })),
      ...changes.map(({ id }) => goes.send(VOTE, { change: id, for: false })),
    ]);
    expect(outcomes.map(outcomeOf).filter((outcome) => !['OK', 'UNAUTHENTICATED'].includes(outcome))).toEqual([]);
    expect(await service.db.query(`SELECT FROM change_votes WHERE user_id = $1`, [goes.userId])).toEqual([]);
    expect(await wrongTallies(service)).toEqual([]);
  });

  it('takes each code once, for a day, and only the newest', async () => {
    const [stays, goes, third] = [await signUp(service), await signUp(service), await signUp(service)];
    const first = await codeOf(stays);
    const second = await codeOf(stays);
    expect(outcomeOf(await goes.send(REDEEM, { code: first }))).toBe('CODE_INVALID');
    for (const nonsense of [
      '',
      '.',
      'x',
      `${stays.handle}.`,
      second.split('.')[1]!,
      `nobody.${second.split('.')[1]}`,
      '\0',
    ]) {
      expect(outcomeOf(await goes.send(REDEEM, { code: nonsense }))).toMatch(/CODE_INVALID|RATE_LIMITED/);
    }
    const at = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: at + 86_400_001 });
    try {
      await signInAndMerge(third, second, 'CODE_EXPIRED');
    } finally {
      vi.useRealTimers();
    }
    const outcomes = await Promise.all([goes.send(REDEEM, { code: second }), third.send(REDEEM, { code: second })]);
    expect(outcomes.map(outcomeOf).sort()).toEqual(expect.arrayContaining(['OK']));
    expect(outcomes.map(outcomeOf).filter((outcome) => outcome === 'OK')).toHaveLength(1);
  });

  /** Redeems with presence proven at the (moved) time of the call. */
  async function signInAndMerge(person: Person, code: string, expected: string): Promise<void> {
    const browser = await signInAgain(service, person);
    expect(outcomeOf(await browser.send(REDEEM, { code }))).toBe(expected);
  }

  it('an account is not merged into itself', async () => {
    const alone = await signUp(service);
    expect(outcomeOf(await alone.send(REDEEM, { code: await codeOf(alone) }))).toBe('INVALID_INPUT');
    expect((await alone.query(`{ viewer { user { handle } } }`)).viewer.user.handle).toBe(alone.handle);
  });

  it('a code is slowed after ten wrong ones', async () => {
    const guesser = await signUp(service);
    const outcomes = [];
    for (let i = 0; i < 12; i++) outcomes.push(outcomeOf(await guesser.send(REDEEM, { code: `person.${i}` })));
    expect(outcomes).toEqual([...Array<string>(10).fill('CODE_INVALID'), 'RATE_LIMITED', 'RATE_LIMITED']);
  });
});

describe('a merge by an administrator', () => {
  it('is denied to everyone else, and without fresh presence', async () => {
    const [from, into] = [await signUp(service), await signUp(service)];
    const before = await stateOf([from, into]);
    const merge = { from: from.id, into: into.id, reason: 'the same person' };
    expect(outcomeOf(await service.client().send(ADMIN_MERGE, merge))).toBe('UNAUTHENTICATED');
    for (const role of Object.values(RoleName).filter((each) => each !== RoleName.ADMIN && each !== RoleName.IRC_BOT)) {
      const caller = await signUp(service, { roles: [role] });
      expect((await caller.refused(ADMIN_MERGE, merge)).extensions).toMatchObject({
        code: 'FORBIDDEN',
        permission: 'IDENTITY_MANAGE',
      });
    }
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    expect(outcomeOf(await (await programOf(service, admin)).send(ADMIN_MERGE, merge))).toBe('FORBIDDEN');
    await forgetPresence(service, admin);
    expect(outcomeOf(await admin.send(ADMIN_MERGE, merge))).toBe('FORBIDDEN');
    expect(await stateOf([from, into])).toEqual(before);
  });

  it('is recorded with its reason and told to both', async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const [from, into] = [await signUp(service), await signUp(service)];
    const merged = await admin.query(ADMIN_MERGE, { from: from.id, into: into.id, reason: ' the same person ' });
    expect(merged.adminMergeAccounts).toMatchObject({ user: { handle: into.handle }, userErrors: [] });
    const { viewer } = await into.query(`{ viewer { auditEvents { nodes { action detail actor { handle } } } } }`);
    expect(viewer.auditEvents.nodes[0]).toMatchObject({
      action: 'user.merge',
      detail: expect.stringContaining('the same person'),
      actor: { handle: admin.handle },
    });
    expect(viewer.auditEvents.nodes[0].detail).not.toContain(from.handle);
    const ofFrom = await service.db.query(`SELECT FROM audit_events WHERE subject_id = $1 AND action = 'user.merge'`, [
      from.userId,
    ]);
    expect(ofFrom).toHaveLength(1);
  });

  it('refuses bots, strangers, suspended accounts, oneself and empty reasons, and changes nothing then', async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const [from, into, banned] = [await signUp(service), await signUp(service), await signUp(service)];
    const { createBot } = await from.query(
      `mutation { createBot(input: { handle: "no-merge-bot" }) { user { id } userErrors { code } } }`,
    );
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [banned.userId]);
    const before = await stateOf([from, into, banned]);
    const attempt = async (a: string, b: string, reason = 'why') =>
      outcomeOf(await admin.send(ADMIN_MERGE, { from: a, into: b, reason }));
    expect([
      await attempt(createBot.user.id, into.id),
      await attempt(into.id, createBot.user.id),
      await attempt(Buffer.from('User:999999').toString('base64url'), into.id),
      await attempt(banned.id, into.id),
      await attempt(from.id, banned.id),
      await attempt(from.id, from.id),
      await attempt(admin.id, into.id),
      await attempt(from.id, admin.id),
      await attempt(from.id, into.id, '  '),
      await attempt(from.id, into.id, 'x'.repeat(501)),
      await attempt('nonsense', into.id),
    ]).toEqual([
      'INVALID_INPUT',
      'INVALID_INPUT',
      'NOT_FOUND',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'BAD_USER_INPUT',
    ]);
    expect(await stateOf([from, into, banned])).toEqual(before);
  });
});
