import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { walk } from '../../support/paging.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, expectDenied, signUpCast } from '../roles/support.js';
import { COMMIT, document, stage, stageOne, VOTE, type Staged } from './support.js';

const QUEUE = `query ($version: String, $kinds: [MappingKind!], $orderBy: ReviewOrder, $first: Int, $after: String) {
  reviewQueue(version: $version, kinds: $kinds, orderBy: $orderBy, first: $first, after: $after) {
    nodes { srg sequence state votes { for against } weight { classes } } pageInfo { hasNextPage endCursor } } }`;

/** Staged in this order. */
const STAGED = ['func_2006_f', 'p_2000_1_', 'field_1002_c', 'func_2041_b', 'func_2000_a', 'func_2007_f'];
/** Those that carry the entries, by the sample's files. */
const CLASSES: Record<string, number> = { p_2000_1_: 5, func_2000_a: 5, func_2041_b: 2 };

let service: TestService;
let author: Person;
let maintainer: Person;
const staged: Record<string, Staged> = {};
beforeAll(async () => {
  service = await startTestService();
  author = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  for (const srg of STAGED) {
    staged[srg] = srg.includes('2000')
      ? await document(author, srg, `About ${srg}.`)
      : await stageOne(author, srg, `renamed${srg.replace(/\W/g, '')}`);
  }
  const voters = await Promise.all([signUp(service), signUp(service), signUp(service)]);
  const vote = async (srg: string, ...votes: boolean[]) => {
    for (const [i, isFor] of votes.entries()) {
      expect(outcomeOf(await voters[i]!.send(VOTE, { change: staged[srg]!.id, for: isFor }))).toBe('OK');
    }
  };
  await vote('field_1002_c', true, true, false);
  await vote('func_2007_f', true, true);
  await vote('func_2041_b', true);
  await vote('func_2006_f', false, false);
  await vote('p_2000_1_', true, false);
});
afterAll(() => service.close());

interface Queued {
  srg: string;
  sequence: number;
  state: string;
  votes: { for: number; against: number };
  weight: { classes: number };
}

async function queue(variables: object = {}, client: TestClient = maintainer): Promise<Queued[]> {
  return (await client.query(QUEUE, variables)).reviewQueue.nodes;
}

const srgs = (rows: Queued[]) => rows.map(({ srg }) => srg);

describe('reviewQueue', () => {
  it('is for those who decide, for the version concerned', async () => {
    const cast = await signUpCast(service);
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        suspendedAdmin: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
      },
      (client) => client.send(QUEUE),
    );
    const others = Object.values(Permission).filter((permission) => permission !== Permission.MAPPING_COMMIT);
    const unfit = await programOf(service, cast.admin, others);
    expect((await unfit.refused(QUEUE)).extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'MAPPING_COMMIT' });
    for (const client of [cast.maintainer, cast.releaseManager, cast.admin, cast.adminProgram, cast.adminBot.program]) {
      expect(await queue({}, client)).toHaveLength(STAGED.length);
    }
    const other = await addVersion(service, '0.9');
    const local = await signUp(service, { roles: [RoleName.MAINTAINER], gameVersionId: other });
    expect(await queue({ version: '0.9' }, local)).toEqual([]);
    expect((await local.refused(QUEUE)).extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'MAPPING_COMMIT' });
    expect((await maintainer.refused(QUEUE, { version: '9.9' })).extensions.code).toBe('NOT_FOUND');
  });

  it('brings what has the most votes first, then the oldest, unless asked otherwise', async () => {
    const byVotes = ['func_2007_f', 'field_1002_c', 'func_2041_b', 'p_2000_1_', 'func_2000_a', 'func_2006_f'];
    expect(srgs(await queue())).toEqual(byVotes);
    expect(srgs(await queue({ orderBy: 'VOTES', version: '0.0-sample' }))).toEqual(byVotes);
    expect((await queue()).map(({ votes }) => votes.for - votes.against)).toEqual([2, 1, 1, 0, 0, -2]);
    expect(srgs(await queue({ orderBy: 'AGE' }))).toEqual(STAGED);
    const byWeight = await queue({ orderBy: 'WEIGHT' });
    expect(srgs(byWeight)).toEqual([
      'p_2000_1_',
      'func_2000_a',
      'func_2041_b',
      'func_2006_f',
      'field_1002_c',
      'func_2007_f',
    ]);
    expect(byWeight.map(({ weight }) => weight.classes)).toEqual(byWeight.map(({ srg }) => CLASSES[srg] ?? 1));
  });

  it('brings the kinds that are asked for, and counts them', async () => {
    const counted = `query ($kinds: [MappingKind!]) { reviewQueue(kinds: $kinds, first: 1) { totalCount nodes { srg } } }`;
    const of = async (...kinds: string[]) => (await maintainer.query(counted, { kinds })).reviewQueue;
    expect(await of('METHOD')).toEqual({ totalCount: 4, nodes: [{ srg: 'func_2007_f' }] });
    expect(await of('FIELD', 'PARAMETER')).toEqual({ totalCount: 2, nodes: [{ srg: 'field_1002_c' }] });
    expect(await of('CLASS')).toEqual({ totalCount: 0, nodes: [] });
  });

  it.each(['VOTES', 'AGE', 'WEIGHT'])('by %s is read in pages as it is at once', async (orderBy) => {
    const whole = await queue({ orderBy });
    for (const first of [1, 2, 4]) {
      const { rows } = await walk<Queued>(async (after) => {
        const { reviewQueue } = await maintainer.query(QUEUE, { orderBy, first, after });
        return { rows: reviewQueue.nodes, ...reviewQueue.pageInfo };
      });
      expect(rows).toEqual(whole);
    }
  });

  it('takes no cursor of another order or another list', async () => {
    const { endCursor } = (await maintainer.query(QUEUE, { first: 1 })).reviewQueue.pageInfo;
    const refused = async (after: string) =>
      (await maintainer.refused(QUEUE, { orderBy: 'WEIGHT', after })).extensions.code;
    expect(await refused(endCursor)).toBe('BAD_USER_INPUT');
    expect(await refused(Buffer.from('[1]').toString('base64url'))).toBe('BAD_USER_INPUT');
    expect(await refused(Buffer.from('["WEIGHT",1,"x"]').toString('base64url'))).toBe('BAD_USER_INPUT');
    expect(await refused('x')).toBe('BAD_USER_INPUT');
  });

  it('GQ17 costs the same number of statements however long it is', async () => {
    const cost = async (orderBy: string, first: number) => {
      const before = service.db.statementCount;
      await maintainer.query(QUEUE, { orderBy, first });
      return service.db.statementCount - before;
    };
    // Who calls is asked the first time.
    await cost('VOTES', 1);
    for (const orderBy of ['VOTES', 'AGE', 'WEIGHT']) {
      // Versions, the page, weights.
      expect([orderBy, await cost(orderBy, 1), await cost(orderBy, 6)]).toEqual([orderBy, 3, 3]);
    }
  });

  it('has what is staged now: neither what was decided nor what another proposal replaced', async () => {
    const [committed] = await stage(author, { func_2044_b: 'shake' });
    const replaced = await stageOne(author, 'func_2047_b', 'leap');
    const replacing = await stageOne(author, 'func_2047_b', 'leapUp');
    await maintainer.query(COMMIT, { changes: [committed!.id] });
    const sequences = (await queue({ orderBy: 'AGE' })).map(({ sequence }) => sequence);
    expect(sequences).toContain(replacing.sequence);
    expect(sequences).not.toContain(replaced.sequence);
    expect(sequences).not.toContain(committed!.sequence);
    expect((await queue()).every(({ state }) => state === 'STAGED')).toBe(true);
  });
});

describe('Change.weight', () => {
  const WEIGHT = `query ($id: ID!) { node(id: $id) { ... on Change { weight { classes namedSince } } } }`;
  const weightOf = async ({ id }: Staged) => (await service.client().query(WEIGHT, { id })).node.weight;

  it('says since when the name is public: from its last renaming, whatever was documented since', async () => {
    const change = await stageOne(author, 'func_2049_a', 'sendAll');
    expect(await weightOf(change)).toEqual({ classes: 1, namedSince: null });
    const { commitChanges } = await maintainer.query(COMMIT, { changes: [change.id] });
    const since = commitChanges.changes[0].decidedAt;
    expect(since).toEqual(expect.any(String));
    const documented = await document(author, 'func_2049_a', 'Sends all.');
    await maintainer.query(COMMIT, { changes: [documented.id] });
    const next = await document(author, 'func_2049_a', 'Sends everything.');
    for (const each of [change, documented, next]) {
      expect(await weightOf(each)).toEqual({ classes: 1, namedSince: since });
    }
  });

  it('does not say so where history does not, and counts no class where the entry is gone', async () => {
    const change = await stageOne(author, 'field_1009_b', 'bark');
    await maintainer.query(COMMIT, { changes: [change.id] });
    await service.db.query(`UPDATE mappings SET name = 'otherwise' WHERE srg = 'field_1009_b'`);
    expect(await weightOf(change)).toEqual({ classes: 1, namedSince: null });
    await service.db.query(`DELETE FROM mappings WHERE srg = 'field_1009_b'`);
    expect(await weightOf(change)).toEqual({ classes: 0, namedSince: null });
    const staged = await stageOne(author, 'field_1011_a', 'thorns');
    await service.db.query(`DELETE FROM mappings WHERE srg = 'field_1011_a'`);
    expect((await queue({ orderBy: 'WEIGHT' })).at(-1)).toMatchObject({
      sequence: staged.sequence,
      weight: { classes: 0 },
    });
  });
});
