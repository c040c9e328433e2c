import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import type { TestDatabase } from '../../support/database.js';
import { hear, listen, socketClient, streamClient, type Heard, type Listening } from '../../support/live.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, SCOPES_CONSTRUCTORS, staged, undo } from '../changes/support.js';
import { importCsv, importFiles } from '../imports/support.js';

let service: TestService;
/** A second process on the same database, where there can be one. */
let replica: TestService;
let second: TestDatabase | null = null;
let where: Listening;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  const { url } = service.db;
  if (url !== null) second = Object.assign(openPostgresql({ url, poolSize: 2 }), { url });
  replica = second === null ? service : await startTestService({ sample: false, db: second });
  where = await listen(replica.http);
  user = await signUp(service, { handle: 'watched' });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
});
afterAll(async () => {
  if (replica !== service) await replica.close();
  await second?.close();
  await service.close();
});

/** Subscribes, and waits until events arrive: a first proposal in a version of its own is heard by nobody else. */
async function listening(document: string, over: 'socket' | 'stream' = 'socket'): Promise<Heard> {
  const heard = hear(over === 'socket' ? socketClient(where.socketUrl) : streamClient(where.url), document);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return heard;
}

const heardNames = ({ results }: Heard) =>
  results.map((result) => (result as { data: { changeStaged: { newName: string } } }).data.changeStaged.newName);

describe('changeStaged', () => {
  test.each(['socket', 'stream'] as const)('tells each change as it is proposed, over a %s', async (over) => {
    const heard = await listening(
      `subscription { changeStaged(version: "${version}") { newName state author { handle } mapping { srg staged { newName } } } }`,
      over,
    );
    await staged(user, naming({ func_10_a: 'tick', field_1_a: 'age' }), { version });
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(heard.results[0]).toEqual({
      data: {
        changeStaged: {
          newName: 'tick',
          state: 'STAGED',
          author: { handle: 'watched' },
          mapping: { srg: 'func_10_a', staged: { newName: 'tick' } },
        },
      },
    });
    await staged(user, naming({ func_10_a: 'update' }), { version });
    await vi.waitFor(() => expect(heardNames(heard)).toEqual(['tick', 'age', 'update']));
    heard.stop();
  });

  test('by version, kind and class', async () => {
    const field = `{ newName }`;
    const other = `${version}-other`;
    await importFiles(service.db, other, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
    const all = await listening(`subscription { changeStaged ${field} }`);
    const fields = await listening(`subscription { changeStaged(version: "${version}", kinds: [FIELD]) ${field} }`);
    const beta = await listening(`subscription { changeStaged(version: "${version}", class: "Beta") ${field} }`);
    await staged(user, naming({ func_10_a: 'shared', func_11_b: 'alone', field_3_a: 'inBeta', field_1_a: 'inAlpha' }), {
      version,
    });
    await staged(user, naming({ func_10_a: 'elsewhere', field_3_a: 'beyond', p_i100_1_: 'size' }), { version: other });
    await staged(user, naming({ p_10_1_: 'count' }), { version });
    await vi.waitFor(() =>
      expect(heardNames(all)).toEqual(['shared', 'alone', 'inBeta', 'inAlpha', 'elsewhere', 'beyond', 'size', 'count']),
    );
    expect(heardNames(fields)).toEqual(['inBeta', 'inAlpha']);
    expect(heardNames(beta)).toEqual(['shared', 'inBeta', 'count']);
    for (const { stop } of [all, fields, beta]) stop();
  });

  test('refuses what there is not, in words', async () => {
    const heard = await listening(`subscription { changeStaged(version: "9.9") { newName } }`);
    await vi.waitFor(() => expect(JSON.stringify(heard.end)).toContain('9.9'));
    const classless = await listening(
      `subscription { changeStaged(version: "${version}", class: "Nowhere") { newName } }`,
    );
    await vi.waitFor(() => expect(JSON.stringify(classless.end)).toContain('Nowhere'));
  });

  test('a batch is told to the last change, and what an import commits at once is not', async () => {
    const heard = await listening(`subscription { changeStaged(version: "${version}") { newName } }`);
    await importCsv(service.db, version, { 'methods.csv': 'searge,name,side,desc\nfunc_10_a,imported,2,\n' });
    await staged(user, naming({ func_12_c: 'a', func_17_c: 'b', func_18_a: 'c', func_19_b: 'd', field_1_a: 'e' }), {
      version,
    });
    await vi.waitFor(() => expect(heardNames(heard)).toEqual(['a', 'b', 'c', 'd', 'e']));
    heard.stop();
  });
});

describe('changesCommitted', () => {
  const document = (filter: string) => `subscription { changesCommitted(${filter}) {
    count reason via decidedBy { handle } version { name }
    changes(first: 2) { totalCount pageInfo { hasNextPage } nodes { srg newName state } } } }`;
  const events = ({ results }: Heard) =>
    results.map((result) => (result as { data: { changesCommitted: Record<string, unknown> } }).data.changesCommitted);

  test('gathers what one act commits', async () => {
    const heard = await listening(document(`version: "${version}"`));
    await staged(user, naming({ func_10_a: 'tick', func_12_c: 'reset', field_1_a: 'age' }), { version });
    await commit(maintainer, { version });
    await vi.waitFor(() => expect(heard.results).toHaveLength(1));
    expect(events(heard)).toEqual([
      {
        count: 3,
        reason: null,
        via: null,
        decidedBy: { handle: maintainer.handle },
        version: { name: version },
        changes: {
          totalCount: 3,
          pageInfo: { hasNextPage: true },
          nodes: [
            { srg: 'func_10_a', newName: 'tick', state: 'COMMITTED' },
            { srg: 'func_12_c', newName: 'reset', state: 'COMMITTED' },
          ],
        },
      },
    ]);
    heard.stop();
  });

  test('of an import and of a revert too, by kind; not what was undone', async () => {
    const heard = await listening(document(`version: "${version}", kinds: [METHOD]`));
    await importCsv(service.db, version, {
      'methods.csv': 'searge,name,side,desc\nfunc_10_a,imported,2,\n',
      'fields.csv': 'searge,name,side,desc\nfield_1_a,age,2,\n',
    });
    await staged(user, naming({ func_12_c: 'away' }), { version });
    await undo(user, 'func_12_c', version);
    const { changes } = await user.query(`{ changes(version: "${version}", srg: "func_10_a") { nodes { batch } } }`);
    await maintainer.query(
      `mutation { revertChanges(input: { batch: "${changes.nodes[0].batch}", reason: "back" }) { userErrors { code } } }`,
    );
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(events(heard).map(({ count, via, reason, decidedBy }) => [count, via, reason, decidedBy])).toEqual([
      [1, 'import', 'Imported from methods.csv, fields.csv', null],
      [1, null, 'back', { handle: maintainer.handle }],
    ]);
    heard.stop();
  });
});
