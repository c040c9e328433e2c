import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import type { Statement } from '../../../src/db/index.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import type { TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { lock } from '../locks/support.js';
import { commit, nameOf, propose, SCOPES, staged, statesOf, told, versionId, type Edit } from './support.js';

let service: TestService;
let replica: TestService;
/** Who proposes, through the service. */
let author: Person;
/** Who does something else meanwhile, through the replica. */
let other: TestClient;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  replica = await startTestService({ db: Object.create(service.db), sample: false });
  author = await signUp(service);
  other = await programOf(replica, await signUp(service, { roles: [RoleName.ADMIN] }));
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const manage = (field: string, name: string) =>
  other.query(`mutation ($name: String!) { ${field}(input: { name: $name }) { userErrors { code } } }`, { name });

/** Watches the statements of a service, each before it is sent. */
async function watching<T>(onStatement: (name: string) => Promise<void> | void, work: () => Promise<T>): Promise<T> {
  const { db } = service;
  const query = db.query.bind(db);
  const transaction = db.transaction.bind(db);
  db.query = async (sql: Statement | string, values?: readonly unknown[]) => {
    await onStatement(typeof sql === 'string' ? sql : sql.name);
    return query(sql, values) as Promise<never>;
  };
  db.transaction = async (inside) => {
    await onStatement('transaction');
    return transaction(inside);
  };
  try {
    return await work();
  } finally {
    Object.assign(db, { query, transaction });
  }
}

/** The limit, and who calls. */
const ASIDE = ['limits_add', 'sessions_find'];

const wanted: Edit[] = [{ srg: 'field_1_a', name: 'age' }];

describe('a proposal that is alone', () => {
  const statementsOf = async (changes: Edit[], force = false) => {
    const names: string[] = [];
    const by = force ? await signUp(service, { roles: [RoleName.MAINTAINER] }) : author;
    await propose(by, [{ srg: 'field_5_a', name: `warm${versions}` }], { version, force });
    const outcome = await watching((name) => void names.push(name), () => propose(by, changes, { version, force })); // prettier-ignore
    // What is read to answer, and by those who follow the history, comes behind.
    const last = names.findIndex((name) => name === 'history_stage' || name === 'transaction');
    return { outcome: told(outcome), names: names.slice(0, last === -1 ? undefined : last + 1) };
  };

  test('is checked by one statement and staged by one, beside the limit', async () => {
    const { outcome, names } = await statementsOf(wanted);
    expect(outcome).toEqual([]);
    expect(names.filter((name) => !ASIDE.includes(name))).toEqual(['entries_with_uses', 'history_stage']);
  });

  test('may have some edits, names given up and documentation', async () => {
    const { outcome, names } = await statementsOf(
      [...wanted, { srg: 'field_5_a', name: '' }, { srg: 'func_10_a', documentation: 'Ticks.' }],
      true,
    );
    expect(outcome).toEqual([]);
    expect(names.filter((name) => !ASIDE.includes(name))).toEqual(['entries_with_uses', 'history_stage']);
  });

  test('is refused by one statement', async () => {
    await staged(author, [{ srg: 'field_2_b', name: 'age' }], { version });
    const { outcome, names } = await statementsOf(wanted);
    expect(outcome).toEqual(['NAME_TAKEN changes.0.name field_2_b']);
    expect(names.filter((name) => !ASIDE.includes(name))).toEqual(['entries_with_uses']);
  });

  test('is refused for its entry, whatever it is to be called', async () => {
    const outcome = await propose(author, [{ srg: 'equals', name: 'a\u0000b' }], { version });
    expect(told(outcome)).toEqual(['FIXED_NAME changes.0.name']);
  });

  test('takes the pen for the name of a class, whose package its entry tells', async () => {
    const { outcome, names } = await statementsOf([{ srg: 'net/minecraft/Alpha', name: 'Omega' }], true);
    expect(outcome).toEqual([]);
    expect(names.at(-1)).toBe('transaction');
  });
});

describe('between its check and its writing', () => {
  const cases: [what: string, meanwhile: () => Promise<unknown>, outcome: string[]][] = [
    ['nothing else happens', async () => undefined, []],
    [
      'somebody proposes another name for the entry',
      () => staged(other, [{ srg: 'field_1_a', name: 'height' }], { version }),
      ['ALREADY_NAMED changes.0.name field_1_a'],
    ],
    [
      'somebody proposes the name for a neighbour',
      () => staged(other, [{ srg: 'field_2_b', name: 'age' }], { version }),
      ['NAME_TAKEN changes.0.name field_2_b'],
    ],
    [
      'another name is committed',
      async () => {
        await staged(other, [{ srg: 'field_1_a', name: 'height' }], { version });
        await commit(other, { version });
      },
      ['ALREADY_NAMED changes.0.name field_1_a'],
    ],
    ['the entry is locked', () => lock(other, 'field_1_a', { version }), ['LOCKED changes.0.srg field_1_a']],
    ['the version is frozen', () => manage('freezeGameVersion', version), ['FROZEN version']],
    ['somebody proposes for another entry', () => staged(other, [{ srg: 'field_4_a', name: 'x' }], { version }), []],
    [
      'the version is imported again',
      () => importFiles(service.db, version, { 'joined.tsrg': SCOPES.replace('field_1_a', 'field_9_a') }),
      ['NOT_FOUND changes.0.srg'],
    ],
  ];

  test.each(cases)('%s: it is told of what stands then, and nothing is half-written', async (_, meanwhile, outcome) => {
    let isFirst = true;
    const happen = async (name: string) => {
      if (name !== 'history_stage' || !isFirst) return;
      isFirst = false;
      await meanwhile();
    };
    const proposed = await watching(happen, () => propose(author, wanted, { version }));
    expect(isFirst).toBe(false);
    expect(told(proposed)).toEqual(outcome);
    if (outcome.length === 0) expect(await statesOf(service, version, 'field_1_a')).toEqual(['age STAGED']);
    else expect(await statesOf(service, version, 'field_1_a')).not.toContain('age STAGED');
    expect((await verifyHistory(service.db)).problems).toEqual([]);
  });
});

// PGlite is one connection: nobody holds the pen while somebody else sends a statement.
describe.skipIf(!process.env.TEST_DATABASE_URL)('while it waits for whoever holds the pen', () => {
  const cases: [what: string, sql: string, outcome: string[]][] = [
    [
      'the entry is locked',
      `INSERT INTO mapping_locks (mapping_id) SELECT id FROM mappings WHERE srg = 'field_1_a' AND version_id = $1`,
      ['LOCKED changes.0.srg field_1_a'],
    ],
    ['the version is frozen', `UPDATE game_versions SET frozen = true WHERE id = $1`, ['FROZEN version']],
  ];

  test.each(cases)('%s: it is told of that', async (_, sql, outcome) => {
    const pen = openPostgresql({ url: service.db.url!, poolSize: 1 });
    const id = await versionId(service, version);
    let held = null as Promise<void> | null;
    const hold = (name: string) =>
      new Promise<void>((resolve) => {
        if (name !== 'history_stage' || held !== null) return resolve();
        held = pen.transaction(async (tx) => {
          await tx.query(`SELECT FROM history_head FOR UPDATE`);
          await tx.query(sql, [id]);
          await tx.query(`UPDATE game_versions SET head = head + 1 WHERE id = $1`, [id]);
          resolve();
          await waitsForPen();
        });
      });
    const waitsForPen = () =>
      vi.waitFor(async () => {
        const waiting = await replica.db.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(1);
      });
    const proposed = await watching(hold, () => propose(author, wanted, { version }));
    await held;
    await pen.close();
    expect(told(proposed)).toEqual(outcome);
    expect(await statesOf(service, version, 'field_1_a')).toEqual([]);
    expect((await verifyHistory(service.db)).problems).toEqual([]);
  });
});

describe('the version of a proposal', () => {
  test('that names none is the current one, whoever made it that', async () => {
    const [first, second] = [version, `0.${(versions += 1)}`];
    await importFiles(service.db, second, { 'joined.tsrg': SCOPES });
    for (const [current, name] of [
      [first, 'one'],
      [second, 'two'],
      [first, 'three'],
    ] as const) {
      // prettier-ignore
      await manage('setCurrentGameVersion', current);
      const changes = await staged(author, [{ srg: 'field_1_a', name }]);
      expect(changes.map((change) => change.version.name)).toEqual([current]);
    }
    expect(await nameOf(service, second, 'field_1_a')).toBe('- -> two');
  });

  test('that was taken away is not found, and found when it is back under another id', async () => {
    const dry = { version, dryRun: true };
    expect(told(await propose(author, [{ srg: 'field_1_a', name: 'class' }], { version }))).not.toEqual([]);
    await service.db.query(`DELETE FROM game_versions WHERE name = $1`, [version]);
    expect(told(await propose(author, wanted, { version }))).toEqual(['NOT_FOUND version']);
    expect(told(await propose(author, wanted, dry))).toEqual(['NOT_FOUND version']);
    await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
    await staged(author, wanted, { version });
  });

  test('that another one has been given the rights for: rights count for the current one', async () => {
    const second = `0.${(versions += 1)}`;
    await importFiles(service.db, second, { 'joined.tsrg': SCOPES });
    await manage('setCurrentGameVersion', version);
    const local = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, second),
    });
    const force = { force: true };
    expect((await local.refused(PROPOSE_BARELY, { input: { changes: wanted, ...force } })).extensions.code).toBe(
      'FORBIDDEN',
    );
    await manage('setCurrentGameVersion', second);
    await staged(local, wanted, force);
    await manage('setCurrentGameVersion', version);
    expect((await local.refused(PROPOSE_BARELY, { input: { changes: wanted, ...force } })).extensions.code).toBe(
      'FORBIDDEN',
    );
  });
});

const PROPOSE_BARELY = `mutation ($input: ProposeChangesInput!) { proposeChanges(input: $input) { userErrors { code } } }`;
