import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { commit, nameOf, naming, propose, redo, reject, SCOPES, staged, statesOf, told, undo } from './support.js';

let service: TestService;
let people: Person[];
let maintainers: [Person, Person];
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  people = await Promise.all(Array.from({ length: 4 }, () => signUp(service)));
  maintainers = [
    await signUp(service, { roles: [RoleName.MAINTAINER] }),
    await signUp(service, { roles: [RoleName.MAINTAINER] }),
  ];
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

/** Numbers of all changes and of all decisions. */
async function numbers(): Promise<{ changes: number[]; decisions: number[] }> {
  const [row] = await service.db.query<{ changes: number[]; decisions: number[] }>(
    `SELECT coalesce((SELECT array_agg(sequence ORDER BY sequence) FROM changes), '{}') AS changes,
            coalesce((SELECT array_agg(sequence ORDER BY sequence) FROM change_decisions), '{}') AS decisions`,
  );
  return row!;
}
const gapless = (list: number[]) => list.every((number, i) => number === i + 1);

test('HI6 two edits of one entry: one order, and the later one is told', async () => {
  const outcomes = await Promise.all(
    people.map((person, i) => propose(person, [{ srg: 'field_1_a', name: `name${i}`, oldName: null }], { version })),
  );
  const won = outcomes.filter(({ userErrors }) => userErrors.length === 0);
  expect(won).toHaveLength(1);
  const lost = outcomes.filter(({ userErrors }) => userErrors.length > 0);
  for (const outcome of lost) {
    expect(told(outcome)).toEqual(['STALE changes.0.oldName field_1_a', 'ALREADY_NAMED changes.0.name field_1_a']);
    expect(outcome.userErrors[0]!.message).toContain(`is called ${won[0]!.changes[0]!.newName} now`);
  }
  expect(await statesOf(service, version, 'field_1_a')).toEqual([`${won[0]!.changes[0]!.newName} STAGED`]);
});

test('HI6 the same edit twice by one person: once, and NO_CHANGE', async () => {
  const outcomes = await Promise.all([1, 2].map(() => propose(people[0]!, naming({ field_1_a: 'age' }), { version })));
  expect(outcomes.flatMap(told)).toEqual(['NO_CHANGE changes.0.srg']);
});

test('two entries that want one name: one gets it', async () => {
  const outcomes = await Promise.all(
    ['field_1_a', 'field_2_b'].map((srg, i) => propose(people[i]!, [{ srg, name: 'age' }], { version })),
  );
  expect(outcomes.flatMap(told)).toHaveLength(1);
  expect(outcomes.flatMap(told)[0]).toMatch(/^NAME_TAKEN changes\.0\.name field_/);
});

test('batches that cross each other: all of one, then all of the other or none', async () => {
  const ids = ['field_1_a', 'field_2_b', 'func_10_a', 'func_12_c'];
  const batch = (order: string[], name: string) =>
    order.map((srg, i) => ({ srg, name: `${name}${ids.indexOf(srg) * 10 + i}` }));
  const outcomes = await Promise.all([
    propose(people[0]!, batch(ids, 'a'), { version }),
    propose(people[1]!, batch([...ids].reverse(), 'b'), { version }),
  ]);
  expect(outcomes.map(({ changes }) => changes.length).sort()).toEqual([0, 4]);
  const [first] = outcomes.filter(({ changes }) => changes.length > 0);
  expect(new Set(first!.changes.map(({ batch: id }) => id)).size).toBe(1);
});

test('two commits of one change: one commits, the other is told that it is STALE', async () => {
  const [change] = await staged(people[0]!, naming({ field_1_a: 'age' }), { version });
  const outcomes = await Promise.all(maintainers.map((person) => commit(person, { changes: [change!.id] })));
  expect(outcomes.flatMap(told)).toEqual(['STALE changes.0']);
  expect(await statesOf(service, version, 'field_1_a')).toEqual(['age COMMITTED']);
});

test('commit, reject and undo of one change: one of them', async () => {
  for (let round = 0; round < 5; round++) {
    const [change] = await staged(maintainers[0], naming({ field_1_a: `age${round}` }), { version, force: true });
    const outcomes = await Promise.all([
      commit(maintainers[0], { changes: [change!.id] }),
      reject(maintainers[1], change!.id),
      undo(maintainers[0], 'field_1_a', version),
    ]);
    expect(outcomes.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  }
  const last = (await statesOf(service, version, 'field_1_a')).filter((line) => line.endsWith('COMMITTED')).at(-1);
  expect(await nameOf(service, version, 'field_1_a')).toBe(last === undefined ? '-' : last.split(' ')[0]);
});

test('everything at once: numbers without gaps, one staged change an entry at most', async () => {
  const ids = ['field_1_a', 'field_2_b', 'field_3_a', 'func_10_a', 'func_12_c'];
  const errors: unknown[] = [];
  await Promise.all(
    [...people, ...maintainers].map(async (person, who) => {
      for (let round = 0; round < 8; round++) {
        const srg = ids[(who * 3 + round * 7) % ids.length]!;
        const force = who >= people.length;
        try {
          await propose(person, [{ srg, name: `name${who}x${round}` }], { version, force });
          if (round % 3 === 0) await undo(person, srg, version).catch(forbidden);
          if (round % 4 === 0) await redo(person, srg, version).catch(forbidden);
          if (force && round % 2 === 0) await commit(person, { version });
        } catch (error) {
          errors.push(error);
        }
      }
    }),
  );
  expect(errors).toEqual([]);
  const { changes, decisions } = await numbers();
  expect(gapless(changes) && gapless(decisions)).toBe(true);
  const twice = await service.db.query(
    `SELECT version_id, srg, kind FROM changes WHERE state = 'STAGED' GROUP BY 1, 2, 3 HAVING count(*) > 1`,
  );
  expect(twice).toEqual([]);
  // Names are what was committed last.
  const wrong = await service.db.query(
    `SELECT m.srg FROM mappings m JOIN game_versions v ON v.id = m.version_id AND v.name = $1
       JOIN LATERAL (SELECT c.new_name FROM changes c WHERE c.version_id = m.version_id AND c.srg = m.srg AND c.state = 'COMMITTED'
                      ORDER BY c.decision DESC LIMIT 1) AS last ON last.new_name IS DISTINCT FROM m.name`,
    [version],
  );
  expect(wrong).toEqual([]);
});

/** What is staged may be somebody else's by now. */
function forbidden(error: unknown): void {
  if (!String(error).includes('FORBIDDEN')) throw error;
}
