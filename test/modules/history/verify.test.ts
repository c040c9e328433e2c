import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitChanges, rejectChange } from '../../../src/modules/changes/decide.service.js';
import { proposeChanges } from '../../../src/modules/changes/propose.service.js';
import { redoChange, undoChange } from '../../../src/modules/changes/undo.service.js';
import { sealChange, sealDecision } from '../../../src/modules/history/seal.js';
import { verifyHistory, type HistoryReport } from '../../../src/modules/history/verify.service.js';
import { storedChanges, storedDecisions } from '../../../src/modules/history/verify.store.js';
import { shellOn } from '../../cli/support.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';
import { addUser, callerWith, unnamedIds } from './support.js';

const VERSION = '1.0';
const SEALED = ['changes', 'change_decisions', 'history_head'];

let service: TestService;
let author: number;
let ids: string[];
let whole: HistoryReport;
/** The first change that was proposed; those before it came with the import. */
let first: number;

/** Proposes names for the unnamed entries with these numbers. @returns sequences */
async function propose(names: Record<number, string>, { by = author, force = false } = {}): Promise<number[]> {
  const changes = Object.entries(names).map(([i, name]) => ({ srg: ids[Number(i)]!, name, documentation: `${name}.` }));
  const input = { version: VERSION, changes, reason: 'as it does', force };
  const { changes: written } = await proposeChanges(service.auth, callerWith(by), input);
  return written.map(({ id }) => id);
}

beforeAll(async () => {
  service = await startTestService();
  const { db } = service;
  await importCopies(db, [VERSION]);
  author = await addUser(db);
  const other = await addUser(db);
  ids = await unnamedIds(db, VERSION, 8);
  const decider = callerWith(await addUser(db));
  [first] = (await propose({ 0: 'zeroth', 1: 'first', 2: 'second', 3: 'third' })) as [number];
  await commitChanges(db, decider, { version: VERSION, changes: [first, first + 1] });
  await rejectChange(db, decider, { change: first + 2, reason: 'no word for it' });
  await propose({ 3: 'better' }, { by: other, force: true });
  await undoChange(db, decider, { version: VERSION, srg: ids[3]! });
  await propose({ 0: 'zerothAgain', 4: 'fourth' }, { force: true });
  await undoChange(db, callerWith(author), { version: VERSION, srg: ids[4]! });
  await redoChange(db, callerWith(author), { version: VERSION, srg: ids[4]! });
  await commitChanges(db, decider, { version: VERSION });
  await importCsv(db, VERSION, 'methods.csv', `searge,name,side,desc\nfunc_2002_c,tallness,2,How tall.\n`);
  whole = await verifyHistory(db);
  for (const table of [...SEALED, 'mappings']) await db.query(`CREATE TABLE saved_${table} AS TABLE ${table}`);
});
afterAll(() => service.close());

/** The history after somebody with all rights over the database ran statements; it is put back then. */
async function tampered(statements: string[] | (() => Promise<void>), work: () => Promise<void>): Promise<void> {
  const { db } = service;
  for (const table of SEALED) await db.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  try {
    if (Array.isArray(statements)) for (const statement of statements) await db.query(statement);
    else await statements();
    await work();
  } finally {
    for (const table of SEALED) {
      await db.query(`DELETE FROM ${table}`);
      await db.query(`INSERT INTO ${table} SELECT * FROM saved_${table}`);
      await db.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    }
    await db.query(
      `UPDATE mappings m SET name = s.name, documentation = s.documentation FROM saved_mappings s WHERE s.id = m.id`,
    );
  }
  expect(await verifyHistory(db)).toEqual(whole);
}

/** Seals both chains anew, as somebody does who knows how. */
async function rehash(): Promise<void> {
  const { db } = service;
  await db.transaction(async (tx) => {
    let hash: Uint8Array = new Uint8Array(32);
    for await (const row of storedChanges(tx)) {
      hash = sealChange(hash, row);
      await tx.query(`UPDATE changes SET hash = $1 WHERE sequence = $2`, [hash, row.sequence]);
    }
    await tx.query(`UPDATE history_head SET change_hash = $1`, [hash]);
    hash = new Uint8Array(32);
    for await (const row of storedDecisions(tx)) {
      hash = sealDecision(hash, row);
      await tx.query(`UPDATE change_decisions SET hash = $1 WHERE sequence = $2`, [hash, row.sequence]);
    }
    await tx.query(`UPDATE history_head SET decision_hash = $1`, [hash]);
  });
}

describe('a history as it was written', () => {
  test('is whole, and has entries of imports and of people', async () => {
    expect(whole.problems).toEqual([]);
    expect(whole.changes.count).toBe(first + 7);
    expect(whole.changes.end).toMatch(new RegExp(`^${first + 7}:[0-9a-f]{64}$`));
    expect(whole.decisions.count).toBeGreaterThan(8);
    expect(first).toBeGreaterThan(100);
    expect(whole.entries).toBeGreaterThan(100);
  });

  test('has the ends that were noted', async () => {
    const expected = { changes: whole.changes.end.toUpperCase(), decisions: whole.decisions.end };
    expect((await verifyHistory(service.db, { expect: expected })).problems).toEqual([]);
    const beginning = `0:${'0'.repeat(64)}`;
    const fromTheStart = { changes: beginning, decisions: beginning };
    expect((await verifyHistory(service.db, { expect: fromTheStart })).problems).toEqual([]);
  });

  test('an end that is none is refused', async () => {
    await expect(verifyHistory(service.db, { expect: { changes: '5:abc' } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('an empty one is whole too', async () => {
    await tampered(
      [
        `DELETE FROM changes`,
        `DELETE FROM change_decisions`,
        `UPDATE history_head SET change_sequence = 0, decision_sequence = 0, change_hash = decode(repeat('00', 32), 'hex'),
           decision_hash = decode(repeat('00', 32), 'hex')`,
      ],
      async () => {
        const end = `0:${'0'.repeat(64)}`;
        const none = { count: 0, end };
        expect(await verifyHistory(service.db)).toEqual({ changes: none, decisions: none, entries: 0, problems: [] });
      },
    );
  });
});

describe('HI2 what was edited by hand is named', () => {
  /** Where `row` stands for the first proposed change, `srg` for its entry. */
  type Tampering = [what: string, sql: string, check: string, row: number | null, message: string];
  const change = (set: string, row: number) => `UPDATE changes SET ${set} WHERE sequence = :first + ${row}`;
  const TAMPERINGS: Tampering[] = [
    ['a name', change(`new_name = 'swapped'`, 1), 'CHANGES', 1, 'does not fit'],
    [
      'a name of an import',
      `UPDATE changes SET new_name = 'swapped' WHERE sequence = 7`,
      'CHANGES',
      null,
      'change 7 of',
    ],
    ['an old name', change(`old_name = 'swapped'`, 6), 'CHANGES', 6, 'does not fit'],
    ['a documentation', change(`new_documentation = NULL`, 0), 'CHANGES', 0, 'does not fit'],
    ['an author', change(`author_id = author_id + 1`, 3), 'CHANGES', 3, 'does not fit'],
    ['an author taken away', change(`author_id = NULL`, 3), 'CHANGES', 3, 'does not fit'],
    ['a time', change(`created_at = created_at - interval '1 ms'`, 2), 'CHANGES', 2, 'does not fit'],
    ['a time that is none', change(`created_at = 'infinity'`, 2), 'CHANGES', 2, 'does not fit'],
    ['a reason', change(`reason = 'another'`, 4), 'CHANGES', 4, 'does not fit'],
    ['whether it was forced', change(`forced = NOT forced`, 4), 'CHANGES', 4, 'does not fit'],
    ['an id', change(`srg = 'func_1_a'`, 2), 'CHANGES', 2, 'change :row of func_1_a'],
    ['a seal', change(`hash = decode(repeat('ab', 32), 'hex')`, 5), 'CHANGES', 5, 'does not fit'],
    [
      'a number',
      `UPDATE changes SET sequence = -5 WHERE sequence = 1`,
      'CHANGES',
      null,
      'in its place stands change -5',
    ],
    ['a row in the middle', `DELETE FROM changes WHERE sequence = :first + 2`, 'CHANGES', 2, 'There is no change :row'],
    ['a state', change(`state = 'COMMITTED'`, 2), 'STATES', 2, 'is COMMITTED by decision'],
    ['a state that was final', change(`state = 'UNDONE'`, 0), 'STATES', 0, 'ought to be COMMITTED by decision'],
    ['a decision of a change', change(`decision = NULL`, 0), 'STATES', 0, 'COMMITTED without a decision'],
    ['a decision', `UPDATE change_decisions SET reason = 'x' WHERE sequence = 3`, 'DECISIONS', null, 'decision 3'],
    [
      'what was decided',
      `UPDATE change_decisions SET state = 'REJECTED' WHERE sequence = 2`,
      'DECISIONS',
      null,
      'decision 2',
    ],
    ['who decided', `UPDATE change_decisions SET by_id = NULL WHERE sequence = 3`, 'DECISIONS', null, 'decision 3'],
    [
      'when',
      `UPDATE change_decisions SET decided_at = '-infinity' WHERE sequence = 3`,
      'DECISIONS',
      null,
      'decision 3',
    ],
    ['a decision that is gone', `DELETE FROM change_decisions WHERE sequence = 4`, 'DECISIONS', null, 'no decision 4'],
    [
      'what a decision was about',
      `UPDATE change_decisions SET changes = '{99999}' WHERE sequence = 3`,
      'DECISIONS',
      null,
      '3',
    ],
    ['the tail', `DELETE FROM changes WHERE sequence > :first + 6`, 'ENDS', 7, 'tail was cut off'],
    ['the head', `DELETE FROM history_head`, 'ENDS', null, 'do not end where'],
    ['the head of decisions', `UPDATE history_head SET decision_sequence = 99`, 'ENDS', null, 'go on to 99'],
    ['a name of an entry', `UPDATE mappings SET name = 'swapped' WHERE name = 'zerothAgain'`, 'NAMES', 5, '"swapped"'],
    ['a name taken away', `UPDATE mappings SET name = NULL WHERE name = 'first'`, 'NAMES', 1, 'none'],
    ['a documentation of an entry', `UPDATE mappings SET documentation = 'x' WHERE name = 'first'`, 'NAMES', 1, '"x"'],
  ];
  test.each(TAMPERINGS)('%s', async (_what, sql, check, row, message) => {
    const fill = (text: string) =>
      text.replaceAll(':first', String(first)).replaceAll(':row', String(first + (row ?? 0)));
    await tampered([fill(sql)], async () => {
      const { problems } = await verifyHistory(service.db);
      const problem = problems.find((each) => each.check === check);
      expect(problem, JSON.stringify(problems)).toBeDefined();
      if (row !== null) expect(problem!.sequence).toBe(first + row);
      const { message: sentence, found, expected } = problem!;
      expect(`${sentence} ${found} ${expected}`).toContain(fill(message));
      expect(found).not.toBe(expected);
    });
  });

  test('one edit is one problem', async () => {
    await tampered([`UPDATE changes SET reason = 'another' WHERE sequence = ${first}`], async () => {
      const { problems } = await verifyHistory(service.db);
      expect(problems).toEqual([
        {
          check: 'CHANGES',
          sequence: first,
          message: `The seal of change ${first} of ${ids[0]} does not fit what it says and the seal before it: one of them was altered.`,
          found: expect.stringMatching(/^[0-9a-f]{64}$/),
          expected: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]);
    });
  });

  test('a committed change that nobody decided on, with good seals', async () => {
    const sql = [
      `UPDATE change_decisions SET changes = array_remove(changes, ${first}) WHERE ${first} = ANY(changes) AND state = 'COMMITTED'`,
      `UPDATE changes SET decision = NULL WHERE sequence = ${first}`,
    ];
    await tampered(sql, async () => {
      await rehash();
      const { problems } = await verifyHistory(service.db);
      expect(problems).toMatchObject([
        {
          check: 'STATES',
          sequence: first,
          found: 'COMMITTED without a decision',
          expected: 'STAGED without a decision',
        },
      ]);
    });
  });

  test('decisions that may not follow each other, and of changes that are none, with good seals', async () => {
    const second = `(SELECT min(sequence) FROM change_decisions WHERE state = 'REJECTED')`;
    await tampered([`UPDATE change_decisions SET changes = '{${first}}' WHERE sequence = ${second}`], async () => {
      await rehash();
      const [problem] = (await verifyHistory(service.db)).problems;
      expect(problem).toMatchObject({ check: 'STATES', sequence: first, expected: 'no decision any more' });
    });
    await tampered([`UPDATE change_decisions SET changes = '{0,99999}' WHERE sequence = ${second}`], async () => {
      await rehash();
      const [problem] = (await verifyHistory(service.db)).problems;
      expect(problem).toMatchObject({ check: 'STATES', sequence: 0, found: 'no change', expected: 'REJECTED' });
    });
  });

  test('everything sealed anew is found by an end that was noted', async () => {
    await tampered([`UPDATE changes SET author_id = NULL WHERE sequence = ${first + 4}`], async () => {
      await rehash();
      expect((await verifyHistory(service.db)).problems).toEqual([]);
      const noted = { changes: whole.changes.end, decisions: whole.decisions.end };
      expect((await verifyHistory(service.db, { expect: noted })).problems).toMatchObject([
        { check: 'NOTED_CHANGES', sequence: first + 7, expected: whole.changes.end.split(':')[1] },
      ]);
    });
    const cut = [`DELETE FROM change_decisions WHERE sequence = ${whole.decisions.count}`];
    await tampered(cut, async () => {
      await service.db.query(`UPDATE history_head SET decision_sequence = decision_sequence - 1`);
      await rehash();
      const { problems } = await verifyHistory(service.db, { expect: { decisions: whole.decisions.end } });
      expect(problems.find(({ check }) => check === 'NOTED_DECISIONS')).toMatchObject({
        sequence: whole.decisions.count,
        found: `the chain ends at ${whole.decisions.count - 1}`,
      });
    });
  });
});

describe('mcp verify-history', () => {
  test('says that all is well, and prints the ends', async () => {
    const mcp = shellOn(service.db);
    const { status, stdout, stderr } = await mcp('verify-history');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `${whole.changes.count} changes, up to ${whole.changes.end}`,
      `${whole.decisions.count} decisions, up to ${whole.decisions.end}`,
      `${whole.entries} entries with committed changes`,
      '0 releases',
      'Numbers, seals, states and names are as they were written.',
      'Releases are as they were published.',
      '',
    ]);
    const { changes, decisions } = whole;
    const noted = ['--expect-changes', changes.end, '--expect-decisions', decisions.end];
    expect(JSON.parse((await mcp('verify-history', ...noted, '--json')).stdout)).toEqual({
      ...whole,
      releases: { count: 0, problem: null },
    });
  });

  test('names what is broken, with status 1', async () => {
    const edit = `UPDATE changes SET new_name = E'sw\\u001b[31mapped', srg = E'func\\u001b[31m' WHERE sequence = ${first}`;
    await tampered([edit], async () => {
      const mcp = shellOn(service.db);
      const { status, stdout, stderr } = await mcp('verify-history');
      expect({ status, stderr }).toEqual({ status: 1, stderr: 'The history is not what was written.\n' });
      expect(stdout).toContain(`The seal of change ${first} of func[31m does not fit`);
      expect(stdout).toMatch(/\n {2}found {5}[0-9a-f]{64}\n {2}expected {2}[0-9a-f]{64}\n/);
      const asJson = await mcp('verify-history', '--json');
      expect(asJson.status).toBe(1);
      expect(JSON.parse(asJson.stdout)).toMatchObject({ problems: [{ check: 'CHANGES', sequence: first }] });
      expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'CONFLICT' } });
    });
  });
});
