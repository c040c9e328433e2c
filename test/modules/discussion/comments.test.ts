import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { walk } from '../../support/paging.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, expectDenied, logged, makeBot, signUpCast, type Cast } from '../roles/support.js';
import { COMMENT, COMMIT, leavesAlone, REJECT, stage, stageOne } from './support.js';

const EDIT = `mutation ($comment: ID!, $body: String!) {
  editComment(input: { comment: $comment, body: $body }) { comment { id body editedAt } userErrors { code message path } } }`;
const DELETE = `mutation ($id: ID!) { deleteComment(input: { id: $id }) { ok userErrors { code path } } }`;
const BODIES = `query ($id: ID!) { node(id: $id) { ... on Change { comments { nodes { body } totalCount } } } }`;

let service: TestService;
let author: Person;
let cast: Cast;
let change: string;
beforeAll(async () => {
  service = await startTestService();
  author = await signUp(service);
  cast = await signUpCast(service);
  change = (await stageOne(author, 'func_2006_f', 'isWilted')).id;
});
afterAll(() => service.close());

/** Says something. @returns the global id of the comment */
async function say(client: TestClient, body: string, of = change): Promise<string> {
  const { commentOnChange } = await client.query(COMMENT, { change: of, body });
  expect(commentOnChange.userErrors).toEqual([]);
  return commentOnChange.comment.id;
}

const saidOf = async (id: string): Promise<string[]> =>
  (await author.query(BODIES, { id })).node.comments.nodes.map(({ body }: { body: string }) => body);

const without = (permission: Permission) =>
  programOf(
    service,
    cast.admin,
    Object.values(Permission).filter((each) => each !== permission),
  );

const NOBODY = { anonymous: 'UNAUTHENTICATED', suspendedAdmin: 'UNAUTHENTICATED' } as const;

describe('commentOnChange', () => {
  it('is for everyone with an account, bots too, and for nobody and no token without the permission', async () => {
    await leavesAlone(service, () =>
      expectDenied(service, cast, NOBODY, (client) => client.send(COMMENT, { change, body: 'good' })),
    );
    const unfit = await without(Permission.MAPPING_VOTE);
    const scoped = await programOf(service, cast.user);
    await service.db.query(`UPDATE api_tokens SET game_version_ids = ARRAY[$2::int] WHERE user_id = $1`, [
      cast.user.userId,
      await addVersion(service, '0.9'),
    ]);
    await leavesAlone(service, async () => {
      for (const client of [unfit, scoped]) {
        expect((await client.refused(COMMENT, { change, body: 'good' })).extensions).toMatchObject({
          code: 'FORBIDDEN',
          permission: 'MAPPING_VOTE',
        });
      }
    });
    const clients: Record<string, TestClient> = {
      user: cast.user,
      contributor: cast.contributor,
      maintainer: cast.maintainer,
      releaseManager: cast.releaseManager,
      moderator: cast.moderator,
      admin: cast.admin,
      staleAdmin: cast.staleAdmin,
      adminProgram: cast.adminProgram,
      adminBot: cast.adminBot.program,
    };
    for (const [name, client] of Object.entries(clients)) {
      expect([name, outcomeOf(await client.send(COMMENT, { change, body: name }))]).toEqual([name, 'OK']);
    }
    expect((await saidOf(change)).sort()).toEqual(Object.keys(clients).sort());
  });

  it('keeps the words as they were meant, whatever became of the change', async () => {
    const maintainer = cast.maintainer;
    const [committed, rejected] = await stage(author, { func_2007_f: 'wilt', func_2010_h__: 'prune' });
    await maintainer.query(COMMIT, { changes: [committed!.id] });
    await maintainer.query(REJECT, { change: rejected!.id });
    for (const { id } of [committed!, rejected!]) {
      const { commentOnChange } = await author.query(COMMENT, { change: id, body: '  one\r\n\ttwo\rthree 🌱 \n' });
      expect(commentOnChange).toEqual({
        comment: {
          id: expect.any(String),
          body: 'one\n\ttwo\nthree 🌱',
          author: { handle: author.handle },
          createdAt: expect.any(String),
          editedAt: null,
        },
        userErrors: [],
      });
      expect(await saidOf(id)).toEqual(['one\n\ttwo\nthree 🌱']);
    }
  });

  it('takes 1 to 2000 characters without control characters', async () => {
    const id = await say(author, 'x'.repeat(2_000));
    await leavesAlone(service, async () => {
      for (const body of [
        '',
        ' \n\t ',
        'x'.repeat(2_001),
        'a\0b',
        'a\u001b[31mb',
        'a\u007fb',
        'a\u0085b',
        'a\ud800b',
      ]) {
        const { commentOnChange } = await author.query(COMMENT, { change, body });
        expect(commentOnChange).toEqual({
          comment: null,
          userErrors: [{ code: 'INVALID_INPUT', message: expect.any(String), path: ['body'] }],
        });
        expect(outcomeOf(await author.send(EDIT, { comment: id, body }))).toBe('INVALID_INPUT');
      }
      expect(outcomeOf(await author.send(COMMENT, { change: encodeId('Change', 999_999), body: 'x' }))).toBe(
        'NOT_FOUND',
      );
      expect(outcomeOf(await author.send(COMMENT, { change: author.id, body: 'x' }))).toBe('BAD_USER_INPUT');
    });
  });

  it('is limited to 60 an hour, edits included', async () => {
    const talker = await signUp(service);
    await service.auth.limits.take({ limit: 'comments', key: String(talker.userId), points: 58 });
    const id = await say(talker, 'one');
    expect(outcomeOf(await talker.send(EDIT, { comment: id, body: 'two' }))).toBe('OK');
    await leavesAlone(service, async () => {
      expect(outcomeOf(await talker.send(COMMENT, { change, body: 'three' }))).toBe('RATE_LIMITED');
      expect(outcomeOf(await talker.send(EDIT, { comment: id, body: 'three' }))).toBe('RATE_LIMITED');
    });
    expect(outcomeOf(await talker.send(DELETE, { id }))).toBe('OK');
  });
});

describe('editComment', () => {
  it('is for its author alone', async () => {
    const comment = await say(cast.admin, 'from the admin');
    const denied = {
      ...NOBODY,
      user: 'NOT_FOUND',
      maintainer: 'NOT_FOUND',
      moderator: 'NOT_FOUND',
      adminBot: 'NOT_FOUND',
    };
    await leavesAlone(service, () =>
      expectDenied(service, cast, denied, (client) => client.send(EDIT, { comment, body: 'other words' })),
    );
    await leavesAlone(service, async () => {
      const unfit = await without(Permission.MAPPING_VOTE);
      expect((await unfit.refused(EDIT, { comment, body: 'other' })).extensions).toMatchObject({
        code: 'FORBIDDEN',
        permission: 'MAPPING_VOTE',
      });
      expect(outcomeOf(await cast.admin.send(EDIT, { comment: encodeId('Comment', 999_999), body: 'x' }))).toBe(
        'NOT_FOUND',
      );
    });
    const { editComment } = await cast.adminProgram.query(EDIT, { comment, body: ' other words ' });
    expect(editComment).toEqual({
      comment: { id: comment, body: 'other words', editedAt: expect.any(String) },
      userErrors: [],
    });
  });
});

describe('deleteComment', () => {
  it("is for its author, and for those who suspend; the latter's is written down", async () => {
    const writer = await signUp(service);
    const [first, second, third] = [await say(writer, '1st'), await say(writer, '2nd'), await say(writer, '3rd')];
    await leavesAlone(service, () =>
      expectDenied(
        service,
        cast,
        {
          ...NOBODY,
          user: 'FORBIDDEN',
          contributor: 'FORBIDDEN',
          maintainer: 'FORBIDDEN',
          releaseManager: 'FORBIDDEN',
        },
        (client) => client.send(DELETE, { id: first }),
      ),
    );
    await leavesAlone(service, async () => {
      expect((await cast.maintainer.refused(DELETE, { id: first })).extensions).toMatchObject({
        permission: 'USER_SUSPEND',
      });
      const unfit = await programOf(service, writer, [Permission.MAPPING_PROPOSE]);
      expect((await unfit.refused(DELETE, { id: first })).extensions).toMatchObject({ permission: 'MAPPING_VOTE' });
      const voter = await programOf(service, cast.moderator, [Permission.MAPPING_VOTE]);
      expect((await voter.refused(DELETE, { id: first })).extensions).toMatchObject({ permission: 'USER_SUSPEND' });
    });
    const before = (await logged(service, 'comment.delete')).length;
    expect((await writer.query(DELETE, { id: first })).deleteComment).toEqual({ ok: true, userErrors: [] });
    expect(await logged(service, 'comment.delete')).toHaveLength(before);
    expect((await writer.query(DELETE, { id: first })).deleteComment).toEqual({
      ok: false,
      userErrors: [{ code: 'NOT_FOUND', path: ['id'] }],
    });

    expect(outcomeOf(await cast.moderator.send(DELETE, { id: second }))).toBe('OK');
    const suspender = await programOf(service, cast.admin, [Permission.USER_SUSPEND]);
    expect(outcomeOf(await suspender.send(DELETE, { id: third }))).toBe('OK');
    const lines = await logged(service, 'comment.delete');
    expect(lines.slice(before).map(({ actorId, subjectId }) => [actorId, subjectId])).toEqual([
      [cast.moderator.userId, writer.userId],
      [cast.admin.userId, writer.userId],
    ]);
    expect(lines.at(-1)!.detail).toMatch(/^comment \d+ on change \d+$/);
    const seen = `query ($action: String!) { auditEvents(action: $action, first: 1) { nodes { action subject { ... on User { handle } } } } }`;
    expect((await cast.moderator.query(seen, { action: 'comment.delete' })).auditEvents.nodes).toEqual([
      { action: 'comment.delete', subject: { handle: writer.handle } },
    ]);
  });

  it('of a role for one game version does not reach others’ comments', async () => {
    const [version] = await service.db.query<{ id: number }>(`SELECT id FROM game_versions WHERE is_current`);
    const local = await signUp(service, { roles: [RoleName.MODERATOR], gameVersionId: version!.id });
    const id = await say(author, 'still here');
    await leavesAlone(service, async () => {
      expect(outcomeOf(await local.send(DELETE, { id }))).toBe('FORBIDDEN');
    });
  });
});

describe('Change.comments', () => {
  it('lists them oldest first, in pages, and by id', async () => {
    const { id } = await stageOne(author, 'func_2013_b', 'bend');
    const bot = await makeBot(service, author);
    const said: string[] = [];
    for (let i = 0; i < 7; i++) {
      await say(i % 2 === 0 ? author : bot.program, `word ${i}`, id);
      said.push(`word ${i}`);
    }
    const pages = `query ($id: ID!, $after: String) { node(id: $id) { ... on Change {
      comments(first: 3, after: $after) { nodes { id body author { handle } } totalCount pageInfo { hasNextPage endCursor } } } } }`;
    const { rows, pages: count } = await walk<{ id: string; body: string; author: { handle: string } }>(
      async (after) => {
        const { comments } = (await service.client().query(pages, { id, after })).node;
        expect(comments.totalCount).toBe(7);
        return { rows: comments.nodes, ...comments.pageInfo };
      },
    );
    expect(count).toBe(3);
    expect(rows.map(({ body }) => body)).toEqual(said);
    expect(rows.slice(0, 2).map((row) => row.author.handle)).toEqual([author.handle, bot.handle]);
    const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Comment { body } } }`;
    const ids = [rows[6]!.id, encodeId('Comment', 999_999), rows[0]!.id];
    expect((await author.query(nodes, { ids })).nodes).toEqual([{ body: 'word 6' }, null, { body: 'word 0' }]);
    expect((await author.refused(pages, { id, after: 'nonsense' })).extensions.code).toBe('BAD_USER_INPUT');
  });

  it('GQ17 costs the same number of statements for any number of changes and comments', async () => {
    const others = await Promise.all([signUp(service), signUp(service), signUp(service)]);
    const changes = await stage(author, {
      field_1002_c: 'mood',
      field_1007_c: 'minAge',
      field_1009_b: 'bark',
      field_1011_a: 'seed',
    });
    for (const { id } of changes) for (const other of others) await say(other, 'hm', id);
    const list = `query ($changes: Int, $comments: Int) { changes(first: $changes, kinds: [FIELD]) { nodes {
      votes { for viewerVote } weight { classes namedSince }
      comments(first: $comments) { totalCount nodes { body author { handle } } } } } }`;
    const cost = async (changesCount: number, comments: number) => {
      const before = service.db.statementCount;
      await author.query(list, { changes: changesCount, comments });
      return service.db.statementCount - before;
    };
    // Who calls is asked the first time.
    await cost(1, 1);
    const one = await cost(1, 1);
    // Changes, own votes, weights, comments with their counts, authors.
    expect(one).toBe(6);
    expect(await cost(4, 1)).toBe(one);
    expect(await cost(4, 3)).toBe(one);
  });
});
