import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { parseNames } from '../../../src/modules/formats/index.js';
import { readNames } from '../../../src/modules/imports/read-source.js';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { openSource } from '../../../src/modules/imports/sources/index.js';
import type { NamesImportReport } from '../../../src/modules/imports/report.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { describeReal, realFile, REAL_DATA } from '../formats/real-data.js';
import { importFolder, importNameSet } from './real-support.js';

const VERSION = '1.12.2';
// The later snapshots have no parameters.
const FILES = ['methods', 'fields'] as const;

/** What a name set says, by id: name and documentation, of the ids that the version has. */
async function namesOf(service: TestService, folder: string): Promise<Map<string, [string, string | null]>> {
  const known = new Set((await names(service)).keys());
  const rows = FILES.flatMap((file) => {
    const path = `names/1.12/${folder}/${file}.csv`;
    return parseNames(path, realFile(path)).rows;
  });
  return new Map(
    rows.filter(({ id }) => known.has(id)).map(({ id, name, documentation }) => [id, [name, documentation]]),
  );
}

/** What the service says, by id; null where an entry has no name. */
async function names({ db }: TestService): Promise<Map<string, [string | null, string | null]>> {
  const rows = await db.query<{ srg: string; name: string | null; documentation: string | null }>(
    `SELECT m.srg, m.name, m.documentation FROM mappings m JOIN game_versions v ON v.id = m.version_id
      WHERE v.name = $1 AND NOT m.fixed AND m.kind <> 'CLASS'`,
    [VERSION],
  );
  return new Map(rows.map(({ srg, name, documentation }) => [srg, [name, documentation]]));
}

async function expectNames(service: TestService, folder: string): Promise<void> {
  const wanted = await namesOf(service, folder);
  const found = await names(service);
  expect(wanted.size).toBeGreaterThan(19_000);
  const differing = [...wanted].filter(([id, pair]) => JSON.stringify(found.get(id)) !== JSON.stringify(pair));
  expect(differing).toEqual([]);
}

/** The edits that a list of differences tells, in its order: `methods RENAME func_1_a`. */
const differences = (file: string) =>
  realFile(`names/1.12/${file}`)
    .toString()
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split('\t') as [file: string, change: string, id: string, old: string, new_: string]);

describeReal('real snapshots as proposals', () => {
  let service: TestService;
  let maintainer: Person;
  let author: Person;
  beforeAll(async () => {
    service = await startTestService({ sample: false });
    await importFolder(service.db, VERSION);
    await importNameSet(service.db, VERSION, '1.12/1-stable_39');
    maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
    author = await signUp(service);
  });
  afterAll(() => service.close());

  async function stage(folder: string): Promise<NamesImportReport> {
    const source = await openSource(`${REAL_DATA}/names/1.12/${folder}`);
    return importNames(service.db, {
      version: VERSION,
      files: await readNames(source),
      stage: true,
      authorId: author.userId,
    });
  }

  const staged = () =>
    service.db.query<{ srg: string; oldName: string; newName: string; batch: number; authorId: number }>(
      `SELECT srg, old_name AS "oldName", new_name AS "newName", batch, author_id AS "authorId" FROM changes
        WHERE state = 'STAGED' ORDER BY sequence`,
    );

  const commit = () =>
    maintainer.query(
      `mutation { commitChanges(input: { version: "${VERSION}" }) { count userErrors { code message } } }`,
    );

  test('the names of stable_39 are one committed batch of nobody', async () => {
    const [batch] = await service.db.query<{ count: number; batches: number; authors: number }>(
      `SELECT count(*)::int AS count, count(DISTINCT batch)::int AS batches, count(author_id)::int AS authors FROM changes
        WHERE state = 'COMMITTED'`,
    );
    expect(batch).toEqual({ count: 32_760, batches: 1, authors: 0 });
    await expectNames(service, '1-stable_39');
  });

  test('2018-08-03 comes to exactly its changes; committed it is the snapshot; reverted, stable_39 again', async () => {
    const rows = differences('diff-1-2.tsv');
    expect(rows).toHaveLength(236);
    const report = await stage('2-2018-08-03');
    const changes = await staged();
    const known = await names(service);
    const here = rows.filter(([, , id]) => known.has(id));
    expect(new Set(changes.map(({ srg }) => srg))).toEqual(new Set(here.map(([, , id]) => id)));
    expect(changes).toHaveLength(here.length);
    expect(report).toMatchObject({ staged: true, changes: here.length });
    const renames = new Map(
      here.filter(([, change]) => change === 'RENAME').map(([, , id, old, now]) => [id, [old, now]]),
    );
    const renamed = changes.filter(({ oldName, newName }) => oldName !== newName);
    expect(new Map(renamed.map(({ srg, oldName, newName }) => [srg, [oldName, newName]]))).toEqual(renames);
    expect(new Set(changes.map(({ authorId }) => authorId))).toEqual(new Set([author.userId]));
    // Nothing is committed yet.
    await expectNames(service, '1-stable_39');

    expect((await commit()).commitChanges).toEqual({ count: here.length, userErrors: [] });
    await expectNames(service, '2-2018-08-03');

    const { revertChanges } = await maintainer.query(
      `mutation ($input: RevertChangesInput!) { revertChanges(input: $input) { count userErrors { code message } } }`,
      { input: { version: VERSION, batch: encodeId('Batch', changes[0]!.batch), reason: 'all of it back' } },
    );
    expect(revertChanges).toEqual({ count: here.length, userErrors: [] });
    await expectNames(service, '1-stable_39');
  });

  test('2020-08-28 likewise', async () => {
    await stage('2-2018-08-03');
    await commit();
    await expectNames(service, '2-2018-08-03');
    await stage('3-2020-08-28');
    const changes = await staged();
    // The snapshot before has no parameters to compare with.
    const ids = changes.map(({ srg }) => srg).filter((srg) => !srg.startsWith('p_'));
    const wanted = differences('diff-2-3.tsv').map(([, , id]) => id);
    expect(ids.sort()).toEqual(wanted.sort());
    await commit();
    await expectNames(service, '3-2020-08-28');
    await maintainer.query(
      `mutation ($input: RevertChangesInput!) { revertChanges(input: $input) { count userErrors { code } } }`,
      { input: { version: VERSION, batch: encodeId('Batch', changes[0]!.batch), reason: 'back' } },
    );
    await expectNames(service, '2-2018-08-03');
  });
});
