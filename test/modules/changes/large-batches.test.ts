import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { commit, propose, PROPOSE, staged, told, type Edit } from './support.js';

const CLASSES = 100;
const METHODS = 1_500;
const VERSION = '0.1';
let service: TestService;
let maintainer: Person;

/**
 * 1,500 methods with two parameters and 1,500 fields in 100 classes; each method stands in five of them, as one that is
 * overridden. Method `m` begins in class `m % 100`.
 */
function manyClasses(): string {
  const lines: string[][] = Array.from({ length: CLASSES }, (_, c) => [`c${c} net/minecraft/many/Class${c}`]);
  for (let m = 0; m < METHODS; m++) {
    lines[m % CLASSES]!.push(`\tf${m} field_${m}_f`);
    for (let i = 0; i < 5; i++) lines[(m + i) % CLASSES]!.push(`\tm${m} (II)V func_${m}_m`);
  }
  return `${lines.flat().join('\n')}\n`;
}

beforeAll(async () => {
  service = await startTestService({ sample: false });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  await importFiles(service.db, VERSION, { 'joined.tsrg': manyClasses() });
});
afterAll(() => service.close());

const methods = (count: number, name: string): Edit[] =>
  Array.from({ length: count }, (_, m) => ({ srg: `func_${m}_m`, name: `${name}${m}` }));
const fields = (count: number, name: string): Edit[] =>
  Array.from({ length: count }, (_, f) => ({ srg: `field_${f}_f`, name: `${name}${f}` }));

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number; statements: number }> {
  const [start, before] = [performance.now(), service.db.statementCount];
  const result = await work();
  return { result, milliseconds: performance.now() - start, statements: service.db.statementCount - before };
}

describe('a call with 1,500 renames', () => {
  test('is one transaction with as many statements as one of 200, and one batch', async () => {
    await staged(maintainer, [...methods(METHODS, 'first'), ...fields(METHODS, 'first')], { version: VERSION });
    const force = { version: VERSION, force: true };
    // Who calls is asked the first time.
    await staged(maintainer, methods(1, 'one'), force);
    const fewer = await timed(() => staged(maintainer, methods(200, 'fewer'), force));
    const many = await timed(() => staged(maintainer, methods(METHODS, 'many'), force));
    expect(many.statements).toBe(fewer.statements);
    expect(new Set(many.result.map(({ batch }) => batch)).size).toBe(1);
    expect(many.result.map(({ srg }) => srg)).toEqual(methods(METHODS, '').map(({ srg }) => srg));
    const [row] = await service.db.query<{ batches: number }>(
      `SELECT count(DISTINCT batch)::int AS batches FROM changes WHERE new_name LIKE 'many%'`,
    );
    expect(row).toEqual({ batches: 1 });
  });

  test('takes time in proportion: 3,000 not many times that of 1,500', async () => {
    const force = { version: VERSION, force: true };
    const halves: number[] = [];
    const wholes: number[] = [];
    for (const round of [1, 2, 3]) {
      const half = await timed(() => staged(maintainer, methods(METHODS, `half${round}x`), force));
      const edits = [...methods(METHODS, `whole${round}x`), ...fields(METHODS, `whole${round}x`)];
      const whole = await timed(() => staged(maintainer, edits, force));
      halves.push(half.milliseconds);
      wholes.push(whole.milliseconds);
    }
    console.info(`1,500 renames: ${Math.round(Math.min(...halves))} ms; 3,000: ${Math.round(Math.min(...wholes))} ms`);
    // Twice as much work; were it quadratic, four times would be the least.
    expect(Math.min(...wholes) / Math.min(...halves)).toBeLessThan(4);
  });

  test('swaps them all at once', async () => {
    const [rows] = [
      await service.db.query<{ srg: string; name: string }>(
        `SELECT srg, new_name AS name FROM changes WHERE state = 'STAGED' AND kind = 'METHOD' ORDER BY srg`,
      ),
    ];
    const edits = rows.map(({ srg }, i) => ({ srg, name: rows[(i + 1) % rows.length]!.name }));
    await staged(maintainer, edits, { version: VERSION, force: true });
    const { result, statements } = await timed(() => commit(maintainer, { version: VERSION }));
    expect(told(result)).toEqual([]);
    expect(result.count).toBe(3_000);
    expect(statements).toBeLessThan(20);
  });
});

describe('a hostile call', () => {
  const answer = async (changes: Edit[]) => {
    const { result, milliseconds } = await timed(() =>
      maintainer.send(PROPOSE, { input: { version: VERSION, changes, force: true } }),
    );
    expect(result.errors).toBeUndefined();
    console.info(`${changes.length} edits: ${Math.round(milliseconds)} ms`);
    expect(milliseconds).toBeLessThan(10_000);
    return result.data.proposeChanges.userErrors as Awaited<ReturnType<typeof propose>>['userErrors'];
  };

  test('of 3,000 edits that all want one name is answered in time, with ten others at most for each', async () => {
    const changes = [...methods(METHODS, ''), ...fields(METHODS, '')].map(({ srg }) => ({ srg, name: 'same' }));
    const problems = await answer(changes);
    expect(problems).toHaveLength(3_000);
    expect(problems.every(({ code }) => code === 'NAME_TAKEN')).toBe(true);
    expect(Math.max(...problems.map(({ conflictsWith }) => conflictsWith.length))).toBe(10);
  });

  test('of 3,000 parameters that are called like a field of every class', async () => {
    const ofEach = Array.from({ length: CLASSES }, (_, f) => ({ srg: `field_${f}_f`, name: 'everywhere' }));
    await staged(maintainer, ofEach, { version: VERSION, force: true });
    const changes = Array.from({ length: METHODS }, (_, m) => [
      { srg: `p_${m}_1_`, name: 'everywhere' },
      { srg: `p_${m}_2_`, name: 'everywhere' },
    ]).flat();
    const problems = await answer(changes);
    expect(problems).toHaveLength(3_000);
    const warned = await propose(maintainer, [changes[0]!], { version: VERSION });
    expect(told(warned).map((line) => line.split(' ')[0])).toEqual(['SHADOWS_FIELD?']);
    expect(warned.userErrors[0]!.conflictsWith).toHaveLength(5);
  });
});
