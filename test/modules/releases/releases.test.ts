import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, staged } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { DAY, publishAt, releaseId } from './support.js';

let service: TestService;
let maintainer: Person;
const DAYS = 5;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  for (const version of ['1.0', '1.1', '1.2']) await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
  for (let day = 0; day < DAYS; day++) {
    for (const version of ['1.0', '1.1']) {
      await staged(maintainer, naming({ field_1_a: `age${day}`, field_2_b: `height${day}` }), { version, force: true });
      await commit(maintainer, { version });
      await publishAt(service.db, version, new Date(Date.UTC(2020, 0, 1) + day * DAY));
      await publishAt(service.db, version, new Date(Date.UTC(2020, 0, 1) + day * DAY), 'STABLE');
    }
  }
});
afterAll(() => service.close());

type Node = { name: string };
const namesOf = ({ nodes }: { nodes: Node[] }) => nodes.map(({ name }) => name);

describe('releases', () => {
  const LIST = `query ($version: String, $channel: ReleaseChannel, $first: Int, $after: String) {
    releases(version: $version, channel: $channel, first: $first, after: $after) {
      nodes { name } totalCount pageInfo { hasNextPage endCursor } } }`;

  test('are listed newest first, page by page', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { releases } = await service.client().query(LIST, { first: 7, after });
      expect(releases.totalCount).toBe(4 * DAYS);
      seen.push(...namesOf(releases));
      if (!releases.pageInfo.hasNextPage) break;
      after = releases.pageInfo.endCursor as string;
    }
    expect(seen).toHaveLength(4 * DAYS);
    expect(seen.slice(0, 4)).toEqual([
      'stable_10-1.1',
      'snapshot_20200105-1.1',
      'stable_9-1.0',
      'snapshot_20200105-1.0',
    ]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('of one version and channel', async () => {
    const { releases } = await service.client().query(LIST, { version: '1.0', channel: 'STABLE' });
    expect(namesOf(releases)).toEqual([9, 7, 5, 3, 1].map((number) => `stable_${number}-1.0`));
    expect(releases.totalCount).toBe(DAYS);
    const nothing = await service.client().query(LIST, { version: '1.2' });
    expect(nothing.releases).toMatchObject({ nodes: [], totalCount: 0 });
    const { extensions } = await service.client().refused(LIST, { version: '9.9' });
    expect(extensions.code).toBe('NOT_FOUND');
  });

  test('cost the same number of statements, however many there are', async () => {
    const DEEP = `query ($first: Int!) {
      gameVersions { nodes { releases(first: $first) { totalCount nodes {
        name version { name } publishedBy { handle } yankedBy { handle } previous { name }
        artifacts { fileName } changes(first: 2) { totalCount nodes { srg author { handle } } } } } } } }`;
    const cost = async (first: number) => {
      const before = service.db.statementCount;
      await service.client().query(DEEP, { first });
      return service.db.statementCount - before;
    };
    await cost(2);
    expect(await cost(8)).toBe(await cost(2));
  });

  test('below their versions, of one channel', async () => {
    const { gameVersions } = await service
      .client()
      .query(`{ gameVersions { nodes { name releases(channel: SNAPSHOT, first: 2) { nodes { name } totalCount } } } }`);
    expect(gameVersions.nodes).toEqual([
      { name: '1.2', releases: { nodes: [], totalCount: 0 } },
      ...['1.1', '1.0'].map((name) => ({
        name,
        releases: { nodes: [5, 4].map((day) => ({ name: `snapshot_2020010${day}-${name}` })), totalCount: DAYS },
      })),
    ]);
  });

  test('by name and by id', async () => {
    const client = service.client();
    const { release } = await client.query(`{ release(name: "stable_9-1.0") { id previous { name } } }`);
    expect(release.previous).toEqual({ name: 'stable_7-1.0' });
    const NODE = `query ($id: ID!) { node(id: $id) { ... on Release { name } } }`;
    expect((await client.query(NODE, { id: release.id })).node).toEqual({ name: 'stable_9-1.0' });
    expect((await client.query(NODE, { id: releaseId(999_999) })).node).toBeNull();
    expect((await client.query(`{ release(name: "stable_9-1.1") { id } }`)).release).toBeNull();
  });

  test('have their changes page by page', async () => {
    const PAGE = `query ($after: String) { release(name: "snapshot_20200105-1.0") {
      changes(first: 1, after: $after) { nodes { srg newName } totalCount pageInfo { hasNextPage endCursor } } } }`;
    const first = (await service.client().query(PAGE)).release.changes;
    expect(first).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    const second = (await service.client().query(PAGE, { after: first.pageInfo.endCursor })).release.changes;
    expect([...first.nodes, ...second.nodes]).toEqual([
      { srg: 'field_2_b', newName: 'height4' },
      { srg: 'field_1_a', newName: 'age4' },
    ]);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });
});

test('a change weighs how many stable releases carry the name that it would replace', async () => {
  const version = '1.1';
  const WEIGHT = `query ($id: ID!) { node(id: $id) { ... on Change { weight { stableReleases } } } }`;
  const weightOf = async (id: string) =>
    ((await maintainer.query(WEIGHT, { id })).node as { weight: { stableReleases: number } }).weight.stableReleases;
  const [renaming] = await staged(maintainer, naming({ field_1_a: 'years' }), { version, force: true });
  expect(await weightOf(renaming!.id)).toBe(1);
  const [first] = await staged(maintainer, naming({ field_3_a: 'size' }), { version });
  expect(await weightOf(first!.id)).toBe(0);

  await commit(maintainer, { version });
  const [again] = await staged(maintainer, naming({ field_1_a: 'ticks' }), { version, force: true });
  expect(await weightOf(again!.id)).toBe(0);
  for (const count of [1, 2]) {
    await publishAt(service.db, version, new Date(), 'STABLE');
    expect(await weightOf(again!.id)).toBe(count);
    await staged(maintainer, naming({ field_4_a: `depth${count}` }), { version, force: true });
    const [other] = await staged(maintainer, naming({ field_5_a: `width${count}` }), { version, force: true });
    await commit(maintainer, { changes: [other!.id] });
  }
});

test('a sample that was released stays, frozen, when a real version takes its place', async () => {
  const other = await startTestService();
  try {
    await publishAt(other.db, '0.0-sample', new Date());
    await importFiles(other.db, '1.0', { 'joined.tsrg': SCOPES }, { current: true });
    const { gameVersions } = await other
      .client()
      .query(`{ gameVersions { nodes { name frozen isCurrent releases { totalCount } } } }`);
    expect(gameVersions.nodes).toEqual([
      { name: '1.0', frozen: false, isCurrent: true, releases: { totalCount: 0 } },
      { name: '0.0-sample', frozen: true, isCurrent: false, releases: { totalCount: 1 } },
    ]);
  } finally {
    await other.close();
  }
});
