import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { openEmbedded } from '../../../src/db/embedded.js';
import { migrate } from '../../../src/db/index.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { giveRole, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import { naming, staged } from '../changes/support.js';
import { answersOf } from './answers.js';
import { dumpOf, linesOf, peopled, PRIVATE, restore, rowOf, type World } from './support.js';
import { gunzipSync } from 'node:zlib';

let source: TestService;
let world: World;
let copy: TestService;
let copyDb: TestDatabase;
let dump: Awaited<ReturnType<typeof dumpOf>>;
beforeAll(async () => {
  source = await startTestService();
  world = await peopled(source);
  dump = await dumpOf(source.db);
  copyDb = await openTestDatabase();
  await restore(copyDb, dump.bytes);
  copy = await startTestService({ sample: false, db: copyDb });
});
afterAll(async () => {
  await copy.close();
  await copyDb.close();
  await source.close();
});

describe('a restored dump', () => {
  test('gives the same answers to everything that anyone may ask, ids and cursors included', async () => {
    const expected = await answersOf(source);
    const found = await answersOf(copy);
    for (const [question, answer] of Object.entries(expected)) expect(found[question], question).toEqual(answer);
    // That they are answers.
    const failed = Object.values(expected as Record<string, { errors?: unknown; statusCode?: number }>).filter(
      ({ errors, statusCode = 200 }) => errors !== undefined || statusCode !== 200,
    );
    expect(failed).toEqual([]);
    expect(JSON.stringify(expected).length).toBeGreaterThan(100_000);
  });

  test('has a history that verifies, and ends where the other one does', async () => {
    const before = await verifyHistory(source.db);
    expect(before.problems).toEqual([]);
    expect(await verifyHistory(copyDb)).toEqual(before);
    expect(dump.report.history).toEqual({ changes: before.changes.end, decisions: before.decisions.end });
  });

  test('is the same dump again', async () => {
    const again = await dumpOf(copyDb);
    expect(again.report.contentSha256).toBe(dump.report.contentSha256);
    expect(again.report.counts).toEqual(dump.report.counts);
    const [header] = linesOf(dump.bytes);
    expect(linesOf(again.bytes)[0]).toEqual({ ...header, madeAt: again.report.madeAt.toISOString() });
  });

  test('goes between the embedded database and PostgreSQL', async () => {
    const embedded = await openEmbedded({});
    try {
      await migrate(embedded);
      await restore(embedded, dump.bytes);
      const there = await dumpOf(embedded);
      expect(there.report.contentSha256).toBe(dump.report.contentSha256);
      if (inject('postgresql') === null) return;
      const back = await openTestDatabase();
      try {
        await restore(back, there.bytes);
        expect((await dumpOf(back)).report.contentSha256).toBe(dump.report.contentSha256);
      } finally {
        await back.close();
      }
    } finally {
      await embedded.close();
    }
  });
});

describe('SE1 a dump holds nothing of how people come in', () => {
  const text = () => gunzipSync(dump.bytes).toString();

  test('no secret that was ever minted, no private column, and no handle of an account that is erased', () => {
    expect(source.secrets.values.size).toBeGreaterThan(10);
    source.secrets.expectNoneIn(text(), 'the dump');
    for (const encoding of ['utf8', 'base64', 'hex'] as const) {
      // Of base64 whatever does not depend on what stands before.
      expect(text()).not.toContain(Buffer.from(PRIVATE).toString(encoding).slice(0, 24));
    }
    expect(text()).not.toContain('dave-who-left');
    expect(text()).not.toContain('mail.example');
  });

  test('of people their number, handle, whether they are bots, since when, and what became of the account', () => {
    const users = linesOf(dump.bytes).filter((line) => 'handle' in line);
    const fields = ['id', 'handle', 'isBot', 'createdAt', 'erased', 'mergedIntoId'];
    for (const user of users) expect(Object.keys(user as object)).toEqual(fields);
    const { id: into } = users.find(({ handle }) => handle === 'carol');
    expect(users.find(({ handle }) => handle === 'carol-of-old')).toMatchObject({ mergedIntoId: into, erased: false });
    expect(users.find(({ id }) => id === world.erased.userId)).toMatchObject({ erased: true });
    expect(rowOf(linesOf(dump.bytes), 'releaseYanks')).not.toHaveProperty('via');
  });

  test('so nobody has a way in or a right afterwards', async () => {
    const [left] = await copyDb.query(
      `SELECT (SELECT count(*)::int FROM identities) + (SELECT count(*)::int FROM sessions) + (SELECT count(*)::int FROM api_tokens)
            + (SELECT count(*)::int FROM role_grants) + (SELECT count(*)::int FROM webhooks) AS count`,
    );
    expect(left).toEqual({ count: 0 });
    const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code } } }`;
    const input = { handle: world.bob.handle, password: world.bob.password };
    const { data } = await copy.client().send(signIn, { input });
    expect(data.signIn).toEqual({ viewer: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
  });
});

/** Does what makes a row of each numbered table. @returns their ids */
async function goOn(service: TestService, name: string): Promise<Record<string, unknown>> {
  const person = await signUp(service, { handle: name });
  await giveRole(service, person.userId, RoleName.MAINTAINER);
  const [change] = await staged(person, naming({ func_2006_f: `as${name}` }), { version: '1.1', force: true });
  const { commentOnChange } = await person.query(
    `mutation ($input: CommentOnChangeInput!) { commentOnChange(input: $input) { comment { id } userErrors { code } } }`,
    { input: { change: change!.id, body: 'After it.' } },
  );
  await importCopies(service.db, ['1.2'], { named: false });
  const { class: plant } = await person.query(`{ class(version: "1.2", name: "Plant") { id version { id } } }`);
  const release = await publishAsService(service.db, {
    version: '1.1',
    channel: 'STABLE',
    now: new Date(),
    via: 'shell',
  });
  return {
    user: person.id,
    sequence: change!.sequence,
    change: change!.id,
    comment: commentOnChange.comment.id,
    version: plant.version.id,
    classOf: plant.id,
    release: [release.id, release.name],
  };
}

describe('naming goes on', () => {
  test('votes add to the tally that stands', async () => {
    const tally = `query ($srg: String!) { mapping(version: "1.0", srg: $srg) { staged { id votes { for against } } } }`;
    const person = await signUp(copy, { handle: 'voter' });
    const { mapping } = await person.query(tally, { srg: 'func_2047_b' });
    const vote = async (isFor: boolean | null) => {
      const { voteOnChange } = await person.query(
        `mutation ($input: VoteOnChangeInput!) { voteOnChange(input: $input) { change { votes { for against } } userErrors { code } } }`,
        { input: { change: mapping?.staged?.id, for: isFor } },
      );
      return voteOnChange.change.votes;
    };
    const { for: pro, against } = mapping.staged.votes;
    expect({ pro, against }).toEqual({ pro: 2, against: 1 });
    expect(await vote(true)).toEqual({ for: 3, against: 1 });
    expect(await vote(false)).toEqual({ for: 2, against: 2 });
    expect(await vote(null)).toEqual({ for: 2, against: 1 });
  });

  test('with the next numbers of every kind, those of removed rows left out', async () => {
    await signUp(source, { handle: 'voter' });
    expect(await goOn(copy, 'Later')).toEqual(await goOn(source, 'Later'));
    expect((await verifyHistory(copyDb)).problems).toEqual([]);
    expect((await verifyHistory(copyDb)).changes.end.split(':')[0]).toBe(
      (await verifyHistory(source.db)).changes.end.split(':')[0],
    );
  });

  test('with handles that are their owners’, whom an administrator gives a way in', async () => {
    await expect(signUp(copy, { handle: 'al1ce' })).rejects.toThrow('HANDLE_TAKEN');
    const admin = await signUp(copy, { handle: 'new-keeper', roles: [RoleName.ADMIN] });
    const { adminLinkIdentity } = await admin.query(
      `mutation ($input: AdminLinkIdentityInput!) { adminLinkIdentity(input: $input) { user { handle identities { provider } } userErrors { code } } }`,
      { input: { user: world.alice.id, provider: 'GITHUB', subject: '70001', displayName: 'alice', reason: 'known' } },
    );
    expect(adminLinkIdentity).toEqual({
      user: { handle: 'Alice', identities: [{ provider: 'GITHUB' }] },
      userErrors: [],
    });
  });
});
