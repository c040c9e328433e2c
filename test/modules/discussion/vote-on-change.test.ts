import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, expectDenied, makeBot, signUpCast } from '../roles/support.js';
import { COMMIT, leavesAlone, REJECT, stage, stageOne, VOTE, wrongTallies } from './support.js';

let service: TestService;
let author: Person;
let maintainer: Person;
beforeAll(async () => {
  service = await startTestService();
  author = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
afterAll(async () => {
  expect(await wrongTallies(service)).toEqual([]);
  await service.close();
});

const votesOf = async (person: Person, change: string) =>
  (
    await person.query(`query ($id: ID!) { node(id: $id) { ... on Change { votes { for against viewerVote } } } }`, {
      id: change,
    })
  ).node.votes;

describe('voteOnChange', () => {
  it('is for everyone with an account, and for nobody and no token without the permission', async () => {
    const { id: change } = await stageOne(author, 'func_2006_f', 'isWilted');
    const cast = await signUpCast(service);
    await leavesAlone(service, () =>
      expectDenied(
        service,
        cast,
        { anonymous: 'UNAUTHENTICATED', suspendedAdmin: 'UNAUTHENTICATED', adminBot: 'INVALID_INPUT' },
        (client) => client.send(VOTE, { change, for: true }),
      ),
    );
    const others = Object.values(Permission).filter((permission) => permission !== Permission.MAPPING_VOTE);
    const unfit = await programOf(service, cast.admin, others);
    await leavesAlone(service, async () => {
      expect((await unfit.refused(VOTE, { change, for: true })).extensions).toMatchObject({
        code: 'FORBIDDEN',
        permission: 'MAPPING_VOTE',
      });
    });
    const roles = ['user', 'contributor', 'maintainer', 'releaseManager', 'moderator', 'staleAdmin'] as const;
    for (const role of roles)
      expect([role, outcomeOf(await cast[role].send(VOTE, { change, for: true }))]).toEqual([role, 'OK']);
    expect(outcomeOf(await cast.adminProgram.send(VOTE, { change, for: false }))).toBe('OK');
    expect(await votesOf(cast.admin, change)).toEqual({ for: 6, against: 1, viewerVote: false });
  });

  it('is refused to a token for another game version', async () => {
    const { id: change } = await stageOne(author, 'func_2007_f', 'wilt');
    const [voter, other] = [await signUp(service), await addVersion(service, '0.9')];
    const program = await programOf(service, voter);
    await service.db.query(`UPDATE api_tokens SET game_version_ids = ARRAY[$2::int] WHERE user_id = $1`, [
      voter.userId,
      other,
    ]);
    await leavesAlone(service, async () => {
      expect((await program.refused(VOTE, { change, for: true })).extensions).toMatchObject({
        code: 'FORBIDDEN',
        permission: 'MAPPING_VOTE',
      });
    });
  });

  it('counts one vote a person, which can be turned and taken back', async () => {
    const { id: change } = await stageOne(author, 'func_2009_h_', 'spread');
    const [one, two] = [await signUp(service), await signUp(service)];
    const vote = async (person: Person, isFor: boolean | null) => {
      const { voteOnChange } = await person.query(VOTE, { change, for: isFor });
      expect(voteOnChange.userErrors).toEqual([]);
      return voteOnChange.change.votes;
    };
    expect(await vote(one, null)).toEqual({ for: 0, against: 0, viewerVote: null });
    expect(await vote(one, true)).toEqual({ for: 1, against: 0, viewerVote: true });
    expect(await vote(one, true)).toEqual({ for: 1, against: 0, viewerVote: true });
    expect(await vote(two, false)).toEqual({ for: 1, against: 1, viewerVote: false });
    expect(await vote(one, false)).toEqual({ for: 0, against: 2, viewerVote: false });
    expect(await vote(two, null)).toEqual({ for: 0, against: 1, viewerVote: null });
    // Not given is taken back, as null is.
    const left = await one.query(
      `mutation ($change: ID!) { voteOnChange(input: { change: $change }) { change { votes { for against viewerVote } } } }`,
      { change },
    );
    expect(left.voteOnChange.change.votes).toEqual({ for: 0, against: 0, viewerVote: null });
  });

  it('is for what is staged alone', async () => {
    const [committed, rejected, undone, superseded] = await stage(author, {
      func_2010_h__: 'prune',
      func_2013_b: 'bend',
      func_2016_c: 'shed',
      func_2023_e: 'clearAll',
    });
    expect(outcomeOf(await maintainer.send(COMMIT, { changes: [committed!.id] }))).toBe('OK');
    expect(outcomeOf(await maintainer.send(REJECT, { change: rejected!.id }))).toBe('OK');
    const undo = `mutation { undoChange(input: { srg: "func_2016_c" }) { userErrors { code } } }`;
    expect(outcomeOf(await author.send(undo))).toBe('OK');
    await stageOne(author, 'func_2023_e', 'clearEverything');
    const voter = await signUp(service);
    await leavesAlone(service, async () => {
      for (const change of [committed!, rejected!, undone!, superseded!]) {
        const { voteOnChange } = await voter.query(VOTE, { change: change.id, for: true });
        expect(voteOnChange).toEqual({
          change: null,
          userErrors: [{ code: 'STALE', message: expect.stringContaining('is not staged any more'), path: ['change'] }],
        });
      }
    });
  });

  it("is not for one's own changes, those of one's bots, or those of accounts that are one's own now", async () => {
    const { id: own } = await stageOne(author, 'func_2024_f', 'findFree');
    const bot = await makeBot(service, author);
    const { id: ofBot } = await stageOne(bot.program, 'func_2034_b', 'emptyOut');
    const [stays, goes] = [await signUp(service), await signUp(service)];
    const { id: ofMerged } = await stageOne(goes, 'func_2044_b', 'shake');
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [goes.userId, stays.userId]);
    await leavesAlone(service, async () => {
      expect(outcomeOf(await author.send(VOTE, { change: own, for: true }))).toBe('INVALID_INPUT');
      expect(outcomeOf(await author.send(VOTE, { change: own }))).toBe('INVALID_INPUT');
      expect(outcomeOf(await author.send(VOTE, { change: ofBot, for: true }))).toBe('INVALID_INPUT');
      expect(outcomeOf(await bot.program.send(VOTE, { change: ofMerged, for: true }))).toBe('INVALID_INPUT');
      expect(outcomeOf(await stays.send(VOTE, { change: ofMerged, for: true }))).toBe('INVALID_INPUT');
    });
  });

  it('names what it does not find', async () => {
    const nobody = encodeId('Change', 999_999);
    expect(outcomeOf(await author.send(VOTE, { change: nobody, for: true }))).toBe('NOT_FOUND');
    expect(outcomeOf(await author.send(VOTE, { change: encodeId('Change', '1e9'), for: true }))).toBe('NOT_FOUND');
    expect(outcomeOf(await author.send(VOTE, { change: author.id, for: true }))).toBe('BAD_USER_INPUT');
  });

  it('is limited to 600 an hour', async () => {
    const { id: change } = await stageOne(author, 'func_2047_b', 'leap');
    const voter = await signUp(service);
    await service.auth.limits.take({ limit: 'votes', key: String(voter.userId), points: 599 });
    expect(outcomeOf(await voter.send(VOTE, { change, for: true }))).toBe('OK');
    await leavesAlone(service, async () => {
      expect(outcomeOf(await voter.send(VOTE, { change, for: false }))).toBe('RATE_LIMITED');
    });
  });

  it('loses no vote of those who vote at once', async () => {
    const [first, second] = await stage(author, { func_2049_a: 'sendAll', func_2056_c: 'readAll' });
    const voters = await Promise.all(Array.from({ length: 12 }, () => signUp(service)));
    const calls = voters.flatMap((voter, i) => [
      voter.send(VOTE, { change: first!.id, for: i % 3 === 0 }),
      voter.send(VOTE, { change: second!.id, for: true }),
      voter.send(VOTE, { change: second!.id, for: i % 2 === 0 }),
    ]);
    expect((await Promise.all(calls)).map(outcomeOf).filter((outcome) => outcome !== 'OK')).toEqual([]);
    expect(await votesOf(voters[0]!, first!.id)).toEqual({ for: 4, against: 8, viewerVote: true });
    const { for: isFor, against } = await votesOf(voters[0]!, second!.id);
    expect(isFor + against).toBe(12);
    expect(await wrongTallies(service)).toEqual([]);
  });

  it('counts before a decision or not at all', async () => {
    const { id: change } = await stageOne(author, 'func_2058_c', 'flowDown');
    const voters = await Promise.all(Array.from({ length: 6 }, () => signUp(service)));
    const [decided, ...voted] = await Promise.all([
      maintainer.send(COMMIT, { changes: [change] }),
      ...voters.map((voter) => voter.send(VOTE, { change, for: true })),
    ]);
    expect(outcomeOf(decided)).toBe('OK');
    const outcomes = voted.map(outcomeOf);
    expect(outcomes.filter((outcome) => outcome !== 'OK' && outcome !== 'STALE')).toEqual([]);
    expect((await votesOf(author, change)).for).toBe(outcomes.filter((outcome) => outcome === 'OK').length);
    expect(await wrongTallies(service)).toEqual([]);
  });

  it('does not wait for the pen of history', async ({ skip }) => {
    skip(service.db.kind === 'embedded', 'which has one connection');
    const { id: change } = await stageOne(author, 'func_2061_c', 'mixAll');
    const voter = await signUp(service);
    await service.db.transaction(async (tx) => {
      await tx.query(`SELECT FROM history_head FOR UPDATE`);
      expect(outcomeOf(await voter.send(VOTE, { change, for: true }))).toBe('OK');
    });
  });
});

describe('Change.votes', () => {
  it('shows everyone the tally, and each caller their own vote, in one statement for all changes', async () => {
    const changes = await stage(author, { field_1002_c: 'mood', field_1007_c: 'minAge', field_1009_b: 'bark' });
    const voter = await signUp(service);
    await voter.query(VOTE, { change: changes[0]!.id, for: true });
    await voter.query(VOTE, { change: changes[2]!.id, for: false });
    const list = `query ($first: Int) { changes(first: $first, states: [STAGED], kinds: [FIELD]) { nodes { votes { for against viewerVote } } } }`;
    const seen = async (client: Pick<Person, 'query'>) =>
      (await client.query(list, { first: 3 })).changes.nodes.map(({ votes }: { votes: object }) => votes);
    expect(await seen(voter)).toEqual([
      { for: 0, against: 1, viewerVote: false },
      { for: 0, against: 0, viewerVote: null },
      { for: 1, against: 0, viewerVote: true },
    ]);
    for (const other of [author, service.client()]) {
      expect((await seen(other)).map(({ viewerVote }: { viewerVote: unknown }) => viewerVote)).toEqual([
        null,
        null,
        null,
      ]);
    }
    const cost = async (first: number) => {
      const before = service.db.statementCount;
      await voter.query(list, { first });
      return service.db.statementCount - before;
    };
    expect(await cost(3)).toBe(await cost(1));
  });
});
